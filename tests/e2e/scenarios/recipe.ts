import { describe, expect } from "vitest";

import { RECIPE, openAnswer, openRecipe, requests, rowOf } from "../src/answer";
import { button } from "../src/page";
import { scenario } from "../src/stage";

describe("the recipe", () => {
  scenario("says which files count and why, what is wrong, and what became of the pin", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"));
    await openRecipe(page);
    const text = await page.text(RECIPE);
    expect(text).toContain("The image of 1a916aa is built from 6 files, as the recipe says.");
    expect(text).toMatch(/helpers\/plots\.py\s+COPY helpers \(Dockerfile:23\)/u);
    expect(text).toMatch(/pin-stale/u);
    expect(text).toMatch(/Stale: it was built from 1f58fae, but .* changed since 4c0e36a/u);
    expect(text).toMatch(/Base image\s+renku\/renkulab-py/u);
    expect(text).toMatch(/Job\s+image_build/u);
  });

  scenario("is read when it is asked for, and not again for a commit that has the same", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"), "3b2d1d7");
    await page.get(button("Read the recipe"));
    await openRecipe(page);
    const asked = await requests(stage, async () => {
      await page.click(await rowOf(page, "7f9b74b"));
      await page.soon("the answer is for it", () => document.title.includes("7f9b74b"));
      await page.reads(RECIPE, "What counts");
    });
    expect(asked).toBe(0);
    await page.click(await rowOf(page, "9d6cbe0"));
    await page.get(button("Read the recipe"));
  });

  scenario("that cannot be read says why", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"), "3b2d1d7");
    await sandbox.control.fault({ kind: "wrong-shape" });
    await page.click(button("Read the recipe"));
    await page.reads(RECIPE, "What answered is not a GitLab, or it is out of order.");
    await sandbox.control.clearFaults();
    await openRecipe(page);
  });
});
