import { defineContentScript } from "wxt/utils/define-content-script";

import { hookInto } from "../legacy/hook";
import { CHANGED, READY } from "../legacy/override";

export default defineContentScript({
  // Where it runs, build/manifest.ts says, and background/hosts.ts for hosts that somebody permits.
  registration: "runtime",
  matches: [],
  world: "MAIN",
  main() {
    const update = hookInto(globalThis);
    update();
    document.addEventListener(CHANGED, () => {
      update();
      document.dispatchEvent(new Event(READY));
    });
  },
});
