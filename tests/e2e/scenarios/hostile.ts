import { describe, expect } from "vitest";

import { ALERT, ANSWER, HISTORY, LIST, RECIPE, expectNoSidewaysScrolling, inSvg, openAnswer, openRecipe, rows, settled } from "../src/answer";
import { type Page, button } from "../src/page";
import { scenario } from "../src/stage";

/** What would reorder or hide the text around it. */
const INVISIBLE = /[\u200E\u200F\u202A-\u202E\u2066-\u2069\u2028\u2029\u0007\u001B]/u;

describe("hostile texts", () => {
  for (const width of [1280, 360]) {
    scenario(
      `stay texts in every view, ${width} px wide`,
      async (stage) => {
        const { page, sandbox } = stage;
        await openAnswer(stage, sandbox.says("hostile"));
        await page.reads(ANSWER, "Found");
        await page.reads(HISTORY, "22 commits");
        await openRecipe(page);
        await page.reads(RECIPE, "<img src=x onerror=window.hostile=1>.py");
        await page.focus(LIST);
        await page.tab.press("Home");
        const count = (await rows(page)).length;
        for (let row = 0; row < count; row += 1) {
          await expectHarmless(page);
          await page.tab.press("ArrowDown");
        }
        await page.tab.press("End");
        await page.tab.press("Enter");
        await settled(page);
        await page.reads(ANSWER, "The image of this very commit is there.");
        await expectHarmless(page);
        await stage.shot(`hostile-${width}`);
      },
      { width },
    );
  }

  for (const branch of [
    "<img/src=x/onerror=window.hostile=1>",
    '"><svg/onload=window.hostile=1>',
    "\u202Eniam",
    "🎉/👩\u200D🔬",
    "a'b&commit=c#d%2fe+f",
  ]) {
    scenario(`can be branches: ${JSON.stringify(branch)}`, async (stage) => {
      const { page, sandbox } = stage;
      await openAnswer(stage, sandbox.says("hostile"), branch);
      await page.reads(ANSWER, "Found");
      await page.tab.reload();
      await page.reads(ANSWER, "Found");
      expect(new URL(page.tab.url()).searchParams.get("commit")).toBe(branch);
      await expectHarmless(page);
    });
  }

  scenario("can be addresses and commits of a link", async ({ page, sandbox, open }) => {
    for (const [project, commit] of [
      ['"><img src=x onerror="window.hostile=1">', "main"],
      ["javascript:window.hostile=1", "\u202E"],
      [`${sandbox.gitlab}/<svg onload=window.hostile=1>/x`, "main"],
      [sandbox.says("hostile"), '<img src=x onerror="window.hostile=1">'],
      [sandbox.says("hostile"), "x".repeat(5000)],
    ] as const) {
      await open({ project, commit });
      await page.get(ALERT);
      await expectHarmless(page);
    }
  });

  scenario("are escaped in the saved picture", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("hostile"));
    const svg = await page.tab.download(() => page.click(button("Save as SVG")));
    const found = await inSvg(page, svg, (parsed) => {
      const wrong = parsed.querySelectorAll("parsererror, script, img, foreignObject, a");
      const handlers = [...parsed.querySelectorAll("*")].flatMap((element) => element.getAttributeNames());
      return [...wrong].map(({ localName }) => localName).concat(handlers.filter((name) => name.startsWith("on")));
    });
    expect(found).toEqual([]);
    expect(svg).toContain("&lt;img src=x");
    expect(svg).not.toMatch(INVISIBLE);
  });
});

/** No markup came of a text, nothing reorders what is around it, and nothing is wider than the window. */
async function expectHarmless(page: Page): Promise<void> {
  const found = await page.run(() => ({
    markup: document.querySelectorAll("#page script, #page img:not([src='./icon.svg']), #page svg[onload]").length,
    text: document.body.innerText,
    links: [...document.links].map(({ protocol }) => protocol).filter((protocol) => !/^https?:$/u.test(protocol)),
    heights: [...new Set([...document.querySelectorAll("[role=option]")].map((row) => Math.round(row.getBoundingClientRect().height)))],
  }));
  expect(found.markup, "elements that a text made").toBe(0);
  expect(found.text).not.toMatch(INVISIBLE);
  expect(found.links, "links that lead to no web page").toEqual([]);
  expect(found.heights.length, "different heights of rows").toBeLessThanOrEqual(1);
  await expectNoSidewaysScrolling(page);
}
