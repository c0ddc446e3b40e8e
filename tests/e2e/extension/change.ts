import { describe, expect } from "vitest";

import type { LauncherControl } from "../src/extension/control";
import { scenario, type Stage } from "../src/extension/stage";

const imageOf = async (stage: Stage, name: string): Promise<string> =>
  (await stage.launcher("ada/course", name)).environment.container_image;

/** Changes the launcher "Stale" to the image that is right, and waits until that is said. */
async function change(stage: Stage): Promise<{ control: LauncherControl; before: string; after: string }> {
  const before = await imageOf(stage, "Stale");
  const after = await imageOf(stage, "Right");
  const control = await stage.opened("ada/course", "Stale");
  await control.press("Change the launcher");
  await control.said("The launcher starts");
  expect(await imageOf(stage, "Stale")).toBe(after);
  return { control, before, after };
}

describe("change the launcher", () => {
  scenario("sends the image alone, says what it is now, and can be undone", async (stage) => {
    const { control, before, after } = await change(stage);
    const [patch, ...more] = await stage.deeds();
    expect(more).toEqual([]);
    expect(patch?.method).toBe("PATCH");
    expect(patch?.body).toEqual({ environment: { container_image: after } });
    await control.says("right for main");
    await control.press("Undo");
    await control.said("again");
    expect(await imageOf(stage, "Stale")).toBe(before);
    await control.says("stale");
    expect(await stage.page.has(control.in("button", "Undo"))).toBe(false);
  });

  scenario("can be undone after a reload, and in another tab", async (stage) => {
    const { control, before } = await change(stage);
    await stage.page.tab.reload();
    await stage.page.get(control.in("button", "Undo"));
    const other = await stage.sibling();
    await other.tab.goto(stage.at("/p/ada/course"));
    const there = await stage.control("ada/course", "Stale", "card", other);
    await there.press("Undo");
    await there.said("again");
    expect(await imageOf(stage, "Stale")).toBe(before);
  });

  scenario("is not undone if somebody else has changed the launcher since", async (stage) => {
    const { control } = await change(stage);
    const { id } = await stage.launcher("ada/course", "Stale");
    await stage.sandbox.renku.change(id, { environment: { container_image: "renku/renkulab-py:3.10-0.24.0" } });
    await control.press("Undo");
    await control.said("Somebody has changed the launcher since");
    expect(await imageOf(stage, "Stale")).toBe("renku/renkulab-py:3.10-0.24.0");
  });

  scenario("is not put over somebody else's change unasked, and undone to that", async (stage) => {
    const control = await stage.opened("ada/course", "Stale");
    const { id } = await stage.launcher("ada/course", "Stale");
    const theirs = "renku/renkulab-py:3.10-0.24.0";
    await stage.sandbox.renku.change(id, { environment: { container_image: theirs } });
    await control.press("Change the launcher");
    await control.said(`Somebody has changed the launcher meanwhile, to ${theirs}`);
    expect(await imageOf(stage, "Stale")).toBe(theirs);
    await control.press("Change anyway");
    await control.said("The launcher starts");
    expect(await imageOf(stage, "Stale")).toBe(await imageOf(stage, "Right"));
    await control.press("Undo");
    await control.said("again");
    expect(await imageOf(stage, "Stale")).toBe(theirs);
  });

  scenario("is known, and can be undone, though Renku's answer was cut", async (stage) => {
    await stage.sandbox.renku.fault({ kind: "cut-after", method: "PATCH", path: "/session_launchers", first: 1 });
    const { control, before } = await change(stage);
    await control.press("Undo");
    await control.said("again");
    expect(await imageOf(stage, "Stale")).toBe(before);
  });

  scenario("leaves nothing to undo where Renku refused", async (stage) => {
    const control = await stage.opened("ada/course", "Stale");
    await stage.sandbox.renku.fault({ kind: "status", status: 500, method: "PATCH", path: "/session_launchers" });
    await control.press("Change the launcher");
    await control.said(/\S/u);
    expect(await stage.page.has(control.in("button", "Undo"))).toBe(false);
  });

  scenario("is not offered for environments that are not the launcher's own", async (stage) => {
    await stage.project("ada/course");
    for (const [name, badge] of [["Python", "not one of this project's images"], ["From code", "stale"]] as const) {
      const control = await stage.control("ada/course", name);
      await stage.scrollTo(control);
      // Until then the button moves: it is behind the badge.
      await control.says(badge);
      await control.open();
      await stage.page.get(control.in("button", "Use once"));
      expect(await stage.page.has(control.in("button", "Change the launcher")), name).toBe(false);
      await control.press("Close");
    }
  });

  scenario("is not offered without permission: copying is", async (stage) => {
    await stage.project("ben/course");
    const control = await stage.control("ben/course", "Stale");
    await control.says("stale");
    await control.open();
    await stage.page.get(control.in("button", "Copy image"));
    expect(await stage.page.has(control.in("button", "Use once"))).toBe(false);
    expect(await stage.page.has(control.in("button", "Change the launcher"))).toBe(false);
    await control.press("Copy a message to an owner");
    await stage.page.reads(control.css(".control"), "Copied");
    await stage.shot("no-permission");
    await control.press("Copy the project …");
    await stage.page.get("[data-cy=copy-modal]");
  });
});
