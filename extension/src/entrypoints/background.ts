import { browser } from "wxt/browser";
import { defineBackground } from "wxt/utils/define-background";

import { reply } from "../background/answer";
import { registerScripts } from "../background/hosts";
import { welcome } from "../background/welcome";

export default defineBackground({
  type: "module",
  main() {
    browser.runtime.onMessage.addListener((said: unknown, sender, send) => {
      // A promise as the answer is not understood everywhere: `true` says that it comes later.
      void reply(said, sender, browser.runtime.id).then((answer) => send(answer));
      return true;
    });
    browser.runtime.onInstalled.addListener(welcome);
    const register = (): void => void registerScripts();
    browser.runtime.onInstalled.addListener(register);
    browser.runtime.onStartup.addListener(register);
    browser.permissions.onAdded.addListener(register);
    browser.permissions.onRemoved.addListener(register);
  },
});
