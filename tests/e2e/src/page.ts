import type { Watched } from "./driver/prelude";
import type { Handle, Named, Tab, Target } from "./driver/tab";
import { until } from "./until";

export const button = (name: string): Named => ({ role: "button", name });
export const textbox = (name: string): Named => ({ role: "textbox", name });
export const heading = (name: string): Named => ({ role: "heading", name });
export const region = (name: string): Named => ({ role: "region", name });

/** A page as a person uses it: what is not there yet is waited for. */
export class Page {
  readonly tab: Tab;

  constructor(tab: Tab) {
    this.tab = tab;
  }

  get(target: Target): Promise<Handle> {
    return until(`there is ${told(target)}`, async () => (await this.tab.all(target))[0]);
  }

  async has(target: Target): Promise<boolean> {
    return (await this.tab.all(target)).length > 0;
  }

  async gone(target: Target): Promise<void> {
    await until(`${told(target)} is gone`, async () => !(await this.has(target)));
  }

  /** Clicks; where the page was drawn anew meanwhile, what it has now. */
  async click(target: Target): Promise<void> {
    await until(`${told(target)} can be clicked`, async () => {
      await (await this.get(target)).click();
      return true;
    });
  }

  async focus(target: Target): Promise<void> {
    await (await this.get(target)).focus();
  }

  async hover(target: Target): Promise<void> {
    await (await this.get(target)).hover();
  }

  /** Types into a field in place of what is there. */
  async fill(target: Target, text: string): Promise<void> {
    await this.focus(target);
    await this.tab.press("Control+A");
    await this.tab.press("Delete");
    await this.tab.type(text);
  }

  async text(target: Target): Promise<string> {
    return (await this.get(target)).text();
  }

  /** Waits until the text of an element has a part, and returns it. */
  reads(target: Target, part: string | RegExp, patience?: number): Promise<string> {
    let last = "nothing";
    const look = async () => {
      last = await this.text(target);
      return typeof part === "string" ? last.includes(part) && last : part.test(last) && last;
    };
    return until(`${told(target)} says ${part}`, look, patience).catch((error: unknown) => {
      throw new Error(`${told(target)} does not say ${part}, but:\n${last.slice(0, 2000)}`, { cause: error });
    });
  }

  /** Runs a function in the page. It sees nothing of this file but its arguments, which are JSON. */
  async run<A extends readonly unknown[], R>(what: (...args: A) => R | Promise<R>, ...args: A): Promise<R> {
    return (await this.tab.evaluate(`(${what})(...${JSON.stringify(args)})`)) as R;
  }

  /** Waits until a function in the page returns something, and returns it. */
  soon<A extends readonly unknown[], R>(
    outcome: string,
    what: (...args: A) => R | undefined | null | false | "" | Promise<R | undefined | null | false | "">,
    ...args: A
  ): Promise<R> {
    return until(outcome, () => this.run(what, ...args));
  }

  watched(): Promise<Watched> {
    return this.run(() => (globalThis as unknown as { watched: Watched }).watched);
  }

  /** What the focused element is called, and what it is. */
  focused(): Promise<string> {
    return this.run(() => {
      const element = document.activeElement;
      const label = (element as HTMLInputElement | null)?.labels?.[0]?.textContent;
      return `${element?.localName} ${element?.getAttribute("aria-label") ?? label ?? element?.textContent?.slice(0, 60)}`;
    });
  }
}

function told(target: Target): string {
  if (typeof target === "object" && "css" in target) {
    return `${target.css} in ${target.within}`;
  }
  return typeof target === "string" ? target : `the ${target.role} “${target.name ?? ""}”`;
}
