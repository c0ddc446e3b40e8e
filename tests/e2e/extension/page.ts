import { describe, expect } from "vitest";

import { type Stage, scenario } from "../src/extension/stage";

/** What the page asks Renku and shows, from when it is opened until it is quiet. */
async function behaviour(stage: Stage, path: string): Promise<{ asked: string[]; text: string }> {
  await stage.sandbox.renku.clearLog();
  await stage.page.tab.goto(stage.at(path));
  await stage.quiet();
  const asked = (await stage.sandbox.renku.log()).map(({ method, path: to }) => `${method} ${to}`).toSorted();
  const text = await stage.page.run(() => document.body.innerText);
  return { asked, text };
}

const PAGES = ["/", "/p/ada/course", "/p/ada/course/settings", "/p/ada/empty", "/p/ada/github", "/p/eve/hostile"];
const bare = new Map<string, { asked: string[]; text: string }>();

describe("the page", () => {
  scenario(
    "without the extension is what it is",
    async (stage) => {
      for (const path of PAGES) {
        bare.set(path, await behaviour(stage, path));
      }
    },
    { bare: true },
  );

  scenario("with the extension asks the same, and shows the same", async (stage) => {
    for (const path of PAGES) {
      const { asked, text } = await behaviour(stage, path);
      const before = bare.get(path);
      expect(before, "the scenario without the extension has to run, too").toBeDefined();
      // What the page shows is all there; `innerText` has nothing of shadow roots.
      expect(text, path).toBe(before?.text);
      const left = [...asked];
      for (const one of before?.asked ?? []) {
        expect(left, `${path} asks ${one}`).toContain(one);
        left.splice(left.indexOf(one), 1);
      }
      // What is more is the extension's, and only reads.
      expect(left.filter((one) => !one.startsWith("GET ")), path).toEqual([]);
      const isProject = path.startsWith("/p/") && !path.endsWith("/settings") && path !== "/p/ada/empty";
      if (!isProject) {
        expect(left, path).toEqual([]);
      }
    }
  });

  scenario("without launchers costs no request to anybody", async (stage) => {
    for (const path of ["/", "/p/ada/course/settings", "/p/ada/empty"]) {
      await stage.page.tab.goto(stage.at(path));
      await stage.quiet();
    }
    expect(await stage.sandbox.control.log()).toEqual([]);
  });

  scenario("can be left and opened again without a document", async (stage) => {
    await stage.page.tab.goto(stage.at("/"));
    await stage.page.run(() => {
      Object.assign(globalThis, { sameDocument: true });
    });
    await stage.page.click('a[href="/p/ada/course"]');
    const control = await stage.control("ada/course", "Stale");
    await control.says("stale");
    await stage.page.tab.back();
    await stage.page.soon("the controls are gone", () => document.querySelector("[data-repin]") === null);
    await stage.page.tab.forward();
    await control.says("stale");
    await stage.page.tab.back();
    await stage.page.click('a[href="/p/ben/course"]');
    await (await stage.control("ben/course", "Stale")).says("stale");
    expect(await stage.page.has(control.host)).toBe(false);
    expect(await stage.page.run(() => "sameDocument" in globalThis)).toBe(true);
  });

  scenario("can draw its launchers anew under an open control", async (stage) => {
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Stale");
    await control.says("stale");
    await control.open();
    await stage.page.click({ role: "button", name: "Render anew" });
    await stage.page.get(control.in("combobox", "Image"));
    await control.says("stale");
    const count = await stage.page.run((host) => document.querySelectorAll(host).length, control.host);
    expect(count).toBe(1);
  });

  scenario("can change a launcher by itself: the badge follows", async (stage) => {
    const { id } = await stage.launcher("ada/course", "Stale");
    const right = await stage.launcher("ada/course", "Right");
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Stale");
    await control.says("stale");
    await stage.sandbox.renku.change(id, { environment: { container_image: right.environment.container_image } });
    const asked = async (): Promise<number> => (await stage.sandbox.renku.log()).filter(({ path }) => path === "/api/data/user").length;
    const before = await asked();
    await stage.until("the page has asked anew", async () => {
      // What comes into view below grows, and can move the button away from under the pointer.
      await stage.page.click({ role: "button", name: "Load anew" });
      return (await asked()) > before;
    });
    await control.says("right for main");
  });

  scenario("outlives the extension that was put into it", async (stage) => {
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Stale");
    await control.says("stale");
    await stage.extension.reload();
    await stage.page.tab.reload();
    await control.says("stale");
    const count = await stage.page.run((host) => document.querySelectorAll(host).length, control.host);
    expect(count).toBe(1);
  });

  scenario("says that it is to be reloaded when the extension was replaced under it", async (stage) => {
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Stale");
    await control.says("stale");
    await stage.extension.reload();
    await control.open();
    const which = control.in("combobox", "Branch, commit or merge request");
    await stage.page.fill(which, "72dcd89");
    await stage.page.tab.press("Enter");
    // Chromium leaves the old script in the page, whose background is gone; Firefox puts in the new one.
    await control.says(stage.browser === "chromium" ? "Repin was updated or removed" : /stale|right/u);
  });

  scenario("wakes a background that has gone", async (stage) => {
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Stale");
    await control.says("stale");
    await stage.extension.evict();
    await control.open();
    await stage.page.soon(
      "the images of commits are there",
      (host) => (document.querySelector(host)?.shadowRoot?.querySelectorAll("[role=option]").length ?? 0) > 3,
      control.host,
    );
  });
});
