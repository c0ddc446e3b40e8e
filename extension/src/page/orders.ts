/** What the popup and the background want of this page. */
import * as v from "valibot";
import { browser } from "wxt/browser";

import { isKnown as isKnownLegacy } from "../legacy/anchors";
import { proxied } from "../legacy/proxy";
import { Order, type Report } from "../protocol/messages";
import { isKnown } from "./anchors";
import type { Pages } from "./pages";

const Config = v.object({ UI_VERSION: v.nullish(v.string()) });

export function takeOrders(pages: Pages, signal: AbortSignal): void {
  const listen = (said: unknown, sender: { readonly id?: string; readonly tab?: unknown }, send: (answer: unknown) => void): boolean => {
    const order = v.safeParse(Order, said);
    // Only the extension's own pages and its background: neither is in a tab of Renku's.
    if (sender.id !== browser.runtime.id || !order.success) {
      return false;
    }
    void obey(order.output, pages).then(send, () => send(null));
    return true;
  };
  browser.runtime.onMessage.addListener(listen);
  signal.addEventListener("abort", () => browser.runtime.onMessage.removeListener(listen), { once: true });
}

async function obey(order: Order, pages: Pages): Promise<unknown> {
  switch (order.type) {
    case "report":
      return report(pages);
    case "undo":
      return (await pages.page?.undo?.(order.launcher)) ?? null;
    case "fetch":
      // Only a legacy Renku has such a proxy.
      return pages.route?.page.startsWith("legacy") === true ? proxied(order.path) : null;
  }
}

async function report(pages: Pages): Promise<Report> {
  const version = await uiVersion();
  const of = await pages.page?.report();
  const kind = pages.route === null ? "other" : pages.route.page.startsWith("legacy") ? "legacy" : "renku-2";
  return {
    host: location.origin,
    interface: kind,
    version,
    known: kind === "legacy" ? isKnownLegacy(version) : isKnown(version),
    project: of?.project ?? null,
    seen: of?.seen ?? 0,
    attached: of?.attached ?? 0,
    answers: of?.answers ?? [],
    problems: of?.problems ?? [],
  };
}

async function uiVersion(): Promise<string | null> {
  try {
    const response = await fetch(new URL("/config.json", location.origin), { credentials: "same-origin" });
    return v.parse(Config, await response.json()).UI_VERSION ?? null;
  } catch {
    return null;
  }
}
