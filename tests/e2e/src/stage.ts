import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, inject, test } from "vitest";

import { startChromium } from "./driver/chromium";
import { startFirefox } from "./driver/firefox";
import type { Browser, Look } from "./driver/tab";
import { Page } from "./page";
import { EVIDENCE } from "./paths";
import { Sandbox } from "./sandbox/process";

declare module "vitest" {
  export interface ProvidedContext {
    browser: "chromium" | "firefox";
  }
}

/** How long the long project is: the last commit is a merge, so that the default branch has them all. */
export const LONG = 5003;

let browser: Browser;
let shared: Sandbox;

/** Starts what all scenarios share. */
export async function raise(): Promise<void> {
  shared = await Sandbox.start({ long: LONG });
  browser = await (inject("browser") === "chromium" ? startChromium() : startFirefox());
}

export async function lower(): Promise<void> {
  await browser?.close();
  await shared?.stop();
}

/** Where a scenario plays. */
export class Stage {
  constructor(
    readonly page: Page,
    readonly sandbox: Sandbox,
  ) {}

  get browser(): "chromium" | "firefox" {
    return inject("browser");
  }

  /** Opens a page of the site, with a question in its address. */
  readonly open = async (question: Readonly<Record<string, string>> = {}, file = ""): Promise<void> => {
    const query = new URLSearchParams(question).toString();
    await this.page.tab.goto(`${this.sandbox.says("site")}/${file}${query === "" ? "" : `?${query}`}`);
  };

  /** A picture of the page, to be looked at by people. */
  async shot(name: string): Promise<void> {
    await mkdir(join(EVIDENCE, "shots"), { recursive: true });
    await this.page.tab.screenshot(join(EVIDENCE, "shots", `${this.browser}-${name}.png`));
  }

  /** What holds after every scenario: nothing was refused by the policy, no script of others ran, nobody missed an error. */
  async isWell(): Promise<void> {
    const had = await this.page.run(() => "hostile" in globalThis);
    expect(had, "a script from a title, a branch or a path ran").toBe(false);
    const { violations, errors } = await this.page.watched();
    expect(violations, "violations of the content security policy").toEqual([]);
    expect(errors, "errors that no script caught").toEqual([]);
  }

  /** What helps to understand a failure. */
  async keepEvidence(name: string): Promise<void> {
    await mkdir(EVIDENCE, { recursive: true });
    const file = join(EVIDENCE, `${this.browser}-${name.replaceAll(/[^\w]+/gu, "-")}`);
    const { tab } = this.page;
    const urls = tab.sent.map(({ url }) => url);
    await writeFile(`${file}.txt`, [tab.url(), "", ...tab.console, "", ...urls, ""].join("\n"));
    await tab.screenshot(`${file}.png`);
  }
}

interface Setting extends Partial<Look> {
  /** With a sandbox of its own, which it may stop; beside the other ones that have one. */
  readonly alone?: boolean;
}

/** A scenario: a test with a page that nobody used before. */
export function scenario(name: string, play: (stage: Stage) => Promise<void>, setting: Setting = {}): void {
  const run = setting.alone === true ? test.concurrent : test;
  run(name, async () => {
    const { alone = false, scheme = "light", width = 1280, height = 900 } = setting;
    const sandbox = alone ? await Sandbox.start() : shared;
    await sandbox.control.reset();
    const tab = await browser.open({ scheme, width, height });
    const stage = new Stage(new Page(tab), sandbox);
    try {
      await play(stage);
      await stage.isWell();
    } catch (error) {
      // A browser that is out of order must not hide why.
      await stage.keepEvidence(name).catch(() => null);
      throw error;
    } finally {
      await tab.close();
      if (alone) {
        await sandbox.stop();
      }
    }
  });
}
