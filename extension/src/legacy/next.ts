/** The image that the next launch of a project gets from us. */
import { type Signal, signal } from "@preact/signals";

import { isSameProject, readOverride, setOverride } from "./override";

export class NextImage {
  readonly image: Signal<string | null> = signal(null);
  readonly #project: string;

  /** `project`: as the address has it. */
  constructor(project: string) {
    this.#project = project;
    this.update();
  }

  /** Somebody, or a launch, may have changed it. */
  update(): void {
    const override = readOverride();
    this.image.value = override !== null && isSameProject(override.project, this.#project) ? override.image : null;
  }

  remove(): void {
    setOverride(null);
    this.update();
  }
}
