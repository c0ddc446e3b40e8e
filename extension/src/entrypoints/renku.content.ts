import { defineContentScript } from "wxt/utils/define-content-script";

import { takeOrders } from "../page/orders";
import { Pages } from "../page/pages";

export default defineContentScript({
  // Where it runs, build/manifest.ts says, and background/hosts.ts for hosts that somebody permits.
  registration: "runtime",
  matches: [],
  main(context) {
    const pages = new Pages();
    pages.start(context.signal);
    takeOrders(pages, context.signal);
  },
});
