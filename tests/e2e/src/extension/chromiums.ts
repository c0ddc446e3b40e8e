import type { Request } from "playwright-core";

import { ChromiumTab } from "../driver/chromium";
import type { Look, Sent } from "../driver/tab";
import { Chromium } from "./chromium";
import { type Equipped, type Fleet, type How, NO_EXTENSION } from "./driver";

/** Chromiums for all scenarios of a look; the extension is put in for each, and taken out with all that it kept. */
export class Chromiums implements Fleet {
  readonly #running = new Map<string, Promise<Chromium>>();

  async open(look: Look, { isEquipped }: How): Promise<Equipped> {
    const key = JSON.stringify(look);
    const started = this.#running.get(key) ?? Chromium.start(look);
    this.#running.set(key, started);
    const browser = await started;
    const sent: Sent[] = [];
    const note = (request: Request) => sent.push({ url: request.url(), headers: request.headers() });
    browser.context.on("request", note);
    const equipment = isEquipped ? await browser.equip() : NO_EXTENSION;
    return {
      tab: await ChromiumTab.open(browser.context, sent),
      extension: equipment,
      close: async () => {
        browser.context.off("request", note);
        if (browser.isSpent) {
          this.#running.delete(key);
          await browser.close();
        } else {
          const sites = sent.filter(({ url }) => url.startsWith("http"));
          await browser.clear(new Set(sites.map(({ url }) => new URL(url).origin)));
        }
      },
    };
  }

  async close(): Promise<void> {
    const started = await Promise.allSettled(this.#running.values());
    await Promise.all(started.map((one) => (one.status === "fulfilled" ? one.value.close() : undefined)));
  }
}
