import type { Resolution } from "repin";
import { expect, test } from "vitest";

import type { Answer } from "../ask/state";
import { RESOLUTION } from "../testing/sample";
import { missingTag } from "./tagging";

const { image, inputs } = RESOLUTION;

test.each<[string, Partial<Resolution>, string | null]>([
  ["an ancestor's image", {}, "ce46f90"],
  ["its own image", { image: { ...image, relation: "exact" } }, null],
  ["a parent's image", { image: { ...image, project: "somebody/else" } }, null],
  ["no image", { status: "missing", image: null }, null],
  ["an image that is right by .repin.toml", { inputs: { ...inputs, source: "config" } }, null],
  ["an image that is right by the caller's word", { inputs: { ...inputs, source: "option" } }, null],
])("%s", (_case, change, tag) => {
  const answer = { resolution: { ...RESOLUTION, expected_tag: "ce46f90", ...change }, asOf: null } as unknown as Answer;
  expect(missingTag(answer)).toBe(tag);
  expect(missingTag({ ...answer, asOf: new Date(0) })).toBeNull();
});
