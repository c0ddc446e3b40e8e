/** Rows that are drawn: from `start`, up to but without `end`. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** Rows beyond the edges that are drawn too, so that nothing is empty while it moves. */
const BEYOND = 4;
/** The window moves in steps: what is drawn stays while few rows go by. */
const STEP = 4;

/** The rows that are in sight, and some around them. */
export function windowAt(top: number, height: number, row: number, count: number): Window {
  const first = Math.max(0, Math.floor(top / row));
  const last = Math.min(count, Math.ceil((top + height) / row));
  const start = Math.max(0, Math.floor((first - BEYOND) / STEP) * STEP);
  const end = Math.min(count, Math.ceil((last + BEYOND) / STEP) * STEP);
  return { start: Math.min(start, end), end };
}

/** More rows than are ever drawn at once: two rows that are drawn have different remainders by it. */
export function slots(height: number, row: number): number {
  return Math.ceil(height / row) + 2 * BEYOND + 2 * STEP + 2;
}

/** Where to scroll so that a row is in sight: nowhere if it is, else as little as that takes. */
export function scrollTo(at: number, top: number, height: number, row: number): number {
  if (at * row < top) {
    return at * row;
  }
  return (at + 1) * row > top + height ? (at + 1) * row - height : top;
}

/** How far a row is out of sight: negative above, positive below, 0 in sight. */
export function outOfSight(at: number, top: number, height: number, row: number): number {
  const first = Math.ceil((top - row / 2) / row);
  const last = Math.floor((top + height - row / 2) / row);
  if (at < first) {
    return at - first;
  }
  return at > last ? at - last : 0;
}
