import { readFile } from "node:fs/promises";

import { type BrowserContext, type Locator, type Page, chromium } from "playwright-core";

import { latch } from "../latch";
import { browserProgram } from "../paths";
import { PRELUDE } from "./prelude";
import type { Browser, Handle, Look, Sent, Tab, Target } from "./tab";

/** Chromium, by Playwright. */
export async function startChromium(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: browserProgram(["chromium", "chromium-browser", "google-chrome"]),
    // Without a sandbox, since continuous integration runs as root; it opens nothing but pages of ours.
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
  });
  return {
    open: async ({ scheme, width, height }: Look) => {
      const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height } });
      await context.addInitScript(PRELUDE);
      const sent: Sent[] = [];
      context.on("request", (request) => sent.push({ url: request.url(), headers: request.headers() }));
      return ChromiumTab.open(context, sent);
    },
    close: () => browser.close(),
  };
}

export class ChromiumTab implements Tab {
  readonly console: string[] = [];
  readonly #context: BrowserContext;
  readonly #page: Page;

  private constructor(
    context: BrowserContext,
    page: Page,
    readonly sent: readonly Sent[],
  ) {
    this.#context = context;
    this.#page = page;
    page.on("console", (message) => this.console.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => this.console.push(`uncaught: ${error.stack ?? error.message}`));
  }

  static async open(context: BrowserContext, sent: readonly Sent[]): Promise<ChromiumTab> {
    return new ChromiumTab(context, await context.newPage(), sent);
  }

  async goto(url: string): Promise<void> {
    await this.#page.goto(url);
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
    const found = await this.#locate(target).all();
    return found.map((locator) => handle(locator));
  }

  press(key: string): Promise<void> {
    return this.#page.keyboard.press(key);
  }

  type(text: string): Promise<void> {
    return this.#page.keyboard.type(text);
  }

  wheel(pixels: number): Promise<void> {
    return this.#page.mouse.wheel(0, pixels);
  }

  evaluate(expression: string): Promise<unknown> {
    return this.#page.evaluate(expression);
  }

  resize(width: number, height: number): Promise<void> {
    return this.#page.setViewportSize({ width, height });
  }

  async screenshot(path: string): Promise<void> {
    await this.#page.screenshot({ path, fullPage: true });
  }

  async hold(part: string): Promise<() => void> {
    const { opened, open } = latch();
    await this.#context.route(
      (url) => url.href.includes(part),
      async (route) => {
        await opened;
        await route.continue();
      },
    );
    return open;
  }

  async download(action: () => Promise<void>): Promise<string> {
    const [download] = await Promise.all([this.#page.waitForEvent("download"), action()]);
    return readFile(await download.path(), "utf8");
  }

  sibling(): Promise<Tab> {
    return ChromiumTab.open(this.#context, this.sent);
  }

  close(): Promise<void> {
    return this.#context.close();
  }

  #locate(target: Target): Locator {
    if (typeof target === "string") {
      return this.#page.locator(target);
    }
    if ("css" in target) {
      return this.#page.locator(target.within).locator(target.css);
    }
    const role = target.role as Parameters<Page["getByRole"]>[0];
    const around = target.within === undefined ? this.#page : this.#page.locator(target.within);
    return around.getByRole(role, target.name === undefined ? {} : { name: target.name, exact: true });
  }
}

function handle(locator: Locator): Handle {
  return {
    click: () => locator.click(),
    hover: () => locator.hover(),
    focus: () => locator.focus(),
    text: () => locator.innerText(),
    attribute: (name) => locator.getAttribute(name),
  };
}
