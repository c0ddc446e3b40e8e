import { describe, expect } from "vitest";

import { LegacyPage } from "../src/extension/legacy";
import { pressAll } from "../src/extension/events";
import { type Stage, scenario } from "../src/extension/stage";

/** Keeps the page's fetch as it was before any override. */
function remember(stage: Stage): Promise<void> {
  return stage.page.run(() => {
    Object.assign(globalThis, { first: fetch });
  });
}

const isFirst = (stage: Stage): Promise<boolean> =>
  stage.page.run(() => (globalThis as unknown as { first: typeof fetch }).first === fetch);

async function open(stage: Stage): Promise<LegacyPage> {
  const legacy = new LegacyPage(stage);
  await legacy.open();
  await remember(stage);
  await legacy.commit("72dcd895");
  await legacy.control.says("stale");
  return legacy;
}

/** Requests that are no launch of the course, or nearly one; and one that is. */
const SENT = [
  ["POST", "/ui-server/api/notebooks/servers", { namespace: "ada", project: "unknown", commit_sha: "a", branch: "main" }],
  ["POST", "/ui-server/api/notebooks/servers", { namespace: "ada", project: "course", branch: "main" }],
  ["POST", "/ui-server/api/notebooks/servers", ["ada", "course"]],
  ["POST", "/ui-server/api/notebooks/v2/servers", { namespace: "ada", project: "course", commit_sha: "a" }],
  ["POST", "/ui-server/api/notebooks/servers/x", { namespace: "ada", project: "course", commit_sha: "a" }],
  ["PATCH", "/ui-server/api/notebooks/servers/x", { namespace: "ada", project: "course", commit_sha: "a" }],
  ["PUT", "/ui-server/api/notebooks/servers", { namespace: "ada", project: "course", commit_sha: "a" }],
] as const;
const LAUNCH = ["POST", "/ui-server/api/notebooks/servers", { namespace: "ada", project: "course", commit_sha: "a" }] as const;

type Sending = readonly (readonly [string, string, unknown])[];

/** Lets the page send requests in both of fetch's ways, and returns what came. */
async function sent(stage: Stage, requests: Sending): Promise<unknown[][]> {
  await stage.sandbox.renku.clearLog();
  await stage.page.run(async (all) => {
    for (const [method, path, body] of all) {
      const init = { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
      await fetch(path, init);
      await fetch(new Request(path, init));
    }
  }, requests);
  const log = await stage.sandbox.renku.log();
  return log.filter(({ method }) => method !== "GET").map(({ method, path, body }) => [method, path, body]);
}

const twice = (requests: Sending): unknown[] => requests.flatMap((one) => [one, one]);

describe("a hostile legacy page", () => {
  scenario("cannot press the control's buttons", async (stage) => {
    const legacy = await open(stage);
    await legacy.control.open();
    await stage.page.reads(legacy.control.css(".facts"), "Renku has access");
    await stage.page.run(pressAll, legacy.control.host);
    await stage.quiet();
    expect(await legacy.override()).toBeNull();
    expect(await stage.deeds()).toEqual([]);
    expect(await isFirst(stage)).toBe(true);
    await stage.page.get(legacy.control.in("combobox", "Image"));
  });

  scenario("gets nothing for any message that it can send", async (stage) => {
    await open(stage);
    await stage.quiet();
    await stage.sandbox.renku.clearLog();
    await stage.page.run(
      (project) => {
        const answers: unknown[] = [];
        Object.assign(globalThis, { answers });
        addEventListener("message", ({ data, source }) => source !== window && answers.push(data));
        for (const message of [
          { type: "fetch", path: "/api/v4/projects/1" },
          { type: "report" },
          { type: "judge", place: { repository: project, revision: null, through: "page" }, image: null },
          { project: "ada/course", image: "renku/renkulab-py:3.10-0.24.0" },
        ]) {
          window.postMessage(message, "*");
          for (const name of ["repin", "repin:override", "repin:ready", "repin.override"]) {
            document.dispatchEvent(new CustomEvent(name, { detail: message }));
            dispatchEvent(new CustomEvent(name, { detail: message }));
          }
        }
      },
      stage.sandbox.says("private"),
    );
    await stage.quiet();
    expect(await stage.page.run(() => (globalThis as unknown as { answers: unknown[] }).answers)).toEqual([]);
    expect(await stage.sandbox.renku.log()).toEqual([]);
    expect(await isFirst(stage)).toBe(true);
  });

  scenario("finds its requests as it sent them: all without an override, all but the launch with one", async (stage) => {
    const legacy = await open(stage);
    const requests = [...SENT, LAUNCH];
    expect(await sent(stage, requests)).toEqual(twice(requests));
    await stage.sandbox.renku.reset();
    const chosen = await legacy.useOnce();
    expect(await isFirst(stage), "fetch is hooked while there is an override").toBe(false);
    expect(await sent(stage, SENT)).toEqual(twice(SENT));
    await legacy.control.press("Remove override");
    await legacy.control.said("as Renku has it");
    expect(await isFirst(stage)).toBe(true);
    expect(await sent(stage, [LAUNCH])).toEqual(twice([LAUNCH]));

    await stage.sandbox.renku.reset();
    await legacy.control.press("Close");
    await legacy.useOnce(chosen);
    const [method, path, body] = LAUNCH;
    // Only the first: from then on there is no override.
    expect(await sent(stage, [LAUNCH])).toEqual([[method, path, { ...body, image: chosen }], LAUNCH]);
    expect(await isFirst(stage)).toBe(true);
  });

  scenario("that keeps the hook from its work gets no override", async (stage) => {
    const legacy = await open(stage);
    await stage.page.run(() => {
      document.addEventListener("repin:override", (event) => event.stopImmediatePropagation(), true);
    });
    await legacy.control.open();
    await stage.page.reads(legacy.control.css(".facts"), "Renku has access");
    await legacy.control.press("Use once");
    await legacy.control.said("reload it, then choose the image again");
    expect(await legacy.override()).toBeNull();
    await legacy.control.press("Reload the page");
    await stage.page.gone(legacy.control.in("combobox", "Image"));
    await legacy.commit("72dcd895");
    await legacy.control.says("stale");
    await legacy.useOnce();
  });
});
