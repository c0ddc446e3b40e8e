import { now } from "./module.js";
import type { Glob as Handle } from "./repin.js";

/** A pattern with the meaning that GitLab gives to those of `changes:`. Await `load()` before the first one. */
export class Glob {
  readonly #handle: Handle;

  /** Every text is a pattern; a broken one matches nothing. */
  constructor(readonly pattern: string) {
    this.#handle = now((module) => new module.Glob(pattern));
  }

  /** Whether it matches the whole of this path. */
  matches(path: string): boolean {
    return now(() => this.#handle.matches(path));
  }

  /** Gives the module's memory back; otherwise that happens when this object is collected. */
  free(): void {
    this.#handle.free();
  }
}
