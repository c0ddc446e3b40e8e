import { browser } from "wxt/browser";

import type { Request } from "../protocol/messages";

type Permit = Extract<Request, { type: "permit" }>;

/** Opens the page whose button asks for a permission or takes a token: a content script cannot ask. */
export async function openPermit({ host, why, beside }: Permit): Promise<void> {
  const page = new URL("/permit.html", browser.runtime.getURL("/"));
  const wish = { host: new URL(host).origin, why, ...(beside === undefined ? {} : { beside: new URL(beside).origin }) };
  page.hash = new URLSearchParams(wish).toString();
  await browser.tabs.create({ url: page.href });
}
