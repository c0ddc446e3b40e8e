import type { Row } from "repin";
import { expect, test } from "vitest";

import { RESOLUTION, entry } from "../testing/sample";
import { letterOf } from "./colors";
import { edgesWithin } from "./edges";
import { bracket, geometryOf, path, x, y } from "./geometry";
import { learn } from "./learn";
import { type Picture, pictureOf } from "./picture";
import { explain, markOf, rowName, summary } from "./words";
import { plain } from "../text/phrase";

/** A merge of a side branch: 4 has the parents 2 and 3, and 1 is not shown. */
const ROWS: Row[] = [
  { lane: 0, ends: [], passing: [], parents: [0, 1] },
  { lane: 1, ends: [], passing: [0], parents: [1] },
  { lane: 0, ends: [1], passing: [], parents: [0] },
];
const ENTRIES = ["4 2,3 K 2 ancestor", "3 2 L - -", "2 1 K 2 exact"].map(entry);

function picture(change: Partial<Picture>): Picture {
  return pictureOf({
    entries: ENTRIES,
    rows: ROWS,
    unseen: new Set(),
    letters: new Map([
      ["K", 0],
      ["L", 1],
    ]),
    verified: true,
    notes: [],
    cost: null,
    limit: 3,
    tip: null,
    place: { base: "", origin: "", project: "ada/course", url: "" },
    live: null,
    asOf: null,
    ...change,
  });
}

test("each commit is linked with its parents, through their lanes, in the colour that both have", () => {
  expect(picture({}).edges).toEqual([
    { from: 0, to: 2, lanes: [0, 0, 0], number: 0 },
    { from: 0, to: 1, lanes: [0, 1, 1], number: null },
    { from: 1, to: 2, lanes: [1, 1, 0], number: null },
    { from: 2, to: null, lanes: [0, 0, 0], number: null },
  ]);
  expect(picture({}).lanes).toBe(2);
});

test("only lines that are in sight are drawn", () => {
  const { edges } = picture({});
  expect(edgesWithin(edges, 0, 1)).toHaveLength(2);
  expect(edgesWithin(edges, 1, 2).map(({ from }) => from)).toEqual([0, 0, 1]);
  expect(edgesWithin(edges, 2, 3).map(({ from }) => from)).toEqual([0, 1, 2]);
});

test.each<[number, readonly [number, number, number], number | null, string]>([
  [0, [0, 0, 0], 1, "M0 10V30"],
  [0, [0, 1, 1], 1, "M0 10C0 20 24 20 24 30"],
  [0, [0, 1, 1], 3, "M0 10C0 20 24 20 24 30V70"],
  [0, [1, 1, 0], 3, "M24 10V50C24 60 0 60 0 70"],
  [0, [0, 1, 2], 2, "M0 10C0 20 24 20 24 30C24 40 48 40 48 50"],
  [2, [0, 1, 1], null, "M0 50C0 60 24 60 24 70"],
])("the line from row %i through the lanes %j to row %s", (from, lanes, to, drawn) => {
  const geometry = { row: 20, lane: 24, mark: 8, left: 0, width: 100, narrow: false };
  expect(path({ from, to, lanes, number: null }, geometry)).toBe(drawn);
});

test.each([
  [1, 1200],
  [3, 1200],
  [40, 1200],
  [400, 1200],
  [40, 320],
])("%i lanes leave room for the text in %i pixels", (lanes, room) => {
  const geometry = geometryOf(lanes, room, 16);
  expect(geometry.width).toBeLessThanOrEqual(room * 0.45);
  expect(x(geometry, 0) - geometry.mark).toBeGreaterThan(8);
  expect(geometry.narrow).toBe(room === 320);
});

test("the bracket leads from the commit to its image, up or down", () => {
  const geometry = geometryOf(1, 1200, 16);
  expect(bracket(0, 3, geometry)).toContain(` ${y(geometry, 0)}H`);
  expect(bracket(3, 0, geometry)).toContain(`V${y(geometry, 0) + 6}`);
});

test("marks say what has an image", () => {
  expect([0, 1, 2].map((at) => markOf(picture({}), at))).toEqual(["shared", "lacking", "own"]);
  const other = picture({ verified: false, unseen: new Set(["3"]) });
  expect([0, 1, 2].map((at) => markOf(other, at))).toEqual(["shared", "unseen", "predicted"]);
  expect(markOf(picture({ entries: [entry("5 4")] }), 0)).toBe("bare");
});

test("an answer tells of a commit what the history could not", () => {
  const before = picture({ entries: [entry("ce46f909397be3e388130c77e3d2e21724d535ec")], rows: ROWS.slice(2) });
  const unseen = { ...before, unseen: new Set([RESOLUTION.commit]) };
  const after = learn(unseen, RESOLUTION);
  expect(after.entries[0]).toMatchObject({ key: RESOLUTION.environment.key, tag: "2c5c1f9", relation: "ancestor" });
  expect(after.letters.get(RESOLUTION.environment.key)).toBe(2);
  expect(markOf(after, 0)).toBe("shared");
  expect(learn(before, RESOLUTION)).toBe(before);
});

test("a row's name says all that it shows", () => {
  expect(rowName(picture({}), 0, ["Title", "4", "2024-03-16", "2"])).toBe(
    "Title 4 2024-03-16 2, an earlier commit’s image, environment A",
  );
  expect(rowName(picture({}), 1, ["3", "none"])).toBe("3 none, no image, environment B");
});

test("a commit is explained in sentences", () => {
  expect(explain(picture({}), 0).map(plain)).toEqual([
    "Its environment is A, as that of 1 other commit shown here.",
    "Right for it is 2, an earlier commit’s (“title of 2”).",
  ]);
  expect(explain(picture({}), 1).map(plain)).toEqual([
    "Its environment is B, which no other commit shown here has.",
    "No image is right for it.",
  ]);
});

test("the picture in a sentence", () => {
  expect(summary(picture({}))).toBe("3 commits, 2 environments, 1 image, 1 commit without a right image");
  const guessed = picture({ verified: false, unseen: new Set(["3"]) });
  expect(summary(guessed)).toBe(
    "3 commits, 2 environments, 1 image predicted, 0 commits without a right image, 1 commit not looked at",
  );
});

test.each([
  [0, "A"],
  [25, "Z"],
  [26, "AA"],
  [51, "AZ"],
  [52, "BA"],
  [701, "ZZ"],
  [702, "AAA"],
])("environment %i is %s", (number, letter) => {
  expect(letterOf(number)).toBe(letter);
});
