import { describe, expect } from "vitest";

import { ANSWER, RECIPE, clipboard, settled } from "../src/answer";
import { COURSE } from "../src/course";
import type { Page } from "../src/page";
import { scenario } from "../src/stage";

describe("the keyboard alone", () => {
  scenario("does the whole job", async ({ page, sandbox, open }) => {
    await open();
    await tabTo(page, /^input Address/u);
    await page.tab.type(`${sandbox.says("project")}/-/commit/${COURSE.merge.commit}`);
    await page.tab.press("Enter");
    await settled(page);
    await page.reads(ANSWER, `The image of ${COURSE.merge.image} is right for ${COURSE.merge.short}.`);

    await tabTo(page, /^button Copy image/u);
    await page.tab.press("Enter");
    await page.soon("it is copied", () => document.activeElement?.textContent === "Copied");
    expect(await clipboard(page)).toBe(`${sandbox.says("registry")}:${COURSE.merge.image}`);

    await tabTo(page, /^div History/u);
    await page.tab.press("ArrowUp");
    await page.tab.press("Enter");
    await page.reads(ANSWER, "The image of 581f63d is right for b742154.");
    expect(await page.focused(), "the focus stays").toMatch(/^div History/u);

    await tabTo(page, /^button Read the recipe/u);
    await page.tab.press("Enter");
    await page.reads(RECIPE, "What counts");
    expect(await page.focused(), "the focus is not lost with the button").not.toMatch(/^body/u);
  });

  scenario("shows where it is, everywhere", async (stage) => {
    const { page, sandbox, open } = stage;
    await open({ project: sandbox.says("project"), commit: COURSE.merge.commit });
    await settled(page);
    const seen = new Set<string>();
    const bare: string[] = [];
    for (let step = 0; step < 40; step += 1) {
      await page.tab.press("Tab");
      const focused = await page.focused();
      if (/^(?:body|null)/u.test(focused) || seen.has(focused)) {
        break;
      }
      seen.add(focused);
      if (!(await hasRing(page))) {
        bare.push(focused);
      }
    }
    expect(seen.size).toBeGreaterThan(10);
    expect(bare, "focused, and it cannot be seen").toEqual([]);
  });
});

/** Presses Tab until something has the focus. */
async function tabTo(page: Page, what: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let step = 0; step < 60; step += 1) {
    await page.tab.press("Tab");
    const focused = await page.focused();
    if (what.test(focused)) {
      return;
    }
    passed.push(focused);
  }
  throw new Error(`Tab does not lead to ${what}, but to:\n${passed.join("\n")}`);
}

/** Whether the focused element, or what it is in or holds, has an outline or a shadow that says so. */
function hasRing(page: Page): Promise<boolean> {
  return page.run(() => {
    const ring = (element: Element) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
    };
    const element = document.activeElement;
    return element !== null && [element, ...element.querySelectorAll(".active"), element.parentElement].some((one) => one !== null && ring(one));
  });
}
