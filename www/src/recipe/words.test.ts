import type { Finding, Inputs, PinState } from "repin";
import { expect, test } from "vitest";

import { RESOLUTION } from "../testing/sample";
import { plain } from "../text/phrase";
import { builtFrom, pinned, tally } from "./words";

const { commit, inputs, environment } = RESOLUTION;

const INPUTS: Inputs = {
  schema: "repin/inputs/1",
  project: "ada/course",
  commit,
  inputs,
  rules: [],
  environment: { key: environment.key, files: environment.files.map(({ path, mode, oid }) => ({ path, mode, oid, why: ["the recipe"] })) },
  no_recipe: null,
  exact_only: null,
  job: "image_build",
  dockerfile: "Dockerfile",
  base_images: [],
  tag_scheme: "$CI_COMMIT_SHORT_SHA",
  expected_tag: null,
  repository: null,
  uncovered: [],
  notes: [],
};

test.each<[Partial<Inputs>, string]>([
  [{}, "The image of ce46f90 is built from 5 files, as the recipe says."],
  [{ environment: null, no_recipe: "there is no Dockerfile" }, "The image of ce46f90 has no recipe: there is no Dockerfile."],
  [
    { environment: null, inputs: { ...inputs, source: "option", patterns: ["*.txt"] } },
    "No file of ce46f90 is an image input, as the question says: *.txt.",
  ],
])("%o", (change, said) => {
  expect(plain(builtFrom({ ...INPUTS, ...change }))).toBe(said);
});

function finding(severity: Finding["severity"]): Finding {
  return {
    rule: "rule",
    severity,
    message: "",
    path: null,
    line: null,
    help: null,
    page: "rules/rule.md",
    fix: null,
    commits: [commit],
  };
}

test("findings are counted, the worst first", () => {
  expect(tally([])).toBe("nothing is wrong");
  expect(tally([finding("info"), finding("error"), finding("warning"), finding("info")])).toBe(
    "1 error, 1 warning, 2 remarks",
  );
});

test.each<[PinState, string]>([
  [{ state: "right", commit }, "Right: it was built from ce46f90, and its inputs are still the same."],
  [
    { state: "stale", commit, changed: [{ path: "Dockerfile", change: "modified" }], since: "4c0e36a9be", ago: 2 },
    "Stale: it was built from ce46f90, but Dockerfile changed since 4c0e36a.",
  ],
  [{ state: "foreign", repository: "a/b", own: null }, "Foreign: it is of a/b, not of this project."],
  [{ state: "floating", tag: "latest" }, "Floating: latest is another image each time somebody pushes one."],
  [{ state: "unknown", why: "the registry is not known" }, "Unknown: the registry is not known."],
])("%o", (state, said) => {
  expect(plain(pinned(state))).toBe(said);
});
