import { forgetToken, forgetTokens } from "../address/tokens";
import { forgetMemory, privateCache } from "../ask/access";
import { repin } from "../ask/repin";
import { forget } from "./store";

/** Forgets the token for an origin, and all that was learnt with it. */
export async function forgetPrivate(origin: string): Promise<void> {
  forgetToken(origin);
  forgetMemory(origin);
  const { indexedDbCache } = await repin();
  await Promise.all([indexedDbCache(privateCache(origin)).clear(), forget(`${origin}/`)]);
}

/** Forgets every token, answer and fact that this browser keeps of this page. */
export async function forgetEverything(): Promise<void> {
  forgetTokens();
  forgetMemory();
  const { indexedDbCache } = await repin();
  const names = await databases();
  const caches = names.filter((name) => name.startsWith("repin http"));
  await Promise.all([
    indexedDbCache().clear(),
    ...caches.map((name) => indexedDbCache(name).clear()),
    forget(""),
  ]);
}

/** The databases of this page; a browser that does not tell has only those of its public projects. */
async function databases(): Promise<string[]> {
  const all = (await indexedDB.databases?.()) ?? [];
  return all.flatMap(({ name }) => (name === undefined ? [] : [name]));
}
