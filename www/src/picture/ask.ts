import { batch, signal } from "@preact/signals";
import type { History, HistoryOptions, Progress, Resolution } from "repin";

import type { Question } from "../address/link";
import { access } from "../ask/access";
import { type Failure, failureOf, isOutage } from "../ask/failure";
import type { Place } from "../ask/place";
import { repin } from "../ask/repin";
import { type Answer, START } from "../ask/state";
import { keepPicture, keptPicture } from "../kept/pictures";
import { learn } from "./learn";
import { resolutionIn } from "./live";
import { type Picture, pictureOf } from "./picture";

/** The history that is shown. */
export const picture = signal<Picture | null>(null);
/** What asking for it has cost so far; `null` while it is not asked for. */
export const drawing = signal<Progress | null>(null);
/** Why there is none, or not more of it. */
export const undrawn = signal<Failure | null>(null);

/** How many commits are asked for at first, and at most. */
const FIRST = 200;
export const MOST = 5000;

/** A history of projects that copy folders takes more requests than one answer: with fewer it has holes. */
const REQUESTS = 60;

let running: AbortController | undefined;

/** An answer from the facts that the picture has, without a request. */
export function fromPicture(asked: Question): Answer | null {
  const shown = picture.value;
  if (shown === null || asked.commit === null || asked.project !== shown.place.url) {
    return null;
  }
  const resolution = resolutionIn(shown, asked.commit);
  return resolution === null ? null : { question: asked, place: shown.place, resolution, asOf: null };
}

/** Draws the history of an answer's project; anew, unless the one that is shown has the commit and is `fresh` enough. */
export async function pictureFor(answer: Answer, fresh: boolean): Promise<void> {
  const { place, resolution } = answer;
  const shown = picture.value;
  const sameProject = shown?.place.url === place.url;
  const isCurrent = shown?.live != null || answer.asOf !== null;
  if (sameProject && isCurrent && !fresh && shown?.index.has(resolution.commit) === true) {
    picture.value = learn(shown, resolution);
    return;
  }
  if (!sameProject) {
    clear();
  }
  const limit = sameProject ? (shown?.limit ?? FIRST) : FIRST;
  await draw({ place, tip: null, limit, answered: resolution, unlimited: limit > FIRST });
}

/** Draws more of the history that is shown, with as many requests as that takes. */
export async function drawMore(): Promise<void> {
  const shown = picture.value;
  if (shown !== null) {
    const limit = Math.min(MOST, isWhole(shown) ? shown.limit : shown.limit * 2);
    await draw({ place: shown.place, tip: shown.tip, limit, answered: null, unlimited: true });
  }
}

/** Whether the history has no more commits. */
export function isWhole({ entries, limit }: Pick<Picture, "entries" | "limit">): boolean {
  return entries.length < limit;
}

/** Gives up asking for a history. */
export function stopDrawing(): void {
  running?.abort();
}

/** Shows no history. */
export function clear(): void {
  const superseded = running;
  running = undefined;
  superseded?.abort();
  picture.value?.live?.free();
  batch(() => {
    picture.value = null;
    drawing.value = null;
    undrawn.value = null;
  });
}

interface Wish {
  readonly place: Place;
  readonly tip: string | null;
  readonly limit: number;
  /** The answer whose commit has to be in it; else that one's own history is asked for. */
  readonly answered: Resolution | null;
  readonly unlimited?: boolean;
}

async function draw(wish: Wish): Promise<void> {
  const superseded = running;
  const controller = new AbortController();
  running = controller;
  superseded?.abort();
  batch(() => {
    drawing.value = START;
    undrawn.value = null;
  });
  try {
    let drawn = await historyOf(wish, controller);
    const { answered } = wish;
    if (answered !== null && !drawn.index.has(answered.commit)) {
      drawn.live?.free();
      drawn = await historyOf({ ...wish, tip: answered.commit }, controller);
    }
    replace(controller, answered === null ? drawn : learn(drawn, answered));
  } catch (error) {
    await failed(controller, wish, error);
  }
}

async function historyOf(wish: Wish, controller: AbortController): Promise<Picture> {
  const { place, tip, limit } = wish;
  const module = await repin();
  const options: HistoryOptions = {
    ...access(module, place.origin),
    ...(tip === null ? {} : { commit: tip }),
    maxRequests: wish.unlimited === true ? "none" : REQUESTS,
    limit,
    signal: controller.signal,
    onProgress: (now) => {
      if (controller === running) {
        drawing.value = now;
      }
    },
  };
  return pictureOf({ ...factsOf(await module.history(place.url, options)), place, tip, limit, asOf: null });
}

/** What crosses from wasm once, and not at each look. */
function factsOf(live: History) {
  const { entries, rows, unseen, letters, verified, notes, cost } = live;
  return { live, entries, rows, unseen, letters, verified, notes, cost };
}

function replace(controller: AbortController, drawn: Picture): void {
  if (controller !== running) {
    drawn.live?.free();
    return;
  }
  picture.value?.live?.free();
  batch(() => {
    picture.value = drawn;
    drawing.value = null;
  });
  const { place, entries, rows, unseen, letters, verified, notes, cost, limit, tip } = drawn;
  if (tip === null) {
    void keepPicture(place, { entries, rows, unseen, letters, verified, notes, cost, limit });
  }
}

async function failed(controller: AbortController, { place }: Wish, error: unknown): Promise<void> {
  const why = failureOf(error);
  const old = isOutage(why) && picture.value === null ? await keptPicture(place) : null;
  if (controller !== running) {
    return;
  }
  batch(() => {
    drawing.value = null;
    undrawn.value = why;
    if (old !== null) {
      picture.value = pictureOf({ ...old, place, tip: null, live: null, asOf: old.when });
    }
  });
}
