import { describe, expect } from "vitest";

import { expectAccessible } from "../src/axe";
import { LegacyPage } from "../src/extension/legacy";
import { type Stage, scenario } from "../src/extension/stage";

/** What the marks in the open list of commits say, by short ids. */
function marks(stage: Stage): Promise<Record<string, string>> {
  return stage.page.run(() => {
    const elements = [...document.querySelectorAll("[role=option] > [data-repin=mark]")];
    const said = elements.map((mark) => [
      mark.parentElement?.querySelector(".fw-bold")?.textContent,
      mark.shadowRoot?.querySelector("[role=img]")?.getAttribute("aria-label"),
    ]);
    return Object.fromEntries(said) as Record<string, string>;
  });
}

async function marked(stage: Stage, count: number): Promise<Record<string, string>> {
  await stage.until(`${count} commits are marked`, async () => Object.keys(await marks(stage)).length === count);
  return marks(stage);
}

/** What the page asks its server and shows, from when it is opened until it is quiet. */
async function behaviour(stage: Stage, path: string): Promise<{ asked: string[]; text: string }> {
  await stage.sandbox.renku.clearLog();
  await stage.page.tab.goto(stage.sandbox.says("renku-legacy") + path);
  if (path.includes("autostart")) {
    await new LegacyPage(stage).started();
  }
  await stage.quiet();
  if (path.endsWith("/sessions/new")) {
    await new LegacyPage(stage).openList("commit");
    await stage.quiet();
  }
  const log = await stage.sandbox.renku.log();
  const every = log.map(({ method, path: to, body }) => `${method} ${to} ${JSON.stringify(body)}`);
  // An image that is not there is looked for every few seconds: how often is a matter of time.
  const asked = every.filter((one, index) => !one.includes("/registry/") || every.indexOf(one) === index);
  const text = await stage.page.run(() => document.body.innerText);
  return { asked, text };
}

/** The last but one starts a session, beside which the last one starts none. */
const PAGES = [
  "/",
  "/projects/ada/course/sessions",
  "/projects/ada/course/sessions/new",
  "/projects/ada/spring/sessions/new",
  "/projects/ben/course/sessions/new",
  "/projects/ada/course/sessions/new?autostart=1",
  "/projects/ada/course/sessions/new?again",
];
const bare: { asked: string[]; text: string }[] = [];

async function all(stage: Stage): Promise<{ asked: string[]; text: string }[]> {
  const found = [];
  for (const path of PAGES) {
    found.push(await behaviour(stage, path));
  }
  return found;
}

describe("the legacy page", () => {
  scenario(
    "without the extension is what it is",
    async (stage) => {
      bare.push(...(await all(stage)));
    },
    { bare: true },
  );

  scenario("with the extension asks the same, and shows the same", async (stage) => {
    for (const [at, { asked, text }] of (await all(stage)).entries()) {
      const path = PAGES[at] ?? "";
      const before = bare[at];
      expect(before, "the scenario without the extension has to run, too").toBeDefined();
      // `innerText` has nothing of shadow roots.
      expect(text, path).toBe(before?.text);
      const more = [...asked];
      for (const one of before?.asked ?? []) {
        expect(more, `${path} asks ${one}`).toContain(one);
        more.splice(more.indexOf(one), 1);
      }
      // What is more is the extension's, and only reads.
      expect(more.filter((one) => !one.startsWith("GET ")), path).toEqual([]);
      if (!path.endsWith("/new")) {
        expect(more, path).toEqual([]);
      }
    }
  });

  scenario("says what the image of the chosen branch and commit is, pinned or its own", async (stage) => {
    const legacy = new LegacyPage(stage);
    await legacy.open();
    await legacy.control.says(/^stale: Dockerfile and 3 more changed 22 commits ago$/u);
    const isBelow = await stage.page.run((host) => {
      const group = document.querySelector(host)?.parentElement;
      return group?.querySelector(".form-label")?.textContent?.startsWith("Docker image");
    }, legacy.control.host);
    expect(isBelow, "the control is below “Docker image”").toBe(true);
    await stage.shot("legacy-pinned");
    // Its pin is as old, though it has an image of its own.
    await legacy.commit("72dcd895");
    await legacy.control.says(/^stale: Dockerfile and 2 more changed 20 commits ago$/u);
    // From before the pin: its own image, and none.
    await legacy.commit("f3a56ddc");
    await legacy.control.says(/^right for f3a56dd$/u);
    await legacy.commit("0734fbaf");
    await legacy.control.says(/^no image yet$/u);
    await legacy.control.open();
    await stage.page.reads(legacy.control.css(".facts"), "Renku has access");
    expect(await legacy.offered()).toBe(`${stage.sandbox.says("registry")}:f3a56dd`);
    await legacy.branch("polars");
    await legacy.control.says(/^stale: Dockerfile and 2 more changed 17 commits ago$/u);
    await stage.page.gone(legacy.control.in("combobox", "Image"));
  });

  scenario("is answered about the commit that was chosen last, however late the others are", async (stage) => {
    const legacy = new LegacyPage(stage);
    await legacy.open();
    await legacy.control.says("stale");
    const late = "/repository/commits/72dcd895";
    await stage.sandbox.renku.fault({ kind: "latency", milliseconds: 3000, path: late });
    await legacy.commit("72dcd895");
    await stage.until("the slow question is asked", async () => (await stage.sandbox.renku.log()).some(({ path }) => path.endsWith(late)));
    await legacy.commit("f3a56ddc");
    await legacy.control.says("right for f3a56dd");
    const isAnswered = async (): Promise<boolean> =>
      (await stage.sandbox.renku.log()).some(({ path, status }) => path.endsWith(late) && status === 200);
    expect(await isAnswered(), "the slow answer is still to come").toBe(false);
    await stage.until("the slow question is answered", isAnswered);
    await stage.quiet();
    await legacy.control.says("right for f3a56dd");
  });

  scenario("marks in the list of commits which have a right image", async (stage) => {
    const legacy = new LegacyPage(stage);
    await legacy.open();
    await legacy.control.says("stale");
    await legacy.openList("commit");
    expect(await marked(stage, 20)).toMatchObject({
      "1a916aaf": "no image is right",
      "110771fd": "no image is right",
      "72dcd895": "its own image is right",
      "673f58c4": "the image of b6dae06 is right",
      "7f9b74b8": "the image of 5b1b863 is right",
      ce46f909: "the image of 2c5c1f9 is right",
    });
    await stage.shot("legacy-marks");
    await legacy.fetchMore();
    expect(await marked(stage, 31)).toMatchObject({
      "87cb2bbb": "its own image is right",
      "0734fbaf": "the image of f3a56dd is right",
      "4c0e36a9": "the image of f3a56dd is right",
    });
    await legacy.closeList("commit");
    await stage.quiet();
    await stage.sandbox.renku.clearLog();
    await legacy.openList("commit");
    await marked(stage, 31);
    expect(await stage.sandbox.renku.log(), "what is known is not asked again").toEqual([]);
  });

  scenario("says why nothing is known, and looks again", async (stage) => {
    const legacy = new LegacyPage(stage);
    const path = "/repository/commits/1a916aaf";
    await stage.sandbox.renku.fault({ kind: "status", status: 500, path });
    await legacy.open();
    await legacy.control.says("unknown, because Renku's GitLab answered 500");
    await stage.sandbox.renku.clearFaults();
    await legacy.control.press("Look again");
    await legacy.control.says("stale");
  });

  scenario("wakes a background that has gone, which asks through the page as before", async (stage) => {
    const legacy = new LegacyPage(stage);
    await legacy.open();
    await legacy.control.says("stale");
    await stage.extension.evict();
    await legacy.commit("7c5131ee");
    await legacy.control.says("right for 7c5131e");
    await legacy.openList("commit");
    await marked(stage, 31);
  });

  scenario("can be left and opened again without a document", async (stage) => {
    const legacy = new LegacyPage(stage);
    const spring = new LegacyPage(stage, "ada/spring");
    await stage.page.tab.goto(stage.sandbox.says("renku-legacy"));
    await stage.page.run(() => {
      Object.assign(globalThis, { sameDocument: true });
    });
    await stage.page.click('a[href="/projects/ada/course/sessions/new"]');
    await legacy.control.says("stale");
    await stage.page.tab.back();
    await stage.page.soon("the control is gone", () => document.querySelector("[data-repin]") === null);
    await stage.page.click('a[href="/projects/ada/spring/sessions/new"]');
    await spring.control.says("no image yet");
    expect(await stage.page.has(legacy.control.host)).toBe(false);
    expect(await stage.page.run(() => "sameDocument" in globalThis)).toBe(true);
  });

  for (const scheme of ["light", "dark"] as const) {
    scenario(
      `has a control that everybody can use (${scheme})`,
      async (stage) => {
        const legacy = new LegacyPage(stage);
        await legacy.open();
        await legacy.commit("72dcd895");
        await legacy.control.says("stale");
        await legacy.useOnce();
        await stage.shot(`legacy-dialog-${scheme}`);
        await stage.hideRest(legacy.control);
        await expectAccessible(stage.page, `the legacy control (${scheme})`);
      },
      { scheme },
    );
  }
});
