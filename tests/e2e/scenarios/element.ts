import { describe, expect } from "vitest";

import { ANSWER, expectNoSidewaysScrolling, requests, settled } from "../src/answer";
import { expectAccessible } from "../src/axe";
import { COURSE } from "../src/course";
import { serveForeign } from "../src/foreign";
import type { Page } from "../src/page";
import { type Stage, scenario } from "../src/stage";

const COMMITS = [COURSE.merge.commit, COURSE.later.commit, "main", "581f63d", "b742154"];

describe("the element <repin-image>", () => {
  scenario("stands ten times on somebody else's page, with one wasm and shared requests", async (stage) => {
    const { page, sandbox } = stage;
    const five = COMMITS.map((commit) => image(sandbox.says("project"), commit)).join("\n");
    const alone = await requests(stage, () => onForeignPage(stage, five, async () => void (await answered(page, 5))));
    await sandbox.control.reset();
    const before = page.tab.sent.length;
    await onForeignPage(stage, five + five, async () => {
      const texts = await answered(page, 10);
      expect(texts[0]).toContain(`${sandbox.says("registry")}:${COURSE.merge.image}`);
      expect(texts[0]).toContain("Found");
      expect(texts[1]).toContain(`:${COURSE.later.image}`);
      expect(texts[2]).toContain("Build failed");
      expect(texts.slice(5)).toEqual(texts.slice(0, 5));
      const wasm = page.tab.sent.slice(before).filter(({ url }) => url.endsWith(".wasm"));
      expect(wasm, "downloads of the wasm").toHaveLength(1);
      const log = await sandbox.control.log();
      expect(log.length, "requests, of which the second five have none").toBe(alone);
      expect(log.filter(({ token }) => token)).toEqual([]);
      await expectAccessible(page, "a page with ten elements");
      await stage.shot("element");
    });
  });

  scenario("stands ten times on the example's page", async ({ page, sandbox, open }) => {
    await open({ project: sandbox.says("project"), commits: COMMITS.join(",") }, "embed.html");
    const texts = await answered(page, 10);
    expect(texts[0]).toContain(COURSE.merge.image);
    expect(texts[8], "a badge of 581f63d").toContain("581f63d");
    expect(page.tab.sent.filter(({ url }) => url.endsWith(".wasm")), "downloads of the wasm").toHaveLength(1);
    for (const width of [360, 3840]) {
      await page.tab.resize(width, 900);
      await page.soon("the window has its size", (wanted) => innerWidth === wanted, width);
      await expectNoSidewaysScrolling(page);
      await expectAccessible(page, `the example's page, ${width} px wide`);
    }
  });

  scenario("leads to the evidence", async (stage) => {
    const { page, sandbox } = stage;
    await onForeignPage(stage, image(sandbox.says("project"), COURSE.merge.commit), async () => {
      await answered(page, 1);
      const link = await page.run(() => document.querySelector("repin-image")?.shadowRoot?.querySelector("a")?.href ?? "");
      expect(new URL(link).origin).toBe(sandbox.says("site"));
      await page.tab.goto(link);
      await settled(page);
      await page.reads(ANSWER, `The image of ${COURSE.merge.image} is right for ${COURSE.merge.short}.`);
    });
  });

  scenario("says what is wrong, and stays text", async (stage) => {
    const { page, sandbox } = stage;
    const elements = [
      image(`${sandbox.gitlab}/ada/nothing`, "main"),
      image("lorem ipsum", "main"),
      image(sandbox.says("hostile"), "\u202Eniam"),
      image(sandbox.says("hostile"), "&lt;img src=x onerror=window.hostile=1>"),
      "<repin-image></repin-image>",
    ];
    await onForeignPage(stage, elements.join("\n"), async () => {
      const texts = await answered(page, elements.length);
      expect(texts[0]).toContain("There is no such project, or it is private.");
      expect(texts[1]).toContain("This is not the address of a GitLab project.");
      expect(texts[2]).toContain("Found");
      expect(texts[3]).toContain("The project has no such commit, branch or tag.");
      expect(texts[4]).toContain("No project is named");
    });
  });

  scenario("follows its attributes, and tells the page", async (stage) => {
    const { page, sandbox } = stage;
    await onForeignPage(stage, image(sandbox.says("project"), COURSE.merge.commit), async () => {
      await answered(page, 1);
      const told = await page.run((commit) => {
        const element = document.querySelector("repin-image");
        const answer = new Promise<string>((resolve) => {
          document.addEventListener("repin-answer", (event) => {
            resolve((event as CustomEvent<{ image: { tag: string } }>).detail.image.tag);
          });
        });
        element?.setAttribute("commit", commit);
        return answer;
      }, COURSE.later.commit);
      expect(told).toBe(COURSE.later.image);
      expect((await answered(page, 1))[0]).toContain(COURSE.later.image);
    });
  });
});

function image(project: string, commit: string): string {
  return `<p>${commit}: <repin-image project="${project}" commit="${commit}"></repin-image></p>`;
}

/** Opens a page of another host that has some elements, and plays on it. */
async function onForeignPage({ page, sandbox }: Stage, body: string, play: () => Promise<void>): Promise<void> {
  const site = sandbox.says("site");
  const script = `<script type="module" src="${site}/element.js"></script>`;
  const foreign = await serveForeign(script + body, site, sandbox.gitlab);
  try {
    await page.tab.goto(foreign.url);
    await play();
  } finally {
    foreign.close();
  }
}

/** The texts of all elements, once none of them is asking any more. */
function answered(page: Page, count: number): Promise<string[]> {
  return page.soon("every element has its answer", (wanted) => {
    const elements = [...document.querySelectorAll("repin-image")];
    const frames = elements.flatMap((element) => element.shadowRoot?.querySelector("[part=frame]") ?? []);
    const isDone = frames.length === wanted && frames.every((frame) => frame.ariaBusy !== "true");
    return isDone && frames.map((frame) => frame.textContent ?? "");
  }, count);
}
