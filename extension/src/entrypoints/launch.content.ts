import { defineContentScript } from "wxt/utils/define-content-script";

import { launchingFetch } from "../legacy/hook";
import { CHANGED, readOverride } from "../legacy/override";

export default defineContentScript({
  // Where it runs, build/manifest.ts says, and background/hosts.ts for hosts that somebody permits.
  registration: "runtime",
  matches: [],
  world: "MAIN",
  main() {
    const real = globalThis.fetch;
    const launching = launchingFetch(real);
    const isSet = (): boolean => readOverride() !== null;
    // Without an override, the page's own fetch is what it was.
    const put = (): void => {
      if (isSet() && globalThis.fetch === real) {
        globalThis.fetch = launching;
      } else if (!isSet() && globalThis.fetch === launching) {
        globalThis.fetch = real;
      }
    };
    put();
    document.addEventListener(CHANGED, put);
  },
});
