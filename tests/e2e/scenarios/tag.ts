import { describe, expect } from "vitest";

import { expectAccessible } from "../src/axe";
import { ANSWER } from "../src/answer";
import { button } from "../src/page";
import { tagsOf } from "../src/registry";
import { Sandbox } from "../src/sandbox/process";
import { type Stage, scenario } from "../src/stage";

/** A merge of the sample course that has an ancestor's image. */
const COMMIT = "ce46f90";
const TAGGING = "details.tagging";

/** The answer for that commit, from a GitLab with a registry of its own. */
async function withRegistry(stage: Stage, registry: "closed" | "open", play: (other: Sandbox) => Promise<void>): Promise<void> {
  const other = await Sandbox.start({ registry });
  try {
    await stage.open({ project: other.says("project"), commit: COMMIT });
    await stage.page.reads(ANSWER, "2c5c1f9");
    await stage.page.click(`${TAGGING} summary`);
    await play(other);
  } finally {
    await other.stop();
  }
}

async function giveToken({ page }: Stage, token: string): Promise<void> {
  await page.click("details.private summary");
  await page.fill("#token", token);
  await page.click(button("Find the image"));
  await page.reads(ANSWER, "2c5c1f9");
  await page.click(`${TAGGING} summary`);
}

describe("a tag for the commit", () => {
  scenario("is a line for a terminal, and no more without a token or where the registry answers no pages", async (stage) => {
    const { page } = stage;
    await withRegistry(stage, "closed", async (other) => {
      await page.reads(TAGGING, `repin retag ${other.says("project")} --commit ${COMMIT}`);
      await page.reads(TAGGING, "From here it takes a token");
      expect(await page.has(button("Tag it from here …"))).toBe(false);
      await giveToken(stage, other.says("token"));
      await page.click(button("Tag it from here …"));
      await page.reads(TAGGING, "Most registries answer no pages of other sites");
      expect([...(await tagsOf(other, "ada/course")).keys()]).not.toContain(COMMIT);
    });
  });

  scenario("is added from here where the registry permits it, after a look at what will change", async (stage) => {
    const { page } = stage;
    await withRegistry(stage, "open", async (other) => {
      await giveToken(stage, other.says("token"));
      const before = await tagsOf(other, "ada/course");
      await page.click(button("Tag it from here …"));
      await page.reads(TAGGING, "This adds a tag to the registry, for everybody");
      await page.reads(TAGGING, `/ada/course:${COMMIT}`);
      await expectAccessible(page, "what will change");
      expect(await tagsOf(other, "ada/course"), "nothing is done before it is confirmed").toEqual(before);
      const isInside = (place: string) => document.activeElement?.closest(place) != null;
      await page.soon("the focus is at what is to be read", isInside, TAGGING);
      await page.tab.press("Tab");
      await page.tab.press("Enter");
      await page.reads(TAGGING, "is the same image now");
      await page.soon("the focus is not astray", isInside, TAGGING);
      const after = await tagsOf(other, "ada/course");
      expect(after.get(COMMIT)).toBe(before.get("2c5c1f9"));
      expect(after.size).toBe(before.size + 1);
      await page.click(button("Ask again"));
      await page.reads(ANSWER, "The image of this very commit is there");
      expect(await page.has(TAGGING)).toBe(false);
    });
  });
});
