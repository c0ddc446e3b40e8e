import type { HistoryEntry, Relation, Row } from "repin";

import { type Picture, pictureOf } from "../picture/picture";

type Line = readonly [commit: string, parents: string, title: string, key: string, tag: string, relation: Relation];

/** A few commits of the sample course, as `repin history` shows them. */
const LINES: readonly Line[] = [
  ["581f63d", "b742154", "Week 4: Trees", "G", "581f63d", "exact"],
  ["b742154", "ce46f90 0d1c1a5", "Merge branch 'graphs'", "G", "581f63d", "descendant"],
  ["ce46f90", "60ce358 2c5c1f9", "Merge branch 'seaborn'", "H", "2c5c1f9", "ancestor"],
  ["60ce358", "2e1f9b3", "Week 3: Questions", "I", "60ce358", "exact"],
  ["2c5c1f9", "2e1f9b3", "Week 3: Nicer plots", "H", "2c5c1f9", "exact"],
];

const ROWS: readonly Row[] = [
  { lane: 0, ends: [], passing: [], parents: [0] },
  { lane: 0, ends: [], passing: [], parents: [0, 1] },
  { lane: 0, ends: [], passing: [1], parents: [0, 2] },
  { lane: 0, ends: [], passing: [1, 2], parents: [0] },
  { lane: 2, ends: [], passing: [0, 1], parents: [2] },
];

const DATES = ["2024-03-18", "2024-03-17", "2024-03-16", "2024-03-15", "2024-03-14"];

const entries = LINES.map(([commit, parents, title, key, tag, relation], at): HistoryEntry => {
  const date = `${DATES[at]}T08:00:00+00:00`;
  return { commit, parents: parents.split(" "), title, date, key, tag, image_commit: tag, relation };
});

/** The picture of the example, with the commit asked about and its image. */
export const SAMPLE: Picture = pictureOf({
  entries,
  rows: ROWS,
  unseen: new Set(),
  letters: new Map([
    ["G", 0],
    ["H", 1],
    ["I", 2],
  ]),
  verified: true,
  notes: [],
  cost: null,
  limit: entries.length,
  tip: null,
  place: { base: "", origin: "", project: "ada/course", url: "" },
  live: null,
  asOf: null,
});

export const ASKED = 2;
export const IMAGE = 4;
