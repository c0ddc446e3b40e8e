import { describe, expect } from "vitest";

import { ANSWER, HISTORY, clipboard, openAnswer, settled } from "../src/answer";
import { COURSE } from "../src/course";
import { button, textbox } from "../src/page";
import { scenario } from "../src/stage";

describe("the answer", () => {
  scenario("is found by typing an address, and is the page's address then", async ({ page, sandbox, open }) => {
    await open();
    await page.fill(textbox("Address"), `${sandbox.says("project")}/-/commit/${COURSE.merge.commit}`);
    await page.click(button("Find the image"));
    await page.reads(ANSWER, `The image of ${COURSE.merge.image} is right for ${COURSE.merge.short}.`);
    const query = new URL(page.tab.url()).searchParams;
    expect(query.get("project")).toBe(`${sandbox.says("project")}/-/commit/${COURSE.merge.commit}`);
    expect(await page.run(() => document.title)).toBe(`ada/course at ${COURSE.merge.short}: found · Repin`);
  });

  scenario("says which image, why, and what it cost", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"), COURSE.merge.commit);
    const text = await page.text(ANSWER);
    expect(text).toContain("Found");
    expect(text).toContain(`${sandbox.says("registry")}:${COURSE.merge.image}`);
    expect(text).toContain(`Image of ${COURSE.merge.image}: all 5 inputs are identical; 2 commits ago`);
    expect(text).toContain("; the next older image, ");
    expect(text).toMatch(/Cost\s+\d+ requests, \d+ rounds, \d+ kB/u);
    expect(text).toContain("Merge branch 'seaborn'");
    const asked = (await sandbox.control.log()).length;
    expect(asked, "requests of the answer, at most 30, and of the history, at most 60").toBeLessThanOrEqual(90);
  });

  for (const [name, commit, says] of [
    ["an image that was built later", COURSE.later.commit, "2 commits later"],
    ["an image of its own under another name", COURSE.released.short, "The image of this very commit is there."],
  ] as const) {
    scenario(`can be ${name}`, async (stage) => {
      await openAnswer(stage, stage.sandbox.says("project"), commit);
      await stage.page.reads(ANSWER, says);
    });
  }

  scenario("can be that there is none: why, what comes nearest, what to do", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"));
    const text = await page.text(ANSWER);
    expect(text).toContain("Build failed");
    expect(text).toMatch(/No image is right for 1a916aa\./u);
    expect(text).toMatch(/The nearest is 72dcd89, .*1 input differs:/su);
    expect(text).toMatch(/modified\s+environment\.yml/u);
    expect(text).toContain("Next:");
    const link = await page.get({ role: "link", name: "See it in GitLab" });
    expect(await link.attribute("href")).toMatch(new RegExp(`^${sandbox.says("project")}/-/jobs/\\d+$`, "u"));
  });

  scenario("is there for a fork, from the project that it is a fork of", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("fork"), COURSE.merge.commit);
    await page.reads(ANSWER, `:${COURSE.merge.image}`);
    await page.reads(ANSWER, "It is in the registry of ada/course, which this project is a fork of.");
  });

  scenario("gives lines to copy", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"), COURSE.merge.commit);
    const image = `${sandbox.says("registry")}:${COURSE.merge.image}`;
    for (const [name, text] of [
      ["Copy image", image],
      ["Copy docker pull", `docker pull ${image}`],
      ["Copy docker run", /^docker run .*registry\.example\.org\/ada\/course:2c5c1f9 .*$/u],
      ["Copy renku.ini line", /^\[interactive\] ?image = registry\.example\.org\/ada\/course:2c5c1f9$/u],
      ["Copy launcher field", image],
    ] as const) {
      await page.click(button(name));
      await page.soon(`${name} says that it is copied`, (label) => document.activeElement?.textContent === label, "Copied");
      const pasted = await clipboard(page);
      expect(pasted, name).toMatch(typeof text === "string" ? new RegExp(`^${text.replaceAll(".", "\\.")}$`, "u") : text);
    }
  });

  scenario("can be waited for, and given up", async ({ page, sandbox, open }) => {
    await sandbox.control.fault({ kind: "latency", milliseconds: 2000 });
    await open({ project: sandbox.says("project") });
    await page.reads(ANSWER, /Asking: \d+ requests? sent/u);
    await page.click(button("Stop"));
    await page.reads(ANSWER, "Stopped.");
    await sandbox.control.clearFaults();
    await page.click(button("Ask again"));
    await settled(page);
    await page.reads(ANSWER, "Build failed");
    await page.reads(HISTORY, "commits");
  });
});
