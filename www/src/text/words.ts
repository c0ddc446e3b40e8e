/** `1 file`, `5 files`. */
export function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** The first characters of a commit id, as people write it. */
export function short(commit: string): string {
  return commit.slice(0, 7);
}

/** The day of an ISO 8601 date, as the committer's clock showed it. */
export function day(date: string): string {
  return date.slice(0, 10);
}

/** `18 kB` */
export function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1000).toLocaleString("en")} kB`;
}

/** A remark as a sentence: with a capital and a full stop. */
export function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/u.test(begun) ? begun : `${begun}.`;
}
