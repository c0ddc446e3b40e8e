import { describe, expect } from "vitest";

import { LegacyPage } from "../src/extension/legacy";
import { type Stage, scenario } from "../src/extension/stage";

/** What the page sends by itself, of a pinned commit, of one with an image of its own, and where there is none. */
const bare = new Map<string, Record<string, unknown>>();

const PINNED = "72dcd895";
const OWN = "f3a56ddc";

/** The image that is right for a commit of the course, by its tag. */
const image = (stage: Stage, tag: string): string => `${stage.sandbox.says("registry")}:${tag}`;

/** The page at a commit whose pin is stale. */
async function atPinned(stage: Stage): Promise<LegacyPage> {
  const legacy = new LegacyPage(stage);
  await legacy.open();
  await legacy.commit(PINNED);
  await legacy.control.says("stale");
  return legacy;
}

function bareBody(of: string): Record<string, unknown> {
  const body = bare.get(of);
  expect(body, "the scenario without the extension has to run, too").toBeDefined();
  return body ?? {};
}

/** What the bar on a session's page says of its image. */
function verdict(stage: Stage, legacy: LegacyPage, part: string): Promise<string> {
  return stage.page.reads(legacy.bar.in("status", "Image for this code"), part);
}

describe("the legacy launch", () => {
  scenario(
    "without the extension sends what it sends",
    async (stage) => {
      const legacy = new LegacyPage(stage);
      for (const commit of [PINNED, OWN]) {
        await legacy.open();
        await legacy.commit(commit);
        await legacy.start();
        await legacy.end();
      }
      await stage.sandbox.renku.inaccessible(image(stage, "1f58fae"));
      await legacy.open();
      await legacy.commit(PINNED);
      await legacy.start("Start with base image");
      const [pinned, own, base] = (await legacy.launches()) as Record<string, unknown>[];
      expect(pinned).toHaveProperty("image", image(stage, "1f58fae"));
      expect(own).not.toHaveProperty("image");
      expect(base).not.toHaveProperty("image");
      for (const [name, body] of Object.entries({ pinned, own, base })) {
        bare.set(name, body ?? {});
      }
    },
    { bare: true },
  );

  scenario("is in the chosen image, and else what the page sends by itself; the next one is not", async (stage) => {
    const legacy = await atPinned(stage);
    expect(await legacy.useOnce()).toBe(image(stage, "72dcd89"));
    await stage.shot("legacy-override");
    const name = await legacy.start();
    expect((await legacy.server(name))?.image).toBe(image(stage, "72dcd89"));
    await verdict(stage, legacy, `This session runs in ${image(stage, "72dcd89")}, as you asked.`);
    await stage.shot("legacy-session");
    await stage.page.tab.reload();
    await verdict(stage, legacy, "as you asked");
    await legacy.bar.press("Close");
    await stage.page.gone(legacy.bar.host);
    expect(await legacy.override()).toBeNull();

    await legacy.end();
    await legacy.commit(PINNED);
    await legacy.start();
    await stage.quiet();
    expect(await stage.page.has(legacy.bar.host)).toBe(false);
    const body = bareBody("pinned");
    expect(await legacy.launches()).toEqual([{ ...body, image: image(stage, "72dcd89") }, body]);
  });

  scenario("of a commit with an image of its own can be in another one", async (stage) => {
    const legacy = new LegacyPage(stage);
    await legacy.open();
    await legacy.commit(OWN);
    await legacy.control.says("right for f3a56dd");
    await legacy.useOnce("renku/renkulab-py:3.10-0.24.0");
    await legacy.start();
    expect(await legacy.launches()).toEqual([{ ...bareBody("own"), image: "renku/renkulab-py:3.10-0.24.0" }]);
    await verdict(stage, legacy, "as you asked");
  });

  scenario("is the page's own again when the override is removed before", async (stage) => {
    const legacy = await atPinned(stage);
    await legacy.useOnce();
    await legacy.control.press("Close");
    await legacy.isNext(image(stage, "72dcd89"));
    await legacy.control.press("Remove override");
    await legacy.control.said("The next session starts as Renku has it");
    expect(await legacy.override()).toBeNull();
    await legacy.start();
    expect(await legacy.launches()).toEqual([bareBody("pinned")]);
  });

  scenario("keeps its override over a reload, in this tab alone", async (stage) => {
    const legacy = await atPinned(stage);
    await legacy.useOnce();
    await stage.page.tab.reload();
    await legacy.isNext(image(stage, "72dcd89"));
    const page = await stage.sibling();
    await page.tab.goto(legacy.at());
    const other = new LegacyPage(stage, "ada/course", page);
    await other.control.says("stale");
    expect(await page.text(other.control.css(".control"))).not.toContain("The next session");
    await legacy.commit(PINNED);
    await legacy.isNext(image(stage, "72dcd89"));
    await legacy.start();
    expect(await legacy.launches()).toEqual([{ ...bareBody("pinned"), image: image(stage, "72dcd89") }]);
  });

  scenario("can be a quick start", async (stage) => {
    const legacy = await atPinned(stage);
    await legacy.useOnce();
    await legacy.open("?autostart=1");
    const name = await legacy.started();
    expect((await legacy.server(name))?.image).toBe(image(stage, "72dcd89"));
    await verdict(stage, legacy, "as you asked");
    expect(await legacy.launches()).toHaveLength(1);
  });

  scenario("of a quick start shows its override, which can be removed", async (stage) => {
    const legacy = await atPinned(stage);
    await legacy.useOnce();
    const goOn = await stage.page.tab.hold("/repository/branches");
    await legacy.open("?autostart=1");
    await stage.page.reads(legacy.bar.css(".control"), `The next session starts in ${image(stage, "72dcd89")}`);
    await legacy.bar.press("Remove override");
    await stage.page.gone(legacy.bar.host);
    goOn();
    const name = await legacy.started();
    expect((await legacy.server(name))?.image).toBe(image(stage, "1f58fae"));
  });

  scenario("is possible where the pinned image is missing", async (stage) => {
    await stage.sandbox.renku.inaccessible(image(stage, "1f58fae"));
    const legacy = await atPinned(stage);
    await legacy.useOnce();
    await legacy.start("Start with base image");
    expect(await legacy.launches()).toEqual([{ ...bareBody("base"), image: image(stage, "72dcd89") }]);
    await verdict(stage, legacy, "as you asked");
  });

  scenario("is possible where no image was built", async (stage) => {
    const legacy = new LegacyPage(stage, "ada/spring");
    await legacy.open();
    await legacy.control.says("no image yet");
    const right = await legacy.useOnce();
    expect(right).toMatch(/\/ada\/spring:72dcd89$/u);
    const name = await legacy.start("Start with base image");
    expect((await legacy.server(name))?.image).toBe(right);
  });

  scenario("is never in an image that Renku does not find", async (stage) => {
    const legacy = await atPinned(stage);
    await legacy.control.open();
    await legacy.control.type(image(stage, "0ddba11"));
    await stage.page.reads(legacy.control.css(".facts"), "Renku has no access");
    await legacy.control.press("Use once");
    await legacy.control.said(/Renku does not find .*:0ddba11, .*: nothing was set/u);
    await stage.shot("legacy-missing");
    expect(await legacy.override()).toBeNull();
    await legacy.start();
    expect(await legacy.launches()).toEqual([bareBody("pinned")]);
  });

  scenario("in an image that nobody could check is left to the person", async (stage) => {
    const legacy = await atPinned(stage);
    await legacy.control.open();
    await stage.page.reads(legacy.control.css(".facts"), "Renku has access");
    await stage.sandbox.renku.fault({ kind: "status", status: 503, path: "/notebooks/images" });
    await legacy.control.press("Use once");
    await legacy.control.said("Whether Renku has access is not known");
    expect(await legacy.override()).toBeNull();
    await legacy.control.press("Keep it for the next session");
    await legacy.isNext(image(stage, "72dcd89"));
  });

  scenario("that Renku swaps after all is said to be swapped", async (stage) => {
    const legacy = await atPinned(stage);
    await legacy.useOnce();
    await stage.sandbox.renku.inaccessible(image(stage, "72dcd89"));
    const name = await legacy.start();
    expect((await legacy.server(name))?.annotations["renku.io/default_image_used"]).toBe("True");
    await verdict(stage, legacy, `Renku did not find ${image(stage, "72dcd89")}: this session runs in its default image, renku/singleuser:latest.`);
    await stage.shot("legacy-swapped");
    expect(await legacy.override()).toBeNull();
  });

  scenario("that Renku refuses keeps its override for the next try", async (stage) => {
    const legacy = await atPinned(stage);
    await legacy.useOnce();
    await stage.sandbox.renku.fault({ kind: "status", status: 500, method: "POST", path: "/notebooks/servers" });
    await legacy.startInVain();
    await legacy.isNext(image(stage, "72dcd89"));
    await stage.sandbox.renku.clearFaults();
    await legacy.start();
    const body = { ...bareBody("pinned"), image: image(stage, "72dcd89") };
    expect(await legacy.launches()).toEqual([body, body]);
    await verdict(stage, legacy, "as you asked");
  });

  scenario("beside a session of the project is pointed out first", async (stage) => {
    const legacy = await atPinned(stage);
    await legacy.elsewhere("main", PINNED, image(stage, "1f58fae"));
    await legacy.control.open();
    await stage.page.reads(legacy.control.css(".acts"), `You have a session of ada/course (running, in ${image(stage, "1f58fae")})`);
    await stage.page.reads(legacy.control.css(".facts"), "Renku has access");
    await legacy.control.press("Use once");
    await legacy.control.said("A session of this project is there already");
    await stage.shot("legacy-existing");
    expect(await legacy.override()).toBeNull();
    // Whoever wants it all the same gets the session that is there, and is told so.
    await legacy.control.press("Keep it for the next session");
    await legacy.isNext(image(stage, "72dcd89"));
    await legacy.start();
    await verdict(stage, legacy, `This session runs in ${image(stage, "1f58fae")}, not in ${image(stage, "72dcd89")} as you asked.`);
  });

  scenario("can wait until the session that is there is ended", async (stage) => {
    const legacy = await atPinned(stage);
    await legacy.useOnce();
    await legacy.elsewhere("main", "1a916aaf", image(stage, "1f58fae"));
    await stage.page.tab.reload();
    await stage.page.reads(legacy.bar.css(".control"), `The next session starts in ${image(stage, "72dcd89")}`);
    await legacy.end();
    await legacy.commit(PINNED);
    await stage.page.gone(legacy.bar.host);
    const name = await legacy.start();
    expect((await legacy.server(name))?.image).toBe(image(stage, "72dcd89"));
  });

  scenario("is in the chosen image though the extension was replaced meanwhile", async (stage) => {
    const legacy = await atPinned(stage);
    await legacy.useOnce();
    await stage.extension.reload();
    const name = await legacy.start();
    expect((await legacy.server(name))?.image).toBe(image(stage, "72dcd89"));
    expect(await legacy.override()).toBeNull();
    await stage.page.tab.reload();
    await verdict(stage, legacy, "as you asked");
  });

  scenario("of another project is untouched, and leaves the override where it is", async (stage) => {
    const legacy = await atPinned(stage);
    await legacy.useOnce();
    const other = new LegacyPage(stage, "ada/spring");
    await other.open();
    await other.control.says("no image yet");
    expect(await stage.page.text(other.control.css(".control"))).not.toContain("The next session");
    await other.commit(PINNED);
    const name = await other.start();
    expect((await other.server(name))?.image, "the one that it pins").toBe(image(stage, "1f58fae"));
    await stage.quiet();
    expect(await stage.page.has(other.bar.host)).toBe(false);
    expect(JSON.parse((await legacy.override()) ?? "null")).toEqual({ project: "ada/course", image: image(stage, "72dcd89") });
    await legacy.open();
    await legacy.isNext(image(stage, "72dcd89"));
  });
});
