import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type BrowserContext, type Worker, chromium } from "playwright-core";
import type { Browser as Puppet } from "puppeteer-core";

import { ChromiumTab } from "../driver/chromium";
import { FirefoxTab, start } from "../driver/firefox";
import { PRELUDE } from "../driver/prelude";
import type { Look, Sent, Tab } from "../driver/tab";
import { browserProgram, extension } from "../paths";

/** What a scenario does to the extension itself. */
export interface Extension {
  /** Puts it in anew, as an update does: pages that are open keep the old content script. */
  reload(): Promise<void>;
  /** Lets the background go, as the browser does when nobody needs it. */
  evict(): Promise<void>;
  /** The address of one of its pages. */
  page(name: string): string;
}

/** A browser that has the extension, or has not, for one scenario. */
export interface Equipped {
  readonly tab: Tab;
  readonly extension: Extension;
  close(): Promise<void>;
}

/** How a browser is opened. */
export interface How {
  readonly isEquipped: boolean;
  /** Whether the scenario goes to the extension's own pages. */
  readonly hasPages: boolean;
}

/** The same, whichever browser it is. */
export interface Fleet {
  open(look: Look, how: How): Promise<Equipped>;
  close(): Promise<void>;
}

export function fleet(browser: "chromium" | "firefox"): Fleet {
  return browser === "chromium" ? new Chromiums() : new Firefoxes();
}

const NO_EXTENSION: Extension = {
  reload: () => Promise.reject(new Error("there is no extension")),
  evict: () => Promise.reject(new Error("there is no extension")),
  page: () => {
    throw new Error("there is no extension");
  },
};

/** One Chromium for each scenario: what an extension keeps belongs to the profile. */
class Chromiums implements Fleet {
  async open({ scheme, width, height }: Look, { isEquipped }: How): Promise<Equipped> {
    const profile = await mkdtemp(join(tmpdir(), "repin-profile-"));
    const folder = extension("chrome");
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: browserProgram(["chromium", "chromium-browser", "google-chrome"]),
      // Extensions need the new headless mode, which the option of this name does not mean.
      headless: false,
      colorScheme: scheme,
      viewport: { width, height },
      permissions: ["clipboard-read", "clipboard-write"],
      args: [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        ...(isEquipped ? [`--disable-extensions-except=${folder}`, `--load-extension=${folder}`] : []),
      ],
      ...(isEquipped ? { ignoreDefaultArgs: ["--disable-extensions"] } : {}),
    });
    await context.addInitScript(PRELUDE);
    const sent: Sent[] = [];
    context.on("request", (request) => sent.push({ url: request.url(), headers: request.headers() }));
    const worker = isEquipped ? await background(context) : null;
    const tab = await ChromiumTab.open(context, sent);
    return {
      tab,
      extension: worker === null ? NO_EXTENSION : extensionOf(context, worker),
      close: async () => {
        await context.close();
        await rm(profile, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function background(context: BrowserContext): Worker | Promise<Worker> {
  return context.serviceWorkers()[0] ?? context.waitForEvent("serviceworker");
}

function extensionOf(context: BrowserContext, worker: Worker): Extension {
  const origin = new URL(worker.url()).origin.replace("null", `chrome-extension://${new URL(worker.url()).host}`);
  return {
    page: (name) => `${origin}/${name}`,
    reload: async () => {
      const page = await context.newPage();
      await page.goto("chrome://extensions");
      // Without the mode for developers, Chromium takes an extension of a folder out when it is loaded again.
      await page.evaluate(`chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true })
        .then(() => chrome.developerPrivate.reload("${new URL(worker.url()).host}", { failQuietly: true }))`);
      await page.close();
    },
    evict: async () => {
      const page = await context.newPage();
      await page.goto(`${origin}/options.html`);
      const session = await context.newCDPSession(page);
      const stopped = new Promise<void>((resolve) => {
        session.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
          if (versions.some(({ runningStatus }) => runningStatus === "stopped")) {
            resolve();
          }
        });
      });
      await session.send("ServiceWorker.enable");
      await session.send("ServiceWorker.stopAllWorkers");
      await stopped;
      await page.close();
    },
  };
}

/** The id that build/manifest.ts gives the extension in Firefox. */
const ID = "{5e1c6f0a-7a0b-4b3e-9d55-3f6a1d0c9b27}";
/** Where its pages are then: Firefox otherwise chooses anew each time. */
const UUID = "6b7f3c1e-58a4-4f0e-9d3b-0a4c5d6e7f80";

/** Firefoxes for all scenarios; the extension is put in for each, and taken out with all that it kept. */
class Firefoxes implements Fleet {
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
