import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser as Puppet } from "puppeteer-core";

import { FirefoxTab, start } from "../driver/firefox";
import type { Look } from "../driver/tab";
import { extension } from "../paths";
import { type Equipped, type Extension, type Fleet, type How, NO_EXTENSION } from "./driver";

/** The id that build/manifest.ts gives the extension in Firefox. */
const ID = "{5e1c6f0a-7a0b-4b3e-9d55-3f6a1d0c9b27}";
/** Where its pages are then: Firefox otherwise chooses anew each time. */
const UUID = "6b7f3c1e-58a4-4f0e-9d3b-0a4c5d6e7f80";

/** Firefoxes for all scenarios; the extension is put in for each, and taken out with all that it kept. */
export class Firefoxes implements Fleet {
  readonly #running = new Map<Look["scheme"], Promise<Puppet>>();
  #downloads: Promise<string> | undefined;

  async open({ scheme, width, height }: Look, { isEquipped, hasPages }: How): Promise<Equipped> {
    this.#downloads ??= mkdtemp(join(tmpdir(), "repin-e2e-"));
    const downloads = await this.#downloads;
    // The address of the extension's pages is chosen anew when it is put in anew: it is known in a new Firefox alone.
    const browser = await (hasPages ? start(scheme, downloads, PREFERENCES) : this.#shared(scheme, downloads));
    const folder = extension("firefox");
    if (isEquipped) {
      await browser.installExtension(folder);
    }
    // A container has a storage of its own, also of the extension's pages, which people have outside of one.
    const context = hasPages ? browser.defaultBrowserContext() : await browser.createBrowserContext();
    const tab = await FirefoxTab.open(context, downloads, []);
    await tab.resize(width, height);
    return {
      tab,
      extension: isEquipped ? inFirefox(browser, folder) : NO_EXTENSION,
      close: async () => {
        if (hasPages) {
          await browser.close();
          return;
        }
        await context.close();
        if (isEquipped) {
          await browser.uninstallExtension(ID);
        }
      },
    };
  }

  #shared(scheme: Look["scheme"], downloads: string): Promise<Puppet> {
    const running = this.#running.get(scheme) ?? start(scheme, downloads, PREFERENCES);
    this.#running.set(scheme, running);
    return running;
  }

  async close(): Promise<void> {
    const started = await Promise.allSettled(this.#running.values());
    await Promise.all(started.map((one) => (one.status === "fulfilled" ? one.value.close() : undefined)));
    if (this.#downloads !== undefined) {
      await rm(await this.#downloads, { recursive: true, force: true });
    }
  }
}

/** How long a background may be idle, in milliseconds: 30 seconds for everybody else. */
const IDLE = 4000;

const PREFERENCES = {
  "xpinstall.signatures.required": false,
  "extensions.webextensions.uuids": JSON.stringify({ [ID]: UUID }),
  // An idle background goes soon: so many a scenario meets one that has to be woken.
  "extensions.background.idle.timeout": IDLE,
  "dom.events.testing.asyncClipboard": true,
  // Where the extension asks for a permission, the answer is yes: no automation can press the prompt.
  "extensions.webextOptionalPermissionPrompts": false,
};

function inFirefox(browser: Puppet, folder: string): Extension {
  return {
    page: (name) => `moz-extension://${UUID}/${name}`,
    reload: async () => {
      await browser.installExtension(folder);
    },
    // It goes by itself: see the preferences.
    evict: () => new Promise((resolve) => {
      setTimeout(resolve, 2 * IDLE);
    }),
  };
}
