/** The Renku hosts that the extension works on, and the scripts that are registered for them. */
import * as v from "valibot";
import { browser } from "wxt/browser";

import { TESTS } from "../hosts";
import { HOME, pattern } from "../origins";

const KEY = "renku-hosts";

/** Origins of further Renku hosts that somebody named; whether they are permitted still, the browser says. */
export async function furtherHosts(): Promise<string[]> {
  const read = v.safeParse(v.array(v.string()), (await browser.storage.local.get(KEY))[KEY]);
  return read.success ? read.output : [];
}

/** Works on a further Renku from now on; its permission was asked for before. */
export async function addHost(origin: string): Promise<void> {
  const all = await furtherHosts();
  await browser.storage.local.set({ [KEY]: [...new Set([...all, origin])] });
  await registerScripts();
}

/** No longer: the permission is given back, too. */
export async function removeHost(origin: string): Promise<void> {
  const all = await furtherHosts();
  await browser.storage.local.set({ [KEY]: all.filter((one) => one !== origin) });
  await browser.permissions.remove({ origins: [pattern(origin)] });
  await registerScripts();
}

export function isPermitted(origin: string): Promise<boolean> {
  return browser.permissions.contains({ origins: [pattern(origin)] });
}

/** Whether a page's origin is that of a Renku that the extension works on. */
export async function isRenku(origin: string): Promise<boolean> {
  const known = [HOME, ...TESTS, ...(await furtherHosts())];
  // Firefox's patterns have no ports, so that neither has this.
  return known.some((one) => pattern(one) === pattern(origin)) && isPermitted(origin);
}

/** Whether the extension works on a host without being told. */
export function isBuiltIn(origin: string): boolean {
  return [HOME, ...TESTS].some((one) => pattern(one) === pattern(origin));
}

/** Hosts that are permitted and are no Renku: GitLabs that answer only then. */
export async function otherHosts(): Promise<string[]> {
  const { origins = [] } = await browser.permissions.getAll();
  const renkus = new Set([HOME, ...TESTS, ...(await furtherHosts())].map((one) => pattern(one)));
  return origins.filter((one) => /^https?:\/\/[^*/]+\/\*$/u.test(one) && !renkus.has(one)).map((one) => new URL(one).origin);
}

/** Gives a GitLab's permission back. */
export async function removeOther(origin: string): Promise<void> {
  await browser.permissions.remove({ origins: [pattern(origin)] });
}

/** Forgets every host that came after the install, with its permission. */
export async function forgetHosts(): Promise<void> {
  for (const host of await otherHosts()) {
    await removeOther(host);
  }
  for (const host of await furtherHosts()) {
    await removeHost(host);
  }
}

const CONTROL = "renku";
const LAUNCH = "launch";

/** Registers the content scripts for further hosts; what the manifest names is there anyway. */
export function registerScripts(): Promise<void> {
  // One after the other: when a permission comes or goes, the background does it as well as the page that has asked.
  return navigator.locks.request("scripts", register);
}

async function register(): Promise<void> {
  const origins: string[] = [];
  for (const origin of await furtherHosts()) {
    if (await isPermitted(origin)) {
      origins.push(pattern(origin));
    }
  }
  const ids = [CONTROL, LAUNCH];
  const registered = await browser.scripting.getRegisteredContentScripts({ ids });
  if (registered.length > 0) {
    await browser.scripting.unregisterContentScripts({ ids: registered.map(({ id }) => id) });
  }
  if (origins.length === 0) {
    return;
  }
  await browser.scripting.registerContentScripts([
    { id: CONTROL, matches: origins, js: ["content-scripts/renku.js"], runAt: "document_idle", persistAcrossSessions: true },
    {
      id: LAUNCH,
      matches: origins,
      js: ["content-scripts/launch.js"],
      runAt: "document_start",
      world: "MAIN",
      persistAcrossSessions: true,
    },
  ]);
}
