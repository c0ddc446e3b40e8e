import { describe, expect } from "vitest";

import { ANSWER, HISTORY, LIST, inSvg, openAnswer, requests, rowOf, rows } from "../src/answer";
import { COURSE } from "../src/course";
import { type Page, button } from "../src/page";
import { scenario } from "../src/stage";

describe("the picture", () => {
  scenario("shows every commit with its environment and its image", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"), COURSE.merge.commit);
    await page.reads(HISTORY, /\d+ commits, \d+ environments, \d+ images, \d+ commits without a right image/u);
    const names = await rows(page);
    const merge = names.find((name) => name.includes(`${COURSE.merge.short} `));
    expect(merge).toContain("Merge branch 'seaborn'");
    expect(merge).toContain(COURSE.merge.image);
    // One lane more for each branch that is open, and a line for each parent.
    expect(await page.run(() => document.querySelectorAll(".list .edge").length)).toBeGreaterThan(names.length / 2);
    expect(await page.run(() => document.querySelector("[role=option][aria-selected=true]")?.ariaLabel)).toBe(merge);
  });

  scenario("answers for any commit without a request", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"), COURSE.merge.commit);
    const asked = await requests(stage, async () => {
      for (const [commit, says] of [
        ["581f63d", "The image of this very commit is there."],
        ["b742154", "The image of 581f63d is right for b742154."],
        ["35a9de7", "The image of 2c5c1f9 is right for 35a9de7."],
      ] as const) {
        await page.click(await rowOf(page, commit));
        await page.reads(ANSWER, says);
        await page.reads(ANSWER, "known from the history");
        expect(new URL(page.tab.url()).searchParams.get("commit")).toMatch(new RegExp(`^${commit}`, "u"));
      }
    });
    expect(asked).toBe(0);
  });

  scenario("answers as one would that was asked for", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"), COURSE.merge.commit);
    const all = await page.run(() => document.querySelectorAll("[role=option]").length);
    await page.focus(LIST);
    await page.tab.press("Home");
    const known: Answered[] = [];
    for (let row = 0; row < Math.min(all, 8); row += 1) {
      await page.tab.press("Enter");
      const commit = await page.run(
        () => document.querySelector("[role=option].active .id")?.textContent ?? "",
      );
      await page.soon("the answer is for it", (short) => document.title.includes(short), commit);
      known.push(await answered(page));
      await page.tab.press("ArrowDown");
    }
    for (const { url, verdict } of known) {
      // A page that has no picture yet has to ask.
      await page.tab.goto(url);
      await page.reads(ANSWER, /Cost\s+\d+ request/u);
      expect((await answered(page)).verdict, url).toBe(verdict);
    }
  });

  scenario("explains what the pointer and the keyboard point at", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"), COURSE.merge.commit);
    const details = { role: "complementary", name: "Commit" };
    await page.hover(await rowOf(page, "581f63d"));
    await page.reads(details, "Week 4: Trees");
    await page.focus(LIST);
    await page.tab.press("Home");
    await page.reads(details, "Week 7: The same in R");
    await page.tab.press("ArrowDown");
    await page.reads(details, "Add R");
    await page.tab.press("End");
    await page.reads(details, "Start the course");
    const active = await page.run(() => {
      const id = document.querySelector("[role=listbox]")?.getAttribute("aria-activedescendant") ?? "";
      return document.querySelector(`#${id}`)?.ariaLabel;
    });
    expect(active).toContain("Start the course");
  });

  scenario("is saved as an SVG that stands alone", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"), COURSE.merge.commit);
    const svg = await page.tab.download(() => page.click(button("Save as SVG")));
    expect(svg).toMatch(/^<(?:\?xml|svg)/u);
    expect(svg).toContain(COURSE.merge.image);
    const wrong = await inSvg(page, svg, (parsed) => {
      return parsed.querySelector("parsererror")?.textContent ?? parsed.documentElement.localName;
    });
    expect(wrong).toBe("svg");
  });

  scenario("shows more of a long history, as far as 5,000 commits", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("long"));
    expect(await size(page)).toBe(200);
    await page.click(button("Show more"));
    await page.soon("there are more", () => document.querySelector('[role=option][aria-setsize="400"]') !== null);
    // The commit asked about stays in sight.
    expect(await page.run(() => document.querySelectorAll("[role=option][aria-selected=true]").length)).toBe(1);
  });
});

interface Answered {
  readonly url: string;
  readonly verdict: string;
}

async function answered(page: Page): Promise<Answered> {
  // What differs from older images comes from the history, which is there later than the answer.
  const verdict = await page.run(() => {
    const parts = [...document.querySelectorAll(".verdict .claim, .verdict .reference, .verdict .evidence")];
    return parts.map((part) => part.textContent?.replace(/(?:; the next older image.*)?\.$/u, "")).join("\n");
  });
  return { url: page.tab.url(), verdict };
}

function size(page: Page): Promise<number> {
  return page.run(() => Number(document.querySelector("[role=option]")?.ariaSetSize));
}
