import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type BrowserContext, type CDPSession, type Page, chromium } from "playwright-core";

import { PRELUDE } from "../driver/prelude";
import type { Look } from "../driver/tab";
import { browserProgram, extension } from "../paths";
import type { Extension } from "./driver";

/** A Chromium with a profile of its own. */
export class Chromium {
  /** Whether something was done to it that cannot be taken back. */
  isSpent = false;
  readonly context: BrowserContext;
  readonly #profile: string;
  readonly #browser: CDPSession;
  readonly #blank: Page;
  readonly #session: CDPSession;
  #id: string | undefined;

  private constructor(context: BrowserContext, profile: string, browser: CDPSession, blank: Page, session: CDPSession) {
    this.context = context;
    this.#profile = profile;
    this.#browser = browser;
    this.#blank = blank;
    this.#session = session;
  }

  static async start({ scheme, width, height }: Look): Promise<Chromium> {
    const profile = await mkdtemp(join(tmpdir(), "repin-profile-"));
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
        "--enable-unsafe-extension-debugging",
      ],
      ignoreDefaultArgs: ["--disable-extensions"],
    });
    await context.addInitScript(PRELUDE);
    const browser = await context.browser()?.newBrowserCDPSession();
    // Chromium ends with its last page.
    const blank = context.pages()[0] ?? (await context.newPage());
    if (browser === undefined) {
      throw new Error("Chromium cannot be asked to put an extension in");
    }
    return new Chromium(context, profile, browser, blank, await context.newCDPSession(blank));
  }

  /** Puts the extension in, and waits for its background. */
  async equip(): Promise<Extension> {
    const { context } = this;
    const started = context.waitForEvent("serviceworker");
    const [{ id }] = await Promise.all([this.#browser.send("Extensions.loadUnpacked", { path: extension("chrome") }), started]);
    this.#id = id;
    return {
      page: (name) => `chrome-extension://${id}/${name}`,
      reload: async () => {
        this.isSpent = true;
        const page = await context.newPage();
        await page.goto("chrome://extensions");
        // Without the mode for developers, Chromium takes an extension of a folder out when it is loaded again.
        await page.evaluate(`chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true })
          .then(() => chrome.developerPrivate.reload("${id}", { failQuietly: true }))`);
        await page.close();
      },
      evict: () => evict(context, `chrome-extension://${id}/options.html`),
    };
  }

  /** Makes the profile new again: without pages, the extension, and what sites have kept. */
  async clear(origins: ReadonlySet<string>): Promise<void> {
    const { context } = this;
    await Promise.all(context.pages().map((page) => (page === this.#blank ? undefined : page.close())));
    await context.unrouteAll({ behavior: "ignoreErrors" });
    if (this.#id !== undefined) {
      await this.#browser.send("Extensions.uninstall", { id: this.#id });
      this.#id = undefined;
    }
    await this.#session.send("Network.clearBrowserCache");
    await this.#session.send("Network.clearBrowserCookies");
    for (const origin of origins) {
      await this.#session.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
    }
  }

  async close(): Promise<void> {
    await this.context.close();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Stops the background, and waits until it has stopped. */
async function evict(context: BrowserContext, address: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(address);
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
}
