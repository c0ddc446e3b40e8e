import type { Page } from "../page";
import type { Inside, Named } from "../driver/tab";

export type Place = "card" | "panel" | "start" | "session";

/** The control of a launcher at one place of the page, by its accessible names. */
export class LauncherControl {
  readonly #page: Page;
  readonly #within: string;

  readonly launcher: string;

  constructor(page: Page, place: Place, launcher: string) {
    this.#page = page;
    this.launcher = launcher;
    this.#within = `[data-repin="${place}"][data-repin-launcher="${launcher}"]`;
  }

  get host(): string {
    return this.#within;
  }

  /** What has no role in it. */
  css(selector: string): Inside {
    return { css: selector, within: this.#within };
  }

  in(role: string, name?: string): Named {
    return { role, within: this.#within, ...(name === undefined ? {} : { name }) };
  }

  /** Waits until the badge says a part of a text. */
  says(part: string | RegExp): Promise<string> {
    return this.#page.reads(this.in("status", "Image for this code"), part);
  }

  async open(): Promise<void> {
    await this.#page.click(this.in("button", "Override image"));
    await this.#page.get(this.in("combobox", "Image"));
  }

  async press(name: string): Promise<void> {
    await this.#page.click(this.in("button", name));
  }

  /** Types an image, whole. */
  async type(image: string): Promise<void> {
    await this.#page.fill(this.in("combobox", "Image"), image);
    await this.#page.tab.press("Escape");
  }

  /** Waits for what is said of a deed. */
  said(part: string | RegExp): Promise<string> {
    return this.#page.reads(this.css(".said"), part);
  }

  /** The texts of what can be chosen now. */
  async offers(): Promise<string[]> {
    const all = await this.#page.tab.all(this.in("option"));
    return Promise.all(all.map((one) => one.text()));
  }
}
