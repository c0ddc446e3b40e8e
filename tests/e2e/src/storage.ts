import type { Page } from "./page";

/** Everything that the page's origin has stored, as one text. */
export function stored(page: Page): Promise<string> {
  return page.run(async () => {
    const request = <T>(asked: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        asked.addEventListener("success", () => resolve(asked.result));
        asked.addEventListener("error", () => reject(asked.error));
      });
    const text = (value: unknown): string =>
      JSON.stringify(value, (_key, part: unknown) => {
        if (part instanceof Map || part instanceof Set) {
          return [...part];
        }
        const bytes = part instanceof ArrayBuffer ? new Uint8Array(part) : part;
        return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : part;
      }) ?? "";
    const all = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie];
    for (const { name } of await indexedDB.databases()) {
      const database = await request(indexedDB.open(name ?? ""));
      all.push(name ?? "");
      for (const store of database.objectStoreNames) {
        const objects = database.transaction(store).objectStore(store);
        all.push(text(await request(objects.getAllKeys())), text(await request(objects.getAll())));
      }
      database.close();
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      all.push(name, ...(await cache.keys()).map(({ url }) => url));
    }
    return all.join("\n");
  });
}
