import { describe, expect } from "vitest";

import { ALERT, ANSWER, expectNoSidewaysScrolling, openAnswer, openRecipe, settled } from "../src/answer";
import { expectAccessible } from "../src/axe";
import { COURSE } from "../src/course";
import { type Stage, scenario } from "../src/stage";

const WIDTHS = [360, 1280, 3840];

/** The views by their names, and how somebody gets there. */
const VIEWS: readonly (readonly [name: string, show: (stage: Stage) => Promise<void>])[] = [
  ["start", async ({ open, page }) => {
    await open();
    await page.get({ role: "heading", name: "What this is" });
  }],
  ["found", (stage) => openAnswer(stage, stage.sandbox.says("project"), COURSE.merge.commit)],
  ["none", (stage) => openAnswer(stage, stage.sandbox.says("project"))],
  ["recipe", async (stage) => {
    await openAnswer(stage, stage.sandbox.says("project"));
    await openRecipe(stage.page);
  }],
  ["failure", async ({ open, page, sandbox }) => {
    await open({ project: sandbox.says("private") });
    await page.get(ALERT);
  }],
  ["asking", async ({ open, page, sandbox }) => {
    await sandbox.control.fault({ kind: "latency", milliseconds: 20_000 });
    await open({ project: sandbox.says("fork") });
    await page.reads(ANSWER, "Asking");
  }],
];

for (const scheme of ["light", "dark"] as const) {
  describe(`every view, ${scheme}`, () => {
    for (const [name, show] of VIEWS) {
      scenario(`${name}: accessible, and as wide as the window`, async (stage) => {
        const { page } = stage;
        await show(stage);
        for (const width of WIDTHS) {
          await page.tab.resize(width, 900);
          await page.soon("the window has its size", (wanted) => innerWidth === wanted, width);
          await expectNoSidewaysScrolling(page);
          await expectAccessible(page, `${name}, ${scheme}, ${width} px`);
          await stage.shot(`${name}-${scheme}-${width}`);
        }
      }, { scheme });
    }
  });
}

describe("nothing moves", () => {
  for (const width of [360, 1280]) {
    scenario(`while an answer, its history and its recipe come, ${width} px wide`, async (stage) => {
      const { page, sandbox, open } = stage;
      await open({ project: sandbox.says("project"), commit: COURSE.merge.commit });
      await page.get({ role: "heading", name: "Which image is right for this commit?" });
      const before = await places(stage);
      await settled(page);
      expect(await places(stage), "what was there first").toEqual(before);
      // Firefox does not count shifts.
      expect((await page.watched()).shifts).toEqual([]);
    }, { width });
  }
});

/** Where the parts are that are there from the beginning. */
function places({ page }: Stage): Promise<Record<string, number>> {
  return page.run(() => {
    const top = (selector: string) => document.querySelector(selector)?.getBoundingClientRect().top ?? Number.NaN;
    return Object.fromEntries(["h1", "#address", "form.question", "section.answer"].map((selector) => [selector, Math.round(top(selector))]));
  });
}
