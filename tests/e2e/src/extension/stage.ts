import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, inject, test } from "vitest";

import type { Look } from "../driver/tab";
import { Page } from "../page";
import { EVIDENCE } from "../paths";
import type { RenkuLauncher, RenkuLogged } from "../sandbox/renku";
import { Sandbox } from "../sandbox/process";
import { until } from "../until";
import { LauncherControl, type Place } from "./control";
import { Chromiums } from "./chromiums";
import type { Equipped, Extension, Fleet } from "./driver";
import { Firefoxes } from "./firefoxes";

let browsers: Fleet;
let sandbox: Sandbox;

/** Starts what all scenarios share. */
export async function raise(): Promise<void> {
  sandbox = await Sandbox.start();
  browsers = inject("browser") === "chromium" ? new Chromiums() : new Firefoxes();
}

export async function lower(): Promise<void> {
  await browsers?.close();
  await sandbox?.stop();
}

/** Where a scenario with the extension plays. */
export class Stage {
  readonly page: Page;
  readonly sandbox: Sandbox;
  readonly #equipped: Equipped;

  constructor(equipped: Equipped) {
    this.#equipped = equipped;
    this.page = new Page(equipped.tab);
    this.sandbox = sandbox;
  }

  get browser(): "chromium" | "firefox" {
    return inject("browser");
  }

  get extension(): Extension {
    return this.#equipped.extension;
  }

  /** The address of a page of Renku 2. */
  at(path: string): string {
    return `${this.sandbox.says("renku")}${path}`;
  }

  /** Opens the page of a project, as `ada/course`. */
  async project(name: string): Promise<void> {
    await this.page.tab.goto(this.at(`/p/${name}`));
  }

  launcher(project: string, name: string): Promise<RenkuLauncher> {
    return this.sandbox.renku.launcher(project, name);
  }

  /** The control of a launcher by its name. */
  async control(project: string, name: string, place: Place = "card", page: Page = this.page): Promise<LauncherControl> {
    const { id } = await this.launcher(project, name);
    return new LauncherControl(page, place, id);
  }

  /** Opens a project's page and a launcher's control there, until what is offered is known to be there. */
  async opened(project: string, name: string): Promise<LauncherControl> {
    await this.project(project);
    const control = await this.control(project, name);
    await control.says(/^(?!looking)/u);
    await control.open();
    await this.page.reads(control.css(".facts"), "Renku has access");
    return control;
  }

  /** Brings a control into view: what nobody looks at is not asked about. */
  async scrollTo(control: LauncherControl): Promise<void> {
    await until("the control can be scrolled to", () =>
      this.page.run((host, launcher) => {
        const all = [...document.querySelectorAll("[data-cy=session-launcher-item]")];
        const card = all.find((one) => one.querySelector(`a[href*="${launcher}"]`) !== null);
        (document.querySelector(host) ?? card)?.scrollIntoView({ block: "center" });
        return document.querySelector(host) !== null;
      }, control.host, control.launcher),
    );
  }

  until = until;

  /** Another tab with the same storage. */
  async sibling(): Promise<Page> {
    return new Page(await this.#equipped.tab.sibling());
  }

  /** Waits until nobody has asked Renku for a second, and the page is what it was then. */
  async quiet(): Promise<void> {
    let last = "";
    let since = Date.now();
    await until("the page is quiet", async () => {
      const now = `${(await this.sandbox.renku.log()).length} ${(await this.sandbox.control.log()).length}`;
      if (now !== last) {
        last = now;
        since = Date.now();
      }
      return Date.now() - since > 1000;
    });
  }

  /** Leaves nothing in the page but the way to a control, so that what is found is about that. */
  async hideRest(control: LauncherControl): Promise<void> {
    await this.page.run((host) => {
      document.title = "Test";
      document.documentElement.lang = "en";
      const keep = document.querySelector(host);
      if (keep !== null) {
        const main = document.createElement("main");
        main.append(keep);
        const heading = document.createElement("h1");
        heading.textContent = "Test";
        main.prepend(heading);
        document.body.replaceChildren(main);
      }
    }, control.host);
  }

  /** What the extension asked Renku to do. */
  async deeds(): Promise<RenkuLogged[]> {
    const log = await this.sandbox.renku.log();
    return log.filter(({ method }) => method !== "GET");
  }

  /** A picture, to be looked at by people. */
  async shot(name: string): Promise<void> {
    await this.page.tab.screenshot(await this.shotPath(name));
  }

  async shotPath(name: string): Promise<string> {
    await mkdir(join(EVIDENCE, "shots"), { recursive: true });
    return join(EVIDENCE, "shots", `extension-${inject("browser")}-${name}.png`);
  }

  /** What holds after every scenario: no text became a script, nobody missed an error. */
  async isWell(): Promise<void> {
    const had = await this.page.run(() => "hostile" in globalThis);
    expect(had, "a script from a title, a branch or a name ran").toBe(false);
    const { errors } = this.page.tab.url().startsWith("http") ? await this.page.watched() : { errors: [] };
    expect(errors, "errors that no script caught").toEqual([]);
  }

  async keepEvidence(name: string): Promise<void> {
    await mkdir(EVIDENCE, { recursive: true });
    const file = join(EVIDENCE, `extension-${inject("browser")}-${name.replaceAll(/[^\w]+/gu, "-")}`);
    const { tab } = this.page;
    const log = await sandbox.renku.log().catch(() => []);
    const asked = log.map(({ method, path, status, body }) => `${method} ${path} ${status} ${JSON.stringify(body)}`);
    await writeFile(`${file}.txt`, [tab.url(), "", ...tab.console, "", ...asked, ""].join("\n"));
    await tab.screenshot(`${file}.png`);
  }
}

interface Setting extends Partial<Look> {
  /** Without the extension, to compare. */
  readonly bare?: boolean;
  /** With the extension's own pages. */
  readonly pages?: boolean;
}

/** A scenario: a test in a browser whose extension is new. */
export function scenario(name: string, play: (stage: Stage) => Promise<void>, setting: Setting = {}): void {
  test(name, async () => {
    const { scheme = "light", width = 1280, height = 900, bare = false, pages = false } = setting;
    await sandbox.control.reset();
    await sandbox.renku.reset();
    const equipped = await browsers.open({ scheme, width, height }, { isEquipped: !bare, hasPages: pages });
    const stage = new Stage(equipped);
    try {
      await play(stage);
      await stage.isWell();
    } catch (error) {
      await stage.keepEvidence(name).catch(() => null);
      throw error;
    } finally {
      await equipped.close();
    }
  });
}
