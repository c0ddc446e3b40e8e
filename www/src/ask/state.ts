import { signal } from "@preact/signals";
import type { Progress, Resolution } from "repin";

import type { Question } from "../address/link";
import type { Failure } from "./failure";
import type { Place } from "./place";

/** An answer that is shown. */
export interface Answer {
  readonly question: Question;
  readonly place: Place;
  readonly resolution: Resolution;
  /** When it was given, where it is an old one, since nobody answers now. */
  readonly asOf: Date | null;
}

/** What is asked. */
export const question = signal<Question | null>(null);
/** The answer to it, once it is there. */
export const answer = signal<Answer | null>(null);
/** Why there is none, or none that is new. */
export const failure = signal<Failure | null>(null);
/** What asking has cost so far; `null` while nothing is asked. */
export const progress = signal<Progress | null>(null);
/** What a screen reader says next. */
export const announcement = signal("");

/** Says something to people who do not see it. */
export function announce(text: string): void {
  // The same words a second time are a change only if something differs.
  announcement.value = announcement.value === text ? `${text}\u00A0` : text;
}

/** Why nothing seems to happen. */
export const PATIENCE = "The server is busy or asks for patience: it is asked again in a moment.";

/** Nothing is sent yet. */
export const START: Progress = { sent: 0, answered: 0, bytes: 0, waiting: false };
