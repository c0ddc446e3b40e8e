import { describe, expect, inject } from "vitest";

import { LauncherControl } from "../src/extension/control";
import { LegacyPage } from "../src/extension/legacy";
import { scenario, type Stage } from "../src/extension/stage";
import { button, type Page } from "../src/page";
import { tagsOf } from "../src/registry";
import { Sandbox } from "../src/sandbox/process";

const OFFER = "Tag it for this commit …";

/** The open control of a commit that has another one's image, and the project that both are of. */
interface Found {
  readonly control: LauncherControl;
  readonly project: string;
  /** Waits until the place says what it does when it is opened anew, with the tag there. */
  readonly reopened: () => Promise<unknown>;
}

async function atLauncher({ page }: Stage, other: Sandbox): Promise<Found> {
  await page.tab.goto(`${other.says("renku")}/p/ada/course`);
  const { id } = await other.renku.launcher("ada/course", "Stale");
  const control = new LauncherControl(page, "card", id);
  await control.says("stale");
  await control.open();
  return { control, project: "ada/spring", reopened: () => control.says("stale") };
}

async function atLegacyStart(stage: Stage, other: Sandbox): Promise<Found> {
  const legacy = new LegacyPage(stage);
  await stage.page.tab.goto(`${other.says("renku-legacy")}/projects/ada/course/sessions/new`);
  await legacy.commit("0734fbaf");
  await legacy.control.says("no image yet");
  await legacy.control.open();
  // Renku itself starts a commit in the image of that very commit alone.
  const reopened = async (): Promise<unknown> => {
    await legacy.commit("0734fbaf");
    return legacy.control.says("right for 0734fba");
  };
  return { control: legacy.control, project: "ada/course", reopened };
}

/** A Renku over a GitLab with a real registry. */
async function withRegistry(play: (other: Sandbox) => Promise<void>): Promise<void> {
  const other = await Sandbox.start({ registry: "closed" });
  try {
    await play(other);
  } finally {
    await other.stop();
  }
}

/** Enters a token where the extension takes one; returns that page. */
async function signIn(stage: Stage, gitlab: string, token: string): Promise<Page> {
  const page = await stage.sibling();
  const hash = new URLSearchParams({ host: gitlab, why: "sign-in" });
  await page.tab.goto(`${stage.extension.page("permit.html")}#${hash}`);
  await page.fill("input[type=password]", token);
  await page.click(button("Test and keep"));
  await page.reads("body", "The token works and is kept");
  await page.run(front, "http://localhost");
  return page;
}

describe("a tag", () => {
  for (const [place, open] of Object.entries({ "a launcher": atLauncher, "the legacy start of a session": atLegacyStart })) {
    scenario(
      `is added to the registry for the commit of ${place}, once somebody has read what will change`,
      (stage) => withRegistry(async (other) => {
        const { control, project, reopened } = await open(stage, other);
        const before = await tagsOf(other, project);
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
        expect(await tagsOf(other, project), "nothing is done before it is confirmed").toEqual(before);
        await stage.shot(`tag-${project.replace("/", "-")}`);
        await control.press("Cancel");
        await control.press(OFFER);
        await stage.page.get(control.in("button", "Add the tag"));
        await stage.page.soon("the focus is at what is to be read", hasFocus, control.host, "tag");
        await stage.page.tab.press("Tab");
        await stage.page.tab.press("Enter");
        await stage.page.reads(control.css("p.good"), "is the same image now");

        const after = await tagsOf(other, project);
        expect([...after.keys()].toSorted()).toEqual([...before.keys(), tag].toSorted());
        const source = /will be the image \S+:([\w.-]+), built from/u.exec(group)?.[1] ?? "";
        expect(after.get(tag)).toBe(before.get(source));
        await control.press("Look again");
        await control.says(/^(?!looking)/u);
        await stage.page.gone(control.in("button", OFFER));
        await stage.page.tab.reload();
        await reopened();
        const deeds = (await other.renku.log()).filter(({ method }) => method !== "GET");
        expect(deeds, "Renku, and its way to GitLab, are only read").toEqual([]);
      }),
      { pages: true },
    );
  }

  // Only Firefox lets a person take a host from an extension that was installed with it, and a preference press the prompt.
  if (inject("browser") === "firefox") {
    scenario(
      "waits until the browser lets Repin ask the registry, whose host the page that asks names",
      (stage) => withRegistry(async (other) => {
        const { control, project } = await atLauncher(stage, other);
        const own = await signIn(stage, other.gitlab, other.says("token"));
        expect(await own.run(takeHost, "http://127.0.0.1/*"), "the host of the registry is taken back").toBe(true);
        const before = await tagsOf(other, project);
        const [registry = ""] = other.says("registry").split("/");
        await control.press(OFFER);
        await stage.page.reads(control.css(".tag"), `the browser does not let Repin ask ${registry}`);
        await control.press(`Allow access to ${registry} …`);
        const address = await stage.until("the page that asks is open", () => own.run(opened));
        // Only another page's address is gone to anew.
        await own.tab.goto("about:blank");
        await own.tab.goto(address);
        await own.run(front, "why=registry");
        const { host } = new URL(other.gitlab);
        await own.reads("body", `Repin asks ${registry} and ${host}`);
        await own.get(button(`Allow access to ${registry} and ${host} …`));
        expect(await asked(other), "nobody has asked to be let into the registry").toBe(false);
        expect(await tagsOf(other, project)).toEqual(before);

        await own.click(button(`Allow access to ${registry} and ${host} …`));
        await own.reads("body", `Repin may ask ${registry} and ${host} now`);
        await own.run(front, "http://localhost");
        await control.press(OFFER);
        await control.press("Add the tag");
        await stage.page.reads(control.css("p.good"), "is the same image now");
        expect(await asked(other)).toBe(true);
        expect((await tagsOf(other, project)).size).toBe(before.size + 1);
      }),
      { pages: true },
    );
  }
});

/** Whether an element of a class, in the control, has the focus. */
function hasFocus(host: string, name: string): boolean {
  return document.querySelector(host)?.shadowRoot?.activeElement?.classList.contains(name) === true;
}

/** What an extension's own page can do. */
interface Own {
  readonly chrome: {
    readonly permissions: { remove(what: { origins: string[] }): Promise<boolean> };
    readonly tabs: {
      query(what: object): Promise<{ id: number; url?: string }[]>;
      update(tab: number, how: { active: boolean }): Promise<unknown>;
      remove(tab: number): Promise<void>;
    };
  };
}

function takeHost(pattern: string): Promise<boolean> {
  return (globalThis as unknown as Own).chrome.permissions.remove({ origins: [pattern] });
}

/** Closes the page that asks for access to a registry, and returns its address. */
async function opened(): Promise<string | undefined> {
  const { tabs } = (globalThis as unknown as Own).chrome;
  const found = (await tabs.query({})).find(({ url }) => url?.includes("why=registry") === true);
  if (found !== undefined) {
    await tabs.remove(found.id);
  }
  return found?.url;
}

/** Puts the tab in front whose address contains a text: Firefox gives little time to those behind. */
async function front(part: string): Promise<void> {
  const { tabs } = (globalThis as unknown as Own).chrome;
  const found = (await tabs.query({})).find(({ url }) => url?.includes(part) === true);
  if (found === undefined) {
    throw new Error(`no tab has an address with ${part}`);
  }
  await tabs.update(found.id, { active: true });
}

/** Whether somebody has asked the GitLab for a token of its registry. */
async function asked({ control }: Sandbox): Promise<boolean> {
  return (await control.log()).some(({ path }) => path.startsWith("/jwt/auth"));
}
