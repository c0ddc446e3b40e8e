// Control characters, and Unicode's invisible marks of direction and line ends.
const UNSAFE = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * The text with everything made visible that could reorder or hide what is around it: titles, branches and tags come
 * from strangers. Escapes look as the command writes them: `\n`, `\u{202e}`.
 */
export function safe(text: string): string {
  return text.replaceAll(UNSAFE, (character) => SHORT[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** The safe text, cut to so many characters. */
export function cut(text: string, length: number): string {
  // Whatever is beyond cannot be shown, so it need not be read.
  const shown = safe(text.slice(0, length + 1));
  if (shown.length <= length) {
    return shown;
  }
  // Half a character is none.
  return `${shown.slice(0, length - 1).replace(/\p{Cs}$/u, "")}…`;
}
