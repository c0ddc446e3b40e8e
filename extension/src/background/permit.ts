import { browser } from "wxt/browser";

/** Opens the page whose button asks for a permission or takes a token: a content script cannot ask. */
export async function openPermit(host: string, why: "gitlab" | "sign-in"): Promise<void> {
  const page = new URL("/permit.html", browser.runtime.getURL("/"));
  page.hash = new URLSearchParams({ host: new URL(host).origin, why }).toString();
  await browser.tabs.create({ url: page.href });
}
