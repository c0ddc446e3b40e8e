import type { History, HistoryEntry, Resolution, Row } from "repin";

import type { Place } from "../ask/place";
import { type Edge, edgesOf } from "./edges";

/** A history, ready to be drawn. */
export interface Picture {
  readonly place: Place;
  /** The revision that it begins with; `null` is the default branch. */
  readonly tip: string | null;
  /** How many commits were asked for. */
  readonly limit: number;
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  readonly rows: readonly Row[];
  readonly unseen: ReadonlySet<string>;
  /** The numbers of the environments, by their keys. */
  readonly letters: ReadonlyMap<string, number>;
  readonly verified: boolean;
  readonly notes: readonly string[];
  readonly cost: Resolution["cost"];
  /** Where each commit is. */
  readonly index: ReadonlyMap<string, number>;
  readonly edges: readonly Edge[];
  /** How many lanes lie side by side. */
  readonly lanes: number;
  /** What answers for any of its commits; not there for a history that was kept. */
  readonly live: History | null;
  /** When it was asked, where it is an old one. */
  readonly asOf: Date | null;
}

/** What a picture is made from: a history just asked, or one that was kept. */
export type Drawable = Pick<
  Picture,
  "entries" | "rows" | "unseen" | "letters" | "verified" | "notes" | "cost" | "limit" | "tip" | "place" | "live" | "asOf"
>;

export function pictureOf(drawable: Drawable): Picture {
  const index = new Map(drawable.entries.map((entry, at) => [entry.commit, at]));
  let lanes = 1;
  for (const row of drawable.rows) {
    for (const touched of [row.ends, row.passing, row.parents, [row.lane]]) {
      for (const lane of touched) {
        lanes = Math.max(lanes, lane + 1);
      }
    }
  }
  return { ...drawable, index, edges: edgesOf(drawable, index), lanes };
}

/** The number of a commit's environment, if it has one. */
export function numberOf({ entries, letters }: Pick<Picture, "entries" | "letters">, at: number): number | null {
  const key = entries[at]?.key;
  return key == null ? null : (letters.get(key) ?? null);
}
