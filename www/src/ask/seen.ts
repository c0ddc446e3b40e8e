import { type Question, linkTo } from "../address/link";
import type { Answer } from "./state";

/** The answers since the page was opened: who goes back sees them again, and nobody is asked a second time. */
const answers = new Map<string, Answer>();

export function remember(answer: Answer): void {
  answers.set(linkTo(answer.question), answer);
  answers.set(linkTo({ project: answer.place.url, commit: answer.resolution.commit }), answer);
}

export function remembered(question: Question): Answer | null {
  const known = answers.get(linkTo(question));
  return known === undefined ? null : { ...known, question };
}

export function forgetAnswers(): void {
  answers.clear();
}
