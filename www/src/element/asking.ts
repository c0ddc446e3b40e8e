import type { Cache, Options, Resolution } from "repin";

import { placeOf } from "../ask/place";
import { repin } from "../ask/repin";
import { sharedFetch } from "./shared";

/** What one element asks. */
export interface Wish {
  readonly project: string;
  readonly commit: string | null;
  readonly image: string | null;
}

/** The answers of this page: equal questions share one. */
const answers = new Map<string, Promise<Resolution>>();

/** What was learnt of each project, and the end of the queue of questions about it. */
const projects = new Map<string, { readonly cache: Cache; last: Promise<unknown> }>();

/** The answer, asked for at most once. What failed is asked for again the next time. */
export function answerTo(wish: Wish): Promise<Resolution> {
  const key = JSON.stringify([wish.project, wish.commit, wish.image]);
  const known = answers.get(key);
  if (known !== undefined) {
    return known;
  }
  const asked = ask(wish);
  answers.set(key, asked);
  asked.catch(() => answers.delete(key));
  return asked;
}

/** Questions about one project wait for each other: the later ones find in its cache what the first has learnt. */
async function ask({ project, commit, image }: Wish): Promise<Resolution> {
  const module = await repin();
  const { url } = placeOf(await module.parseAddress(project));
  const shared = projects.get(url) ?? { cache: module.memoryCache(), last: Promise.resolve() };
  projects.set(url, shared);
  const options: Options = {
    cache: shared.cache,
    fetch: sharedFetch,
    ...(commit === null ? {} : { commit }),
    ...(image === null ? {} : { image }),
  };
  const mine = shared.last.then(() => module.resolve(project, options));
  shared.last = mine.catch(() => null);
  return mine;
}
