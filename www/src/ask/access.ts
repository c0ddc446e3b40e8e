import type * as Repin from "repin";
import type { Cache, Options } from "repin";

import { tokenFor, tokenState } from "../address/tokens";

type Clearable = Cache & { clear(): Promise<void> };

/** The cache of what everybody may know. */
const PUBLIC = "repin";
/** The caches that are open, by their names in IndexedDB. */
const open = new Map<string, Clearable>();
/** What was learnt with tokens that are only lent to the page, by the origins that they are for. */
const inMemory = new Map<string, Clearable>();

/** The token for this origin, and where what is learnt with it is kept: never longer than the token itself. */
export function access(module: typeof Repin, origin: string): Pick<Options, "token" | "cache"> {
  const token = tokenFor(origin);
  if (token === null) {
    return { cache: cacheOf(module, PUBLIC) };
  }
  if (tokenState(origin) === "kept") {
    return { token, cache: cacheOf(module, privateName(origin)) };
  }
  const cache = inMemory.get(origin) ?? module.memoryCache();
  inMemory.set(origin, cache);
  return { token, cache };
}

/** Forgets what was learnt with a token for this origin. */
export async function forgetFacts(module: typeof Repin, origin: string): Promise<void> {
  inMemory.delete(origin);
  await cacheOf(module, privateName(origin)).clear();
}

/** Forgets what was learnt of all projects. */
export async function forgetAllFacts(module: typeof Repin): Promise<void> {
  inMemory.clear();
  const names = (await databases()).filter((name) => name.startsWith(privateName("")));
  await Promise.all([PUBLIC, ...names].map((name) => cacheOf(module, name).clear()));
}

function cacheOf(module: typeof Repin, name: string): Clearable {
  const cache = open.get(name) ?? module.indexedDbCache(name);
  open.set(name, cache);
  return cache;
}

function privateName(origin: string): string {
  return `repin with a token for ${origin}`;
}

/** The databases of this page; a browser that does not tell them has those that are open. */
async function databases(): Promise<string[]> {
  const all = (await indexedDB.databases?.()) ?? [];
  const names = all.flatMap(({ name }) => (name === undefined ? [] : [name]));
  return [...new Set([...names, ...open.keys()])];
}
