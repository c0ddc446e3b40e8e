import { browser } from "wxt/browser";

/** Opens a page: of the extension by its path, of a Renku by its address. */
export async function open(address: string): Promise<void> {
  await browser.tabs.create({ url: new URL(address, browser.runtime.getURL("/")).href });
}

/** Closes the tab that this page is in: a script alone may not, where the extension has opened it. */
export async function closeOwn(): Promise<void> {
  const tab = await browser.tabs.getCurrent();
  if (tab?.id !== undefined) {
    await browser.tabs.remove(tab.id);
  }
}
