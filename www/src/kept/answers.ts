import type { Resolution } from "repin";

import type { Question } from "../address/link";
import { tokenState } from "../address/tokens";
import type { Place } from "../ask/place";
import type { Answer } from "../ask/state";
import { keep, kept } from "./store";

/** An answer that was given. */
export interface KeptAnswer {
  readonly resolution: Resolution;
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
  const value = { resolution, when: new Date(), secret: state === "kept" };
  await keep("answers", keyOf(place, question.commit ?? addressed(question)), value);
  await keep("answers", keyOf(place, resolution.commit), value);
}

/** The last answer to this question. */
export async function keptAnswer(place: Place, question: Question): Promise<Answer | null> {
  const found = await kept("answers", keyOf(place, question.commit ?? addressed(question)));
  if (found === null || (found.secret && tokenState(place.origin) === "none")) {
    return null;
  }
  return { question, place, resolution: found.resolution, asOf: found.when };
}

/** What stands for the commit where only the address says it. */
function addressed(question: Question): string {
  return `of ${question.project}`;
}

function keyOf(place: Place, revision: string): string {
  return `${place.url} ${revision}`;
}
