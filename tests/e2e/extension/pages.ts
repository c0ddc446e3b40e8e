import { describe, expect } from "vitest";

import { expectAccessible } from "../src/axe";
import { type Stage, scenario as ofPages } from "../src/extension/stage";
import { Page, button } from "../src/page";

interface Tabs {
  query(what: object): Promise<{ id?: number; url?: string }[]>;
}

/** The popup of the stage's own tab, in a tab of its own: no driver can press the button of the toolbar. */
async function popup(stage: Stage): Promise<Page> {
  const page = await stage.sibling();
  await page.tab.goto(stage.extension.page("popup.html"));
  const id = await page.run(async (origin) => {
    const { browser, chrome } = globalThis as unknown as { browser?: { tabs: Tabs }; chrome: { tabs: Tabs } };
    const all = await (browser ?? chrome).tabs.query({});
    return all.find(({ url }) => url?.startsWith(origin))?.id;
  }, stage.sandbox.says("renku"));
  await page.tab.goto(stage.extension.page(`popup.html?tab=${id}`));
  return page;
}

const scenario: typeof ofPages = (name, play) => ofPages(name, play, { pages: true });

const text = (page: Page): Promise<string> => page.run(() => document.body.innerText);

describe("the popup", () => {
  scenario("says what this tab's page means, and has a report without secrets", async (stage) => {
    await stage.project("ada/course");
    await (await stage.control("ada/course", "Stale")).says("stale");
    const page = await popup(stage);
    await stage.until("the answers are there", async () => (await text(page)).includes("stale: requirements.txt changed"));
    expect(await text(page)).toMatch(/4\.29\.0 \(known\)/u);
    await expectAccessible(page, "the popup");
    await page.click(button("Copy report"));
    await stage.until("it is copied", async () => (await text(page)).includes("Copied"));
    const report = await page.run(() => navigator.clipboard.readText());
    for (const secret of [stage.sandbox.says("token"), "ada", "spring", "Stale"]) {
      expect(report).not.toContain(secret);
    }
    await page.tab.screenshot(await stage.shotPath("popup"));
  });

  scenario("undoes a change of a launcher", async (stage) => {
    const before = (await stage.launcher("ada/course", "Stale")).environment.container_image;
    const control = await stage.opened("ada/course", "Stale");
    await control.press("Change the launcher");
    await control.said("The launcher starts");
    const page = await popup(stage);
    await page.click(button("Undo the change of Stale"));
    await stage.until("it is undone", async () => (await stage.launcher("ada/course", "Stale")).environment.container_image === before);
  });

  scenario("has the answers for pasting where the page has nowhere to show them", async (stage) => {
    await stage.page.tab.goto(stage.at("/"));
    await stage.page.run(() => {
      // A version of the interface that names its parts otherwise.
      const strip = (): void => {
        for (const element of document.querySelectorAll("[data-cy]")) {
          element.removeAttribute("data-cy");
        }
      };
      new MutationObserver(strip).observe(document, { childList: true, subtree: true });
      strip();
    });
    await stage.page.click('a[href="/p/ada/course"]');
    await stage.quiet();
    expect(await stage.page.has("[data-repin]")).toBe(false);
    const page = await popup(stage);
    await stage.until("the answers are there", async () => (await text(page)).includes("stale: requirements.txt changed"));
  });
});

describe("the options and the permission page", () => {
  scenario("take a token that works, and no other; it is listed without itself, and removed", async (stage) => {
    const page = await stage.sibling();
    const hash = new URLSearchParams({ host: stage.sandbox.gitlab, why: "sign-in" });
    await page.tab.goto(`${stage.extension.page("permit.html")}#${hash}`);
    const field = "input[type=password]";
    await page.fill(field, stage.sandbox.says("expired-token"));
    await page.click(button("Test and keep"));
    await stage.until("it is refused", async () => (await text(page)).includes("refuses this token"));
    await page.fill(field, stage.sandbox.says("token"));
    await page.click(button("Test and keep"));
    await stage.until("it is kept", async () => (await text(page)).includes("The token works and is kept"));
    await expectAccessible(page, "the permission page");

    await stage.project("ada/drafts");
    await (await stage.control("ada/drafts", "Newest")).says("stale: environment.yml");

    await page.tab.goto(stage.extension.page("options.html"));
    const { host } = new URL(stage.sandbox.gitlab);
    await stage.until("the host is listed", async () => (await text(page)).includes(host));
    expect(await page.run(() => document.documentElement.outerHTML)).not.toContain(stage.sandbox.says("token"));
    await expectAccessible(page, "the options");
    await page.click(button("Forget everything"));
    await stage.until("nothing is left", async () => (await text(page)).includes("Everything is forgotten"));
  });

  scenario("ask for nothing that no address of the page can make them ask for", async (stage) => {
    const page = await stage.sibling();
    for (const hash of ["", "#host=javascript:alert(1)&why=gitlab", "#host=http://evil.example.org&why=gitlab", "#host=https://*&why=gitlab", "#why=sign-in"]) {
      await page.tab.goto("about:blank");
      await page.tab.goto(stage.extension.page(`permit.html${hash}`));
      await stage.until(`nothing is asked for with ${hash}`, async () => (await text(page)).includes("Nothing is needed now"));
    }
  });
});
