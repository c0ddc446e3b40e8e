import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import type { KeptAnswer } from "./answers";
import type { KeptPicture } from "./pictures";

/** What was seen before, for when nobody answers. */
export interface Kept extends DBSchema {
  answers: { key: string; value: KeptAnswer; indexes: { when: Date } };
  pictures: { key: string; value: KeptPicture; indexes: { when: Date } };
}

/** How many of each are kept; the oldest go first. */
const MOST = { answers: 200, pictures: 8 } as const;

let opening: Promise<IDBPDatabase<Kept>> | undefined;

function database(): Promise<IDBPDatabase<Kept>> {
  opening ??= openDB<Kept>("repin seen", 1, {
    upgrade(fresh) {
      fresh.createObjectStore("answers").createIndex("when", "when");
      fresh.createObjectStore("pictures").createIndex("when", "when");
    },
    blocking(_current, _next, event) {
      (event.target as IDBDatabase).close();
      opening = undefined;
    },
    terminated() {
      opening = undefined;
    },
  });
  return opening;
}

/** Keeps a value. A browser that keeps nothing for pages is no reason to give no answer. */
export async function keep<S extends "answers" | "pictures">(store: S, key: string, value: Kept[S]["value"]) {
  try {
    const writing = (await database()).transaction(store, "readwrite");
    await writing.store.put(value, key);
    const extra = (await writing.store.count()) - MOST[store];
    const oldest = extra > 0 ? await writing.store.index("when").getAllKeys(null, extra) : [];
    await Promise.all(oldest.map((old) => writing.store.delete(old)));
    await writing.done;
  } catch {
    opening = undefined;
  }
}

/** What was kept under a key, if it still is. */
export async function kept<S extends "answers" | "pictures">(store: S, key: string) {
  try {
    return (await (await database()).get(store, key)) ?? null;
  } catch {
    opening = undefined;
    return null;
  }
}

/** Forgets what is kept of projects whose address begins so; all of them for the empty text. */
export async function forget(prefix: string): Promise<void> {
  try {
    const open = await database();
    const range = IDBKeyRange.bound(prefix, `${prefix}\uFFFF`);
    await Promise.all([open.delete("answers", range), open.delete("pictures", range)]);
  } catch {
    opening = undefined;
  }
}
