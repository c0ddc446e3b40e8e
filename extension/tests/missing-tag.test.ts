/** To which answers a tag for the commit is offered. */
import type { Resolution } from "repin";
import { expect, test } from "vitest";

import { missingTag } from "../src/background/missing-tag";

const image = { project: "ada/course", tag: "2c5c1f9", relation: "ancestor" };
const inputs = { source: "dockerfile" };
const resolution = { status: "found", project: "ada/course", expected_tag: "ce46f90", image, inputs };

test.each<[string, object, string | null]>([
  ["an ancestor's image", {}, "ce46f90"],
  ["a descendant's image", { image: { ...image, relation: "descendant" } }, "ce46f90"],
  ["the image of another branch", { image: { ...image, relation: "same-environment" } }, "ce46f90"],
  ["an image that is right by the image job", { inputs: { source: "ci" } }, "ce46f90"],
  ["its own image", { image: { ...image, relation: "exact" } }, null],
  ["a parent's image", { image: { ...image, project: "somebody/else" } }, null],
  ["no image", { status: "missing", image: null }, null],
  ["an image that nobody has seen", { status: "predicted" }, null],
  ["an image whose job gives tags that no commit tells", { expected_tag: null }, null],
  ["an image that is right by .repin.toml", { inputs: { source: "config" } }, null],
  ["an image that is right by the caller's word", { inputs: { source: "option" } }, null],
])("%s", (_case, change, tag) => {
  expect(missingTag({ ...resolution, ...change } as unknown as Resolution)).toBe(tag);
});
