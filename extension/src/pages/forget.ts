import { indexedDbCache } from "repin";
import { browser } from "wxt/browser";

import { forgetHosts } from "../background/hosts";
import { forgetTokens } from "../background/tokens";

/** Leaves nothing of what the extension has kept, as if it were installed now. */
export async function forgetEverything(): Promise<void> {
  await forgetTokens();
  await forgetHosts();
  await browser.storage.local.clear();
  await indexedDbCache().clear();
}
