import { describe, expect } from "vitest";

import { LauncherControl } from "../src/extension/control";
import { scenario, type Stage } from "../src/extension/stage";
import { button } from "../src/page";
import { tagsOf } from "../src/registry";
import { Sandbox } from "../src/sandbox/process";

/** The commit's own tag at the head of the sample project, and the image that is right for it. */
const OFFER = "Tag it for this commit …";

/** A Renku over a GitLab with a real registry, and the open control of a stale launcher there. */
async function withRegistry(stage: Stage, play: (other: Sandbox, control: LauncherControl) => Promise<void>): Promise<void> {
  const other = await Sandbox.start({ registry: "closed" });
  try {
    await stage.page.tab.goto(`${other.says("renku")}/p/ada/course`);
    const { id } = await other.renku.launcher("ada/course", "Stale");
    const control = new LauncherControl(stage.page, "card", id);
    await control.says("stale");
    await control.open();
    await play(other, control);
  } finally {
    await other.stop();
  }
}

/** Enters a token where the extension takes one. */
async function signIn(stage: Stage, gitlab: string, token: string): Promise<void> {
  const page = await stage.sibling();
  const hash = new URLSearchParams({ host: gitlab, why: "sign-in" });
  await page.tab.goto(`${stage.extension.page("permit.html")}#${hash}`);
  await page.fill("input[type=password]", token);
  await page.click(button("Test and keep"));
  await page.reads("body", "The token works and is kept");
}

describe("a tag", () => {
  scenario(
    "is added to the registry for the commit, once somebody has read what will change",
    async (stage) => {
    await withRegistry(stage, async (other, control) => {
      const before = await tagsOf(other, "ada/spring");
      await control.press(OFFER);
      await stage.page.reads(control.css(".tag"), "has no token of this GitLab");
      await stage.page.get(control.in("button", "Sign in to GitLab …"));
      await signIn(stage, other.gitlab, other.says("token"));

      await control.press(OFFER);
      const group = await stage.page.reads(control.css(".tag"), "This adds a tag to the registry, for everybody");
      const [, reference = ""] = /(\S+) will be the image/u.exec(group) ?? [];
      const [tag = ""] = reference.split(":").slice(-1);
      expect(tag).toMatch(/^[0-9a-f]{7}$/u);
      expect(before.has(tag)).toBe(false);
      expect(await tagsOf(other, "ada/spring"), "nothing is done before it is confirmed").toEqual(before);
      await stage.shot("tag");
      await control.press("Cancel");
      await control.press(OFFER);
      await control.press("Add the tag");
      await stage.page.reads(control.css("p.good"), "is the same image now");

      const after = await tagsOf(other, "ada/spring");
      expect([...after.keys()].toSorted()).toEqual([...before.keys(), tag].toSorted());
      const source = /will be the image \S+:([\w.-]+), built from/u.exec(group)?.[1] ?? "";
      expect(after.get(tag)).toBe(before.get(source));
      await control.press("Look again");
      await control.says("stale");
      await stage.page.gone(control.in("button", OFFER));
    });
    },
    { pages: true },
  );
});
