import type { Picture } from "./picture";

/** A line from a commit to one of its parents. */
export interface Edge {
  /** The row of the commit. */
  readonly from: number;
  /** The row of the parent; where that is not in the picture, the line ends below the commit. */
  readonly to: number | null;
  /** The lanes: of the commit, of the way down, of the parent. */
  readonly lanes: readonly [number, number, number];
  /** The environment that both have: where it changes, the colour breaks. */
  readonly number: number | null;
}

type Facts = Pick<Picture, "entries" | "rows" | "letters">;

/** All lines of a history, in the order of the commits. */
export function edgesOf({ entries, rows, letters }: Facts, index: ReadonlyMap<string, number>): Edge[] {
  const number = (at: number) => {
    const key = entries[at]?.key;
    return key == null ? null : (letters.get(key) ?? null);
  };
  return entries.flatMap((entry, from) => {
    const row = rows[from];
    return entry.parents.map((parent, at) => {
      const own = row?.lane ?? 0;
      const lane = row?.parents[at] ?? own;
      const to = index.get(parent) ?? null;
      const below = to === null ? lane : (rows[to]?.lane ?? lane);
      const same = to !== null && number(from) === number(to);
      return { from, to, lanes: [own, lane, below], number: same ? number(from) : null };
    });
  });
}

/** The lines that cross the rows from `start` to `end`. */
export function edgesWithin(edges: readonly Edge[], start: number, end: number): Edge[] {
  return edges.filter(({ from, to }) => from < end && (to ?? from + 1) >= start);
}
