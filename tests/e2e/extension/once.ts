import { describe, expect } from "vitest";

import { scenario, type Stage } from "../src/extension/stage";
import type { RenkuLauncher } from "../src/sandbox/renku";

const started = (stage: Stage): Promise<string> =>
  stage.page.soon("the session is shown", () => /\/sessions\/show\/([^/]+)$/u.exec(location.pathname)?.[1]);

/** The image that is right for the head of the course. */
async function right(stage: Stage): Promise<string> {
  return (await stage.launcher("ada/course", "Right")).environment.container_image;
}

async function copies(stage: Stage): Promise<RenkuLauncher[]> {
  const { launchers } = await stage.sandbox.renku.state();
  return launchers.filter(({ description }) => description?.startsWith("Made by Repin") === true);
}

async function sessionImage(stage: Stage, name: string): Promise<string | undefined> {
  return (await stage.sandbox.renku.state()).sessions.find((session) => session.name === name)?.image;
}

describe("use once", () => {
  scenario("starts a session in the right image from a whole copy, and removes the copy again", async (stage) => {
    await stage.sandbox.renku.change((await stage.launcher("ada/course", "Stale")).id, {
      disk_storage: 7,
      env_variables: [{ name: "A", value: "1" }],
      environment: { default_url: "/lab", port: 8899, uid: 1001, gid: 1002, command: ["sh", "-c"], args: ["echo"] },
    });
    const before = await stage.launcher("ada/course", "Stale");
    const control = await stage.opened("ada/course", "Stale");
    await stage.shot("override");
    await control.press("Use once");
    const name = await started(stage);
    expect(await sessionImage(stage, name)).toBe(await right(stage));

    const [copy, ...more] = await copies(stage);
    expect(more).toEqual([]);
    const image = copy?.environment.container_image;
    const copyName = copy?.environment.name;
    const own = { id: "", name: "", container_image: "", creation_date: "" };
    expect({ ...copy?.environment, ...own }).toEqual({ ...before.environment, ...own });
    expect(image).toBe(await right(stage));
    expect(copyName).toBe(copy?.name);
    expect(copy?.name).toMatch(/^Stale @ [0-9a-f]{7}$/u);
    expect(copy?.disk_storage).toBe(7);
    expect(copy?.env_variables).toEqual([{ name: "A", value: "1" }]);
    expect(copy?.resource_class_id).toBe(before.resource_class_id);
    expect(await stage.launcher("ada/course", "Stale"), "the original is as it was").toEqual(before);

    const bar = `[data-repin="session"]`;
    await stage.page.reads({ role: "status", name: "Image for this code", within: bar }, "as you asked");
    await stage.shot("session");
    await stage.page.click({ role: "button", name: "Remove override", within: bar });
    await stage.page.reads({ css: ".said", within: bar }, "A session of this copy is still there");
    await stage.page.click({ role: "button", name: "Remove anyway", within: bar });
    await stage.page.reads({ css: ".said", within: bar }, "The copy is removed");
    expect(await copies(stage)).toEqual([]);
  });

  scenario("finds the copy that was made before, and the project's page offers to remove it", async (stage) => {
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Stale");
    for (const _ of [1, 2]) {
      await control.says("stale");
      await control.open();
      await stage.page.reads(control.css(".facts"), "Renku has access");
      await control.press("Use once");
      await started(stage);
      expect(await copies(stage)).toHaveLength(1);
      await stage.project("ada/course");
    }
    const [copy] = await copies(stage);
    const ofCopy = await stage.control("ada/course", copy?.name ?? "");
    await stage.scrollTo(ofCopy);
    await ofCopy.says("right for main");
    await ofCopy.press("Remove override");
    await ofCopy.said("A session of this copy is still there");
    await ofCopy.press("Remove anyway");
    await stage.page.soon("it is gone", (host) => document.querySelector(host) === null || true, ofCopy.host);
    await stage.until("the copy is removed", async () => (await copies(stage)).length === 0);
  });

  scenario("takes how an image is started from a launcher that uses it; nothing of a global or built one", async (stage) => {
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Python");
    await stage.scrollTo(control);
    await control.says("not one");
    await control.open();
    await stage.page.reads(control.css(".facts"), "Renku has access");
    await control.type(await right(stage));
    await stage.page.reads(control.css(".facts"), "Renku has access");
    await control.press("Use once");
    const name = await started(stage);
    expect(await sessionImage(stage, name)).toBe(await right(stage));
    const [copy] = await copies(stage);
    const source = await stage.launcher("ada/course", "Right");
    expect(copy?.environment.default_url).toBe(source.environment.default_url);
    expect((await stage.deeds()).filter(({ method }) => method === "PATCH")).toEqual([]);
  });

  scenario("asks how an image is started where no launcher says it, with Renku's defaults", async (stage) => {
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Python");
    await stage.scrollTo(control);
    await control.says("not one");
    await control.open();
    await control.type("renku/renkulab-r:4.3.1-0.25.0");
    await stage.page.reads(control.css(".facts"), "Renku has access");
    await control.press("Use once");
    await stage.page.reads(control.css("fieldset"), "How is this image started?");
    expect(await copies(stage)).toEqual([]);
    await stage.page.fill(control.in("textbox", "Arguments (JSON list)"), "no list");
    await control.press("Start with these settings");
    await stage.page.reads(control.css("[role=alert]"), "no JSON list");
    await stage.page.fill(control.in("textbox", "Arguments (JSON list)"), '["jupyter"]');
    await control.press("Start with these settings");
    await started(stage);
    const [copy] = await copies(stage);
    expect(copy?.environment).toMatchObject({ default_url: "/", port: 8888, uid: 1000, gid: 1000, args: ["jupyter"] });
  });

  scenario("says first what Renku cannot have, and makes nothing", async (stage) => {
    const image = await right(stage);
    await stage.sandbox.renku.inaccessible(image);
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Stale");
    await control.says("stale");
    await control.open();
    await stage.page.reads(control.css(".facts"), "Renku has no access");
    await control.press("Use once");
    await control.said("Renku has no access");
    expect(await stage.deeds()).toEqual([]);
  });

  scenario("points out a session that is there already", async (stage) => {
    const { id, environment } = await stage.launcher("ada/course", "Stale");
    await stage.sandbox.renku.session(id, "hibernated");
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Stale");
    await control.says("stale");
    await control.open();
    await stage.page.reads(control.css(".acts"), `You have a session of this launcher (hibernated, in ${environment.container_image})`);
    await stage.page.reads(control.css(".facts"), "Renku has access");
    await control.press("Use once");
    const name = await started(stage);
    expect(await sessionImage(stage, name)).toBe(await right(stage));
  });

  scenario("goes on with the copy that was made though Renku's answer was cut", async (stage) => {
    const control = await stage.opened("ada/course", "Stale");
    await stage.sandbox.renku.fault({ kind: "cut-after", method: "POST", path: "/session_launchers", first: 1 });
    await control.press("Use once");
    await started(stage);
    expect(await copies(stage)).toHaveLength(1);
  });

  scenario("says that nothing was made when the network is down in the middle", async (stage) => {
    const control = await stage.opened("ada/course", "Stale");
    await stage.sandbox.renku.fault({ kind: "cut-before-headers", method: "POST", path: "/session_launchers" });
    await control.press("Use once");
    await control.said("No copy was made");
    expect(await copies(stage)).toEqual([]);
  });

  scenario("shows what was left behind when nobody answered any more", async (stage) => {
    const control = await stage.opened("ada/course", "Stale");
    const lists = async (): Promise<number> =>
      (await stage.sandbox.renku.log()).filter(({ method, path }) => method === "GET" && path.endsWith("/session_launchers")).length;
    const before = await lists();
    await stage.sandbox.renku.fault({ kind: "cut-after", method: "POST", path: "/session_launchers" });
    await stage.sandbox.renku.fault({ kind: "latency", milliseconds: 2000, method: "POST", path: "/session_launchers" });
    await control.press("Use once");
    await stage.until("the launchers were read before the copy is made", async () => (await lists()) > before);
    await stage.sandbox.renku.fault({ kind: "cut-before-headers", method: "GET", path: "/session_launchers" });
    await control.said(/not known whether the copy was made|Renku did not answer/u);
    await stage.sandbox.renku.clearFaults();
    await stage.page.tab.reload();
    await stage.scrollTo(control);
    await stage.page.reads(control.css(".control"), "Copies for one session that are still here: Stale @");
    await control.press("Remove override");
    await stage.until("the copy is removed", async () => (await copies(stage)).length === 0);
  });

  scenario("brings nobody back who went elsewhere meanwhile, and leaves nothing for it", async (stage) => {
    const control = await stage.opened("ada/course", "Stale");
    await stage.sandbox.renku.fault({ kind: "latency", milliseconds: 1500, method: "POST", path: "/session_launchers" });
    await control.press("Use once");
    await stage.page.soon(
      "it is at work",
      (host) => document.querySelector(host)?.shadowRoot?.querySelector(".first")?.getAttribute("aria-busy") === "true",
      control.host,
    );
    await stage.page.click('a[href="/"]');
    await stage.until("the copy was made", async () => (await stage.deeds()).some(({ method }) => method === "POST"));
    await stage.until("and removed", async () => (await stage.deeds()).some(({ method }) => method === "DELETE"));
    expect(await copies(stage)).toEqual([]);
    expect(new URL(stage.page.tab.url()).pathname).toBe("/");
    expect((await stage.sandbox.renku.state()).sessions).toEqual([]);
  });

  scenario("asks before it removes a copy that somebody else may need", async (stage) => {
    const { id } = await stage.launcher("ada/course", "Right");
    const { id: original } = await stage.launcher("ada/course", "Stale");
    await stage.sandbox.renku.change(id, { description: `Made by Repin for one session (copy of ${original}).` });
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Right");
    await control.says("right for main");
    await control.press("Remove override");
    await control.said("somebody else may still need it");
    expect(await stage.deeds()).toEqual([]);
  });

  scenario("starts in the image that somebody types", async (stage) => {
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Stale");
    await control.says("stale");
    await control.open();
    for (const [typed, said] of [
      ["Registry.example.org/Group/Name:tag", "no upper-case letters"],
      ["registry.example.org/group name", "no spaces"],
      ["registry.example.org//name:tag", "This is no image"],
    ] as const) {
      await control.type(typed);
      await stage.page.reads(control.css("p.bad"), said);
    }
    await control.type("renku/renkulab-py:3.10-0.24.0");
    await stage.page.reads(control.css(".facts"), "Renku has access");
    await control.press("Use once");
    const name = await started(stage);
    expect(await sessionImage(stage, name)).toBe("renku/renkulab-py:3.10-0.24.0");
  });
});
