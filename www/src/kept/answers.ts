import type { Resolution } from "repin";

import { type Question, linkTo } from "../address/link";
import { tokenState } from "../address/tokens";
import type { Place } from "../ask/place";
import type { Answer } from "../ask/state";
import { keep, kept } from "./store";

/** An answer that was given. */
export interface KeptAnswer {
  readonly resolution: Resolution;
  readonly place: Place;
  readonly when: Date;
  /** Whether it took a token to learn it: then it takes one to see it again. */
  readonly secret: boolean;
}

/** Keeps an answer, unless it was learnt with a token that is not kept itself. */
export async function keepAnswer({ question, place, resolution }: Answer): Promise<void> {
  const state = tokenState(place.origin);
  if (state === "memory") {
    return;
  }
  const value = { resolution, place, when: new Date(), secret: state === "kept" };
  await keep("answers", keyOf(place, question), value);
  await keep("answers", keyOf(place, { project: place.url, commit: resolution.commit }), value);
}

/** The last answer to this question. */
export async function keptAnswer(place: Place, question: Question): Promise<Answer | null> {
  const found =
    (await kept("answers", keyOf(place, question))) ??
    (await kept("answers", keyOf(place, { project: place.url, commit: question.commit })));
  if (found === null || (found.secret && tokenState(place.origin) === "none")) {
    return null;
  }
  return { question, place: found.place, resolution: found.resolution, asOf: found.when };
}

/** It begins with the origin, by which it is forgotten. */
function keyOf(place: Place, question: Question): string {
  return `${place.origin}/ ${linkTo(question)}`;
}
