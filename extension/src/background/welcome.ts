import { browser } from "wxt/browser";

import { TESTS } from "../hosts";

/** Explains the extension, once it is installed; not to tests, whose tabs are counted. */
export function welcome({ reason }: { readonly reason: string }): void {
  if (reason === "install" && TESTS.length === 0) {
    void browser.tabs.create({ url: new URL("/welcome.html", browser.runtime.getURL("/")).href });
  }
}
