import { describe, expect } from "vitest";

import { ALERT, ANSWER, HISTORY, openAnswer, settled } from "../src/answer";
import { COURSE } from "../src/course";
import { type Page, button, textbox } from "../src/page";
import { type Stage, scenario } from "../src/stage";

/** Scenarios that need a GitLab for themselves; they play at the same time, since they mostly wait. */
describe("a GitLab that", () => {
  scenario("gets a push and builds an image gives a new answer each time", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"));
    const push = { project: "ada/course", title: "Week 8: A push", files: { "requirements.txt": "numpy==2.1.0\n" } };
    const commit = await sandbox.control.push(push);
    await again(stage);
    await page.reads(ANSWER, `No image is right for ${commit.slice(0, 7)}.`);
    await sandbox.control.tag("ada/course", commit.slice(0, 7));
    await again(stage);
    await page.reads(ANSWER, "The image of this very commit is there.");
    await page.reads(ANSWER, "Week 8: A push");
  }, { alone: true });

  scenario("limits requests is asked again for a while, and then it is said", async ({ page, sandbox, open }) => {
    await sandbox.control.fault({ kind: "rate-limited", retry_after: 3600 });
    await open({ project: sandbox.says("project"), commit: COURSE.merge.commit });
    // When to come again is in a header that GitLab does not let other sites read: so there are several attempts.
    await page.reads(ALERT, "GitLab takes no more requests for now.", 55_000);
    expect((await sandbox.control.log()).length).toBeLessThanOrEqual(12);
  }, { alone: true });

  scenario("is gone: what was seen before is shown, and of when it is", async (stage) => {
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

  scenario("is gone: a private project is not shown without its token", async (stage) => {
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

/** Asks the same question once more. */
async function again({ page }: Stage): Promise<void> {
  await page.click(button("Find the image"));
  await settled(page);
}

/** Waits until the page and what it shows are kept. */
async function kept(page: Page): Promise<void> {
  await page.get("section.history[aria-busy=false]");
  await page.soon("the page is kept", async () => {
    const { active } = await navigator.serviceWorker.ready;
    return active?.state === "activated";
  });
}
