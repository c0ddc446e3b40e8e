import { safe } from "repin/safe";

/** Words from a repository or a server within a sentence of ours: shown isolated, so that they cannot reorder it. */
export interface Quoted {
  readonly quoted: string;
  /** Whether it is a name that a machine reads. */
  readonly code: boolean;
}

/** A sentence, in parts. */
export type Phrase = readonly (string | Quoted)[];

/** Words of a stranger. */
export function words(text: string): Quoted {
  return { quoted: safe(text), code: false };
}

/** A name: a tag, a commit, a path. */
export function name(text: string): Quoted {
  return { quoted: safe(text), code: true };
}

/** Several names: `a, b and 3 more`. */
export function names(texts: readonly string[], most: number): Phrase {
  const shown = texts.slice(0, texts.length > most ? most : texts.length);
  const rest = texts.length - shown.length;
  const parts = shown.flatMap((text, at) => [before(at, shown.length + (rest > 0 ? 1 : 0)), name(text)]);
  return rest > 0 ? [...parts, ` and ${rest} more`] : parts;
}

function before(at: number, length: number): string {
  if (at === 0) {
    return "";
  }
  return at === length - 1 ? " and " : ", ";
}

/** The sentence as plain text, for names and titles. */
export function plain(phrase: Phrase): string {
  return phrase.map((part) => (typeof part === "string" ? part : part.quoted)).join("");
}
