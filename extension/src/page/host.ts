/** An element of ours in a page of somebody else's: a shadow root, so that neither can break the other's look. */
import { type ComponentChild, render } from "preact";

import { STYLE } from "../control/style";

export type Place = "card" | "panel" | "start" | "session";

export class Host {
  readonly element: HTMLElement;
  readonly #root: HTMLElement;

  constructor(place: Place, launcher: string, content: ComponentChild) {
    this.element = document.createElement("div");
    this.element.dataset["repin"] = place;
    this.element.dataset["repinLauncher"] = launcher;
    const shadow = this.element.attachShadow({ mode: "open" });
    const style = document.createElement("style");
    style.textContent = STYLE;
    this.#root = document.createElement("div");
    shadow.append(style, this.#root);
    render(content, this.#root);
  }

  /** Puts the element where it belongs, unless it is there. */
  attach(put: (element: HTMLElement) => void, anchor: Element): void {
    if (!this.element.isConnected || !anchor.contains(this.element)) {
      put(this.element);
      this.element.dataset["scheme"] = schemeOf(anchor);
    }
  }

  get isAttached(): boolean {
    return this.element.isConnected;
  }

  /** Draws something else in its place. */
  draw(content: ComponentChild): void {
    render(content, this.#root);
  }

  remove(): void {
    render(null, this.#root);
    this.element.remove();
  }
}

/** Whether a page is light or dark where the control is, whatever the browser prefers: Renku's is light for everybody. */
function schemeOf(anchor: Element): "light" | "dark" {
  for (let element: Element | null = anchor; element !== null; element = element.parentElement) {
    const found = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/u.exec(getComputedStyle(element).backgroundColor);
    if (found !== null && Number(found[4] ?? 1) > 0.5) {
      const [red, green, blue] = [Number(found[1]), Number(found[2]), Number(found[3])];
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128 ? "dark" : "light";
    }
  }
  return "light";
}
