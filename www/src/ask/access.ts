import type * as Repin from "repin";
import type { Cache, Options } from "repin";

import { tokenFor, tokenState } from "../address/tokens";

/** What was learnt of projects for which a token is only lent to the page. */
const inMemory = new Map<string, Cache>();

/** The token for this origin, and where what is learnt with it is kept: never longer than the token itself. */
export function access(module: typeof Repin, origin: string): Pick<Options, "token" | "cache"> {
  const token = tokenFor(origin);
  if (token === null) {
    return { cache: module.indexedDbCache() };
  }
  if (tokenState(origin) === "kept") {
    return { token, cache: module.indexedDbCache(privateCache(origin)) };
  }
  const cache = inMemory.get(origin) ?? module.memoryCache();
  inMemory.set(origin, cache);
  return { token, cache };
}

/** The name of the cache of what was learnt with a kept token. */
export function privateCache(origin: string): string {
  return `repin ${origin}`;
}

/** Forgets what is in memory of private projects: of one origin, or of all. */
export function forgetMemory(origin?: string): void {
  if (origin === undefined) {
    inMemory.clear();
  } else {
    inMemory.delete(origin);
  }
}
