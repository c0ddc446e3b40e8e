import { expect } from "vitest";

import { Page, region } from "./page";
import type { Stage } from "./stage";

export const ANSWER = region("Answer");
export const HISTORY = region("History");
export const RECIPE = region("Recipe");
/** Why there is no answer. */
export const ALERT = { role: "alert" } as const;
export const LIST = { role: "listbox", name: "History" } as const;

/** Opens the deep link to a commit's answer, and waits for the answer and the history. */
export async function openAnswer(stage: Stage, project: string, commit?: string): Promise<void> {
  await stage.open(commit === undefined ? { project } : { project, commit });
  await settled(stage.page);
}

/** Waits until nothing is asked any more. */
export async function settled(page: Page): Promise<void> {
  await page.get("section.answer[aria-busy=false]");
  await page.get("section.history[aria-busy=false], section.answer:has([role=alert])");
}

/** Reads the recipe of the answer that is shown. */
export async function openRecipe(page: Page): Promise<void> {
  await page.click({ role: "button", name: "Read the recipe" });
  await page.get("section.recipe[aria-busy=false] .files, section.recipe[aria-busy=false] .findings");
}

/** What the picture shows of each commit that it draws now, by the names of its rows. */
export function rows(page: Page): Promise<string[]> {
  return page.run(() => [...document.querySelectorAll("[role=option]")].map((row) => row.ariaLabel ?? ""));
}

/** Where the row of a commit is, which has to be among those that are drawn. */
export function rowOf(page: Page, commit: string): Promise<string> {
  return page.soon(`there is a row of ${commit}`, (short) => {
    const row = [...document.querySelectorAll("[role=option]")].find((one) => one.querySelector(".id")?.textContent === short);
    return row && `#${row.id}`;
  }, commit);
}

/** Pastes the clipboard into the address, where it can be read; lines become one. */
export async function clipboard(page: Page): Promise<string> {
  await page.fill("#address", "");
  await page.tab.press("Control+V");
  return page.soon("something was pasted", () => document.querySelector<HTMLInputElement>("#address")?.value);
}

/** Looks at an SVG as a document of its own, where no policy of the page holds. */
export async function inSvg<R>(page: Page, svg: string, look: (parsed: Document) => R): Promise<R> {
  const blank = new Page(await page.tab.sibling());
  return (await blank.tab.evaluate(
    `(${look})(new DOMParser().parseFromString(${JSON.stringify(svg)}, "image/svg+xml"))`,
  )) as R;
}

/** How many requests an action costs at the GitLab. */
export async function requests(stage: Stage, action: () => Promise<void>): Promise<number> {
  const before = (await stage.sandbox.control.log()).length;
  await action();
  return (await stage.sandbox.control.log()).length - before;
}

/** The page is no wider than what is in sight. */
export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const wide = await page.run(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? `${scrollWidth} px in a window of ${clientWidth} px` : "";
  });
  expect(wide, "the page scrolls sideways").toBe("");
}
