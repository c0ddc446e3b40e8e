import type { RepinError, Resolution } from "repin";

import { answerTo } from "./asking";
import { isNear, whenNear } from "./near";
import { SHEET } from "./style";
import { type Shown, draw } from "./view";

/** What an element tells the page around it. */
export interface RepinImageEventMap {
  "repin-answer": CustomEvent<Resolution>;
  "repin-error": CustomEvent<RepinError>;
}

/**
 * `<repin-image project="https://gitlab.com/group/name" commit="main">`: the image that is right for a commit.
 *
 * Attributes: `project` (an address), `commit` (a revision), `image` (the registry repository), `format` (`line` or
 * `badge`), `evidence` (the address of the page that shows the evidence).
 */
export class RepinImage extends HTMLElement {
  static readonly observedAttributes = ["project", "commit", "image", "format", "evidence"];

  readonly #root = this.attachShadow({ mode: "open" });
  /** Counts the questions, so that a late answer to an old one is not shown. */
  #turn = 0;
  #isWaiting = false;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [SHEET];
  }

  connectedCallback(): void {
    this.#show({ state: "asking" });
    whenNear(this, () => this.#update());
  }

  attributeChangedCallback(): void {
    if (!this.isConnected || !isNear(this) || this.#isWaiting) {
      return;
    }
    // Several attributes that are set together are one question.
    this.#isWaiting = true;
    queueMicrotask(() => {
      this.#isWaiting = false;
      this.#update();
    });
  }

  #update(): void {
    void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const project = this.getAttribute("project")?.trim() ?? "";
    if (project === "") {
      this.#show({ state: "unasked" });
      return;
    }
    const wish = { project, commit: this.getAttribute("commit"), image: this.getAttribute("image") };
    this.#show({ state: "asking" });
    try {
      const resolution = await answerTo(wish);
      if (turn === this.#turn) {
        this.#show({ state: "answered", resolution });
        this.#tell("repin-answer", resolution);
      }
    } catch (error) {
      if (turn === this.#turn) {
        this.#show({ state: "failed", error });
        this.#tell("repin-error", error as RepinError);
      }
    }
  }

  #show(shown: Shown): void {
    const { project, commit, format, evidence } = Object.fromEntries(
      RepinImage.observedAttributes.map((name) => [name, this.getAttribute(name)]),
    );
    this.#root.replaceChildren(
      draw(shown, {
        project: project ?? "",
        commit: commit ?? null,
        isBadge: format === "badge",
        evidence: evidence ?? null,
      }),
    );
  }

  #tell<K extends keyof RepinImageEventMap>(type: K, detail: RepinImageEventMap[K]["detail"]): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "repin-image": RepinImage;
  }
  interface HTMLElementEventMap extends RepinImageEventMap {}
}

if (customElements.get("repin-image") === undefined) {
  customElements.define("repin-image", RepinImage);
}
