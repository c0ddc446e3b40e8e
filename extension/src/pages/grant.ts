/** Permissions for hosts. A browser asks for them only within a click: before anything else is waited for. */
import { browser } from "wxt/browser";

import { addHost, isBuiltIn, removeHost } from "../background/hosts";
import { pattern } from "../origins";

/** Asks for hosts; whether they are permitted now. */
export function allow(...origins: string[]): Promise<boolean> {
  return browser.permissions.request({ origins: [...new Set(origins.map((origin) => pattern(origin)))] });
}

/** Works on a Renku from now on, if it may. */
export async function workOn(origin: string): Promise<boolean> {
  const asked = allow(origin);
  if (isBuiltIn(origin)) {
    return asked;
  }
  // Named at once: where the browser's question closes the popup, the background goes on when the permission comes.
  await addHost(origin);
  const isAllowed = await asked;
  if (!isAllowed) {
    await removeHost(origin);
  }
  return isAllowed;
}
