import type { Cache } from "./options.js";

/** Values of that many bytes are kept, if nobody says otherwise. */
const MOST = 64 * 1024 * 1024;

/** A cache in memory; what was used longest ago goes first. */
export function memoryCache(maxBytes: number = MOST): Cache & { clear(): Promise<void> } {
  const values = new Map<string, Uint8Array>();
  let bytes = 0;
  const forget = (key: string): void => {
    bytes -= values.get(key)?.byteLength ?? 0;
    values.delete(key);
  };
  return {
    async get(key) {
      const value = values.get(key);
      if (value !== undefined) {
        values.delete(key);
        values.set(key, value);
      }
      return value;
    },
    async put(key, value) {
      forget(key);
      if (value.byteLength > maxBytes) {
        return;
      }
      values.set(key, value);
      bytes += value.byteLength;
      for (const oldest of values.keys()) {
        if (bytes <= maxBytes) {
          break;
        }
        forget(oldest);
      }
    },
    async clear() {
      values.clear();
      bytes = 0;
    },
  };
}

interface Kept {
  key: string;
  value: Uint8Array;
  bytes: number;
  used: number;
}

/** A cache in IndexedDB, for pages, workers and extensions; what was used longest ago goes first. */
export function indexedDbCache(name = "repin", maxBytes: number = MOST): Cache & { clear(): Promise<void> } {
  let opened: Promise<IDBDatabase> | undefined;
  const open = (): Promise<IDBDatabase> => {
    opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => {
        const store = request.result.createObjectStore("values", { keyPath: "key" });
        store.createIndex("used", "used");
      };
      request.onsuccess = () => {
        // Another tab may want to remove the database, or to make it anew.
        request.result.onversionchange = () => {
          request.result.close();
          opened = undefined;
        };
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error(`the database ${name} is blocked by another page`));
    }).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const within = async <T>(work: (store: IDBObjectStore, give: (value: T) => void) => void): Promise<T | undefined> => {
    const transaction = (await open()).transaction("values", "readwrite");
    return new Promise((resolve, reject) => {
      let result: T | undefined;
      work(transaction.objectStore("values"), (value) => {
        result = value;
      });
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  return {
    get: (key) =>
      within<Uint8Array>((store, give) => {
        const request: IDBRequest<Kept | undefined> = store.get(key);
        request.onsuccess = () => {
          if (request.result !== undefined) {
            give(request.result.value);
            store.put({ ...request.result, used: Date.now() });
          }
        };
      }),
    async put(key, value) {
      if (value.byteLength > maxBytes) {
        return;
      }
      await within((store) => {
        store.put({ key, value, bytes: value.byteLength, used: Date.now() } satisfies Kept);
        makeRoom(store, maxBytes);
      });
    },
    async clear() {
      await within((store) => store.clear());
    },
  };
}

/** Removes the values that were used longest ago, until the rest is no more than `most` bytes. */
function makeRoom(store: IDBObjectStore, most: number): void {
  let bytes = 0;
  // The newest first: where the sum passes the limit, all that follow go.
  const cursor = store.index("used").openCursor(null, "prev");
  cursor.onsuccess = () => {
    const at = cursor.result;
    if (at === null) {
      return;
    }
    bytes += (at.value as Kept).bytes;
    if (bytes > most) {
      at.delete();
    }
    at.continue();
  };
}
