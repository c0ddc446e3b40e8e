import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  type BrowserContext,
  type ElementHandle,
  type HTTPRequest,
  type KeyInput,
  type Page,
  type Browser as Puppet,
  launch,
} from "puppeteer-core";

import { latch } from "../latch";
import { browserProgram } from "../paths";
import { until } from "../until";
import { PRELUDE } from "./prelude";
import type { Browser, Handle, Look, Named, Sent, Tab, Target } from "./tab";

/** Firefox, by puppeteer over WebDriver BiDi. */
export async function startFirefox(): Promise<Browser> {
  const downloads = await mkdtemp(join(tmpdir(), "repin-e2e-"));
  // BiDi cannot change the scheme, so there is one Firefox for each that is wanted.
  const running = new Map<Look["scheme"], Promise<Puppet>>();
  const browser = (scheme: Look["scheme"]) => {
    const started = running.get(scheme) ?? start(scheme, downloads);
    running.set(scheme, started);
    return started;
  };
  return {
    open: async ({ scheme, width, height }: Look) => {
      const context = await (await browser(scheme)).createBrowserContext();
      const tab = await FirefoxTab.open(context, downloads, []);
      await tab.resize(width, height);
      return tab;
    },
    close: async () => {
      const started = await Promise.allSettled(running.values());
      await Promise.all(started.map((one) => (one.status === "fulfilled" ? one.value.close() : undefined)));
      await rm(downloads, { recursive: true, force: true });
    },
  };
}

/** What an extension's pages need: Firefox opens them for automation only if it may do everything. */
const PRIVILEGED = ["--remote-allow-system-access"];

export function start(scheme: Look["scheme"], downloads: string, more?: Readonly<Record<string, unknown>>): Promise<Puppet> {
  return launch({
    browser: "firefox",
    executablePath: browserProgram(["firefox-esr", "firefox"]),
    headless: true,
    args: more === undefined ? [] : PRIVILEGED,
    extraPrefsFirefox: {
      // 0 is dark, 1 is light.
      "layout.css.prefers-color-scheme.content-override": scheme === "dark" ? 0 : 1,
      "browser.download.folderList": 2,
      "browser.download.dir": downloads,
      "browser.download.useDownloadDir": true,
      "browser.download.always_ask_before_handling_new_types": false,
      ...more,
    },
  });
}

export class FirefoxTab implements Tab {
  readonly console: string[] = [];
  readonly #context: BrowserContext;
  readonly #page: Page;
  readonly #downloads: string;

  private constructor(
    context: BrowserContext,
    page: Page,
    downloads: string,
    readonly sent: Sent[],
  ) {
    this.#context = context;
    this.#page = page;
    this.#downloads = downloads;
    page.on("console", (message) => this.console.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => this.console.push(`uncaught: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`));
    page.on("request", (request) => this.sent.push({ url: request.url(), headers: request.headers() }));
  }

  static async open(context: BrowserContext, downloads: string, sent: Sent[]): Promise<FirefoxTab> {
    const page = await context.newPage();
    await page.evaluateOnNewDocument(PRELUDE);
    return new FirefoxTab(context, page, downloads, sent);
  }

  async goto(url: string): Promise<void> {
    // Of an extension's page, Firefox does not say that it has loaded.
    await this.#page.goto(url, url.startsWith("moz-extension:") ? { waitUntil: [] } : {});
  }

  async reload(): Promise<void> {
    await this.#page.reload();
  }

  async back(): Promise<void> {
    await this.#page.goBack();
  }

  async forward(): Promise<void> {
    await this.#page.goForward();
  }

  url(): string {
    return this.#page.url();
  }

  async all(target: Target): Promise<Handle[]> {
    if (typeof target !== "string" && "css" in target) {
      return (await this.#page.$$(`${target.within} >>> ${target.css}`)).map((element) => handle(element));
    }
    if (typeof target !== "string" && target.within !== undefined) {
      return (await inShadow(this.#page, target, target.within)).map((element) => handle(element));
    }
    const found = await this.#page.$$(typeof target === "string" ? target : selector(target));
    if (found.length === 0 && typeof target !== "string" && target.name !== undefined) {
      // Firefox names a thing as it is shown: where a style makes capitals of a text, in capitals.
      found.push(...(await this.#page.$$(selector({ ...target, name: target.name.toUpperCase() }))));
    }
    return found.map((element) => handle(element));
  }

  async press(key: string): Promise<void> {
    const keys = key.split("+") as KeyInput[];
    const last = keys.pop() ?? "Enter";
    for (const modifier of keys) {
      await this.#page.keyboard.down(modifier);
    }
    await this.#page.keyboard.press(keys.length > 0 ? (last.toLowerCase() as KeyInput) : last);
    for (const modifier of keys.toReversed()) {
      await this.#page.keyboard.up(modifier);
    }
  }

  type(text: string): Promise<void> {
    return this.#page.keyboard.type(text);
  }

  wheel(pixels: number): Promise<void> {
    return this.#page.mouse.wheel({ deltaY: pixels });
  }

  evaluate(expression: string): Promise<unknown> {
    return this.#page.evaluate(expression);
  }

  resize(width: number, height: number): Promise<void> {
    return this.#page.setViewport({ width, height });
  }

  async screenshot(path: string): Promise<void> {
    await this.#page.screenshot({ path: path as `${string}.png`, fullPage: true });
  }

  async hold(part: string): Promise<() => void> {
    const { opened, open } = latch();
    await this.#page.setRequestInterception(true);
    this.#page.on("request", (request: HTTPRequest) => {
      const goOn = () => request.continue();
      void (request.url().includes(part) ? opened.then(goOn) : goOn());
    });
    return open;
  }

  async download(action: () => Promise<void>): Promise<string> {
    const before = new Set(await readdir(this.#downloads));
    await action();
    return until("a file is downloaded", async () => {
      // Until all is there, it is in a second file, and the first one is empty.
      const names = await readdir(this.#downloads);
      const name = names.find((one) => !before.has(one) && !one.endsWith(".part"));
      const isWhole = name !== undefined && !names.some((one) => one.endsWith(".part"));
      return isWhole && readFile(join(this.#downloads, name), "utf8");
    });
  }

  sibling(): Promise<Tab> {
    return FirefoxTab.open(this.#context, this.#downloads, this.sent);
  }

  close(): Promise<void> {
    return this.#context.close();
  }
}

/** What has a role in HTML by itself, as far as the scenarios look for it in shadow roots. */
const TAGS: Readonly<Record<string, string>> = {
  button: "button",
  link: "a[href]",
  textbox: "input:not([role]), textarea",
  combobox: "[role=combobox], select, input[list]",
};

/** Elements in a shadow root, which Firefox's own search by role does not enter. */
async function inShadow(page: Page, { role, name }: Named, within: string): Promise<ElementHandle[]> {
  const selectors = (TAGS[role] ?? `[role=${role}]`).split(", ").map((tag) => `${within} >>> ${tag}`);
  const all = (await Promise.all(selectors.map((one) => page.$$(one)))).flat();
  const names = await Promise.all(
    all.map((element) =>
      element.evaluate((it) => {
        const label = (it as HTMLInputElement).labels?.[0]?.firstChild?.textContent;
        return (it.getAttribute("aria-label") ?? label ?? (it as HTMLElement).innerText).trim();
      }),
    ),
  );
  return all.filter((_, at) => name === undefined || names[at] === name);
}

function selector({ role, name = "" }: Named): string {
  return `aria/${name}[role="${role}"]`;
}

function handle(element: ElementHandle): Handle {
  return {
    click: () => element.click(),
    hover: () => element.hover(),
    focus: () => element.focus(),
    text: () => element.evaluate((it) => (it as HTMLElement).innerText),
    attribute: (name) => element.evaluate((it, wanted) => it.getAttribute(wanted), name),
  };
}
