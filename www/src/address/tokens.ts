import { signal } from "@preact/signals";

/** Where tokens are that a person asked to keep over the reloads of this tab. */
const PREFIX = "repin token ";

const inMemory = new Map<string, string>();
/** Counts the changes, so that what shows the state of tokens is shown anew. */
const changes = signal(0);

/** The token for this origin (`https://gitlab.com`), if there is one. It goes to no other. */
export function tokenFor(origin: string): string | null {
  return inMemory.get(origin) ?? session()?.getItem(PREFIX + origin) ?? null;
}

/** Whether there is a token for the origin, and whether it outlives a reload. */
export function tokenState(origin: string): "none" | "memory" | "kept" {
  void changes.value;
  if (session()?.getItem(PREFIX + origin) != null) {
    return "kept";
  }
  return inMemory.has(origin) ? "memory" : "none";
}

/** Takes a token for an origin: for as long as the page is open, or for this tab's reloads too. */
export function takeToken(origin: string, token: string, keep: boolean): void {
  forgetToken(origin);
  inMemory.set(origin, token);
  if (keep) {
    session()?.setItem(PREFIX + origin, token);
  }
  changes.value += 1;
}

/** Forgets the token for an origin. */
export function forgetToken(origin: string): void {
  inMemory.delete(origin);
  session()?.removeItem(PREFIX + origin);
  changes.value += 1;
}

/** Forgets all tokens. */
export function forgetTokens(): void {
  inMemory.clear();
  const store = session();
  for (const key of Object.keys(store ?? {})) {
    if (key.startsWith(PREFIX)) {
      store?.removeItem(key);
    }
  }
  changes.value += 1;
}

/** A browser that keeps nothing for pages throws where it is asked to. */
function session(): Storage | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}
