import { describe, expect } from "vitest";

import { ALERT, ANSWER, LIST, openAnswer, requests, settled } from "../src/answer";
import { COURSE } from "../src/course";
import { button, textbox } from "../src/page";
import { scenario } from "../src/stage";

describe("addresses", () => {
  for (const [name, path, commit] of [
    ["a project", "", "1a916aa"],
    ["a clone", ".git", "1a916aa"],
    ["a commit", `/-/commit/${COURSE.merge.commit}`, COURSE.merge.short],
    ["a branch", "/-/tree/graphs", "03b0062"],
    ["a git tag", "/-/tags/v1.0", COURSE.released.short],
    ["a file", "/-/blob/seaborn/requirements.txt", "2c5c1f9"],
    ["a merge request", "/-/merge_requests/1/diffs", "b6dae06"],
  ] as const) {
    scenario(`of ${name} are understood`, async (stage) => {
      const { page, sandbox, open } = stage;
      await open({ project: sandbox.says("project") + path });
      await page.reads(ANSWER, new RegExp(`\\b${commit}\\b`, "u"));
      expect(await page.run(() => document.title)).toContain(`ada/course at ${commit}:`);
    });
  }

  scenario("lead back and forward without a request", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"), COURSE.merge.commit);
    await page.focus(LIST);
    await page.tab.press("Home");
    await page.tab.press("ArrowDown");
    await page.tab.press("Enter");
    await page.reads(ANSWER, "No image is right for 110771f.");
    const asked = await requests(stage, async () => {
      await page.tab.back();
      await page.reads(ANSWER, `The image of ${COURSE.merge.image} is right for ${COURSE.merge.short}.`);
      await page.tab.forward();
      await page.reads(ANSWER, "No image is right for 110771f.");
    });
    expect(asked).toBe(0);
    await page.tab.reload();
    await settled(page);
    await page.reads(ANSWER, "No image is right for 110771f.");
  });

  scenario("lead back to the page without a question", async ({ page, sandbox, open }) => {
    await open();
    await page.fill(textbox("Address"), sandbox.says("project"));
    await page.tab.press("Enter");
    await page.reads(ANSWER, "1a916aa");
    await page.tab.back();
    await page.gone(ANSWER);
    await page.get({ role: "heading", name: "What this is" });
    expect(await page.run(() => document.title)).toBe("Repin: the right image for a commit");
  });

  scenario("lose what nobody else may see", async ({ page, sandbox, open }) => {
    const { host } = new URL(sandbox.gitlab);
    await open({ project: `http://ada:hunter2@${host}/ada/course?private_token=hunter2` });
    await page.reads(ANSWER, "1a916aa");
    expect(decodeURIComponent(page.tab.url())).not.toContain("hunter2");
    expect(await page.run(() => document.querySelector<HTMLInputElement>("#address")?.value)).not.toContain("hunter2");
    const log = await sandbox.control.log();
    expect(log.filter(({ path }) => path.includes("hunter2"))).toEqual([]);
  });

  for (const [name, project, commit, says] of [
    ["of nothing", "lorem ipsum", undefined, "This is not the address of a GitLab project."],
    ["of another kind", "javascript:alert(1)", undefined, "This is not the address of a GitLab project."],
    ["of no project", "/ada/nothing", undefined, "There is no such project, or it is private."],
    ["of a commit that is not there", "/ada/course", "no-such-branch", "The project has no such commit, branch or tag."],
  ] as const) {
    scenario(`${name} are said to be wrong`, async ({ page, sandbox, open }) => {
      const address = project.startsWith("/") ? sandbox.gitlab + project : project;
      await open({ project: address, ...(commit === undefined ? {} : { commit }) });
      await page.reads(ALERT, says);
      await page.reads(ANSWER, "Next:");
      await page.get(button("Ask again"));
    });
  }
});
