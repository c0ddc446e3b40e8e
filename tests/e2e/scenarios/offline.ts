import { describe, expect } from "vitest";

import { ALERT, ANSWER, HISTORY, openAnswer } from "../src/answer";
import { COURSE } from "../src/course";
import { type Page, textbox } from "../src/page";
import { scenario } from "../src/stage";

describe("when nobody answers any more", () => {
  scenario("what was seen before is shown, and says of when it is", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"), COURSE.merge.commit);
    await kept(page);
    await sandbox.stop();

    await page.tab.reload();
    await page.reads(ANSWER, "Offline: as of");
    await page.reads(ANSWER, `The image of ${COURSE.merge.image} is right for ${COURSE.merge.short}.`);
    await page.reads(HISTORY, "as of");
    await page.reads(HISTORY, "Merge branch 'seaborn'");
    await stage.shot("offline");

    await page.fill(textbox("Address"), `${sandbox.gitlab}/ada/other`);
    await page.tab.press("Enter");
    await page.reads(ANSWER, "GitLab cannot be reached.");
  }, { alone: true });

  scenario("a private project is not shown without its token", async (stage) => {
    const { page, sandbox, open } = stage;
    await open({ project: sandbox.says("private") });
    await page.get(ALERT);
    await page.fill("#token", sandbox.says("token"));
    await page.tab.press("Enter");
    await page.reads(ANSWER, "1a916aa");
    await kept(page);
    await sandbox.stop();
    await page.tab.reload();
    await page.reads(ANSWER, "GitLab cannot be reached.");
    expect(await page.text("body")).not.toContain("1a916aa");
  }, { alone: true });
});

/** Waits until the page and what it shows are kept. */
async function kept(page: Page): Promise<void> {
  await page.get("section.history[aria-busy=false]");
  await page.soon("the page is kept", async () => {
    const { active } = await navigator.serviceWorker.ready;
    return active?.state === "activated";
  });
}
