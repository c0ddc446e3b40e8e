import type { Resolution } from "repin";
import { expect, test } from "vitest";

import { RESOLUTION } from "../testing/sample";
import { plain } from "../text/phrase";
import { next } from "./next";
import { distance, evidence, headline, nearest, remarks, spent } from "./sentences";

const { image, environment } = RESOLUTION;
const older = { tag: "60ce358", commit: "6".repeat(40), changed: [{ path: "requirements.txt", change: "modified" as const }] };

test("the evidence in plain words", () => {
  expect(plain(evidence(RESOLUTION, older))).toBe(
    "Image of 2c5c1f9: all 5 inputs are identical; 2 commits ago; the next older image, 60ce358, differs in requirements.txt.",
  );
});

test.each<[string, Partial<Resolution>, string]>([
  [
    "the very commit",
    { image: { ...image, relation: "exact", distance: 0 } },
    "Image of 2c5c1f9: built from 5 files.",
  ],
  [
    "one input",
    { environment: { ...environment, files: environment.files.slice(0, 1) }, image: { ...image, relation: "descendant", distance: 1 } },
    "Image of 2c5c1f9: the one input is identical; 1 commit later.",
  ],
  ["no environment", { environment: null, image: { ...image, relation: "exact" } }, ""],
])("the evidence of %s", (_case, change, said) => {
  expect(plain(evidence({ ...RESOLUTION, ...change }, null))).toBe(said);
});

test.each<[Partial<Resolution>, string]>([
  [{}, "The image of 2c5c1f9 is right for ce46f90."],
  [{ image: { ...image, relation: "exact" } }, "The image of this very commit is there."],
  [{ status: "predicted" }, "The image of 2c5c1f9 would be right for ce46f90."],
  [{ status: "missing", image: null }, "No image is right for ce46f90."],
  [{ status: "unknown", image: null }, "No image is known to be right for ce46f90."],
])("%o", (change, said) => {
  expect(plain(headline({ ...RESOLUTION, ...change }))).toBe(said);
});

test.each([
  ["ancestor", 14, "14 commits ago"],
  ["ancestor", null, "an earlier commit"],
  ["descendant", 1, "1 commit later"],
  ["same-environment", null, "on another line of history"],
  ["exact", 0, "this very commit"],
] as const)("%s, %s: %s", (relation, commits, said) => {
  expect(distance(relation, commits)).toBe(said);
});

test("a fork's image and a predicted one are said to be that", () => {
  const said = remarks({ ...RESOLUTION, project: "ben/course", image: { ...image, verified: false } }).map(plain);
  expect(said).toEqual([
    "It is in the registry of ada/course, which this project is a fork of.",
    "No registry was asked; a CI that builds on change would have built it there.",
  ]);
});

test("the nearest image is named with its commit, as far as that is known", () => {
  expect(plain(nearest(older, () => null))).toBe("The nearest is 60ce358, the image of 6666666; 1 input differs:");
  const known = { title: "Add \u202Enumpy", date: "2024-05-01T00:00:00Z" };
  expect(plain(nearest(older, () => known))).toContain(String.raw`(“Add \u{202e}numpy”, 2024-05-01)`);
});

test("the cost in words", () => {
  expect(spent(RESOLUTION.cost)).toBe("6 requests, 4 rounds, 6 kB");
  expect(spent(null)).toBeNull();
});

test.each([
  ["build-failed", "failed", "See in the job’s log why, and retry it there."],
  ["none", "missing", "Run the image job for this commit; its image gets the tag ce46f90."],
  ["none", "building", "Wait for the pipeline, and ask again."],
  ["search-limit", "unknown", "Ask without a limit of requests."],
] as const)("after %s, %s: %s", (code, status, said) => {
  const reason = { code, message: "", url: null };
  expect(plain(next({ ...RESOLUTION, image: null, status, reason }) ?? [])).toBe(said);
});
