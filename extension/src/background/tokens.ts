/**
 * Tokens of GitLabs, each for its host alone. They are in the extension's own IndexedDB, which no content script and no
 * page can open (`storage.local` could be read by a content script).
 */
import { type IDBPDatabase, openDB } from "idb";

export interface Token {
  /** The origin of the GitLab. */
  readonly gitlab: string;
  readonly kind: "private" | "bearer";
  readonly secret: string;
  /** When it ends, in milliseconds since 1970; `null`: not known. */
  readonly until: number | null;
}

/** A token as it can be shown. */
export type Shown = Omit<Token, "secret">;

const NAME = "repin-tokens";
const STORE = "tokens";

let opened: Promise<IDBPDatabase> | undefined;

function database(): Promise<IDBPDatabase> {
  opened ??= openDB(NAME, 1, {
    upgrade(db) {
      db.createObjectStore(STORE, { keyPath: "gitlab" });
    },
    terminated() {
      opened = undefined;
    },
  });
  return opened;
}

/** The token of a GitLab, unless its time is over. */
export async function tokenOf(gitlab: string): Promise<Token | undefined> {
  const found = (await (await database()).get(STORE, gitlab)) as Token | undefined;
  if (found?.until != null && found.until <= Date.now()) {
    await forgetToken(gitlab);
    return undefined;
  }
  return found;
}

export async function keepToken(token: Token): Promise<void> {
  await (await database()).put(STORE, token);
}

export async function forgetToken(gitlab: string): Promise<void> {
  await (await database()).delete(STORE, gitlab);
}

/** Which GitLabs there is a token for. */
export async function knownTokens(): Promise<Shown[]> {
  const all = (await (await database()).getAll(STORE)) as Token[];
  return all.map(({ gitlab, kind, until }) => ({ gitlab, kind, until }));
}

export async function forgetTokens(): Promise<void> {
  await (await database()).clear(STORE);
}
