import { expect, test } from "vitest";

import { parts, wrong } from "../src/reference";

const DIGEST = `sha256:${"a".repeat(64)}`;

test.each([
  ["registry.gitlab.com/group/name:abc1234", "registry.gitlab.com", "group/name", "abc1234", null],
  ["127.0.0.1:5000/ada/course:5b1b863", "127.0.0.1:5000", "ada/course", "5b1b863", null],
  ["localhost/name", "localhost", "name", null, null],
  ["renku/renkulab-py:3.10-0.24.0", null, "renku/renkulab-py", "3.10-0.24.0", null],
  ["python", null, "python", null, null],
  ["python:3.12", null, "python", "3.12", null],
  [`host.org/a/b:c@${DIGEST}`, "host.org", "a/b", "c", DIGEST],
  [`a/b@${DIGEST}`, null, "a/b", null, DIGEST],
  ["  host.org/a__b/c-d.e:T_1  ", "host.org", "a__b/c-d.e", "T_1", null],
])("the parts of %s", (reference, registry, repository, tag, digest) => {
  const name = registry === null ? repository : `${registry}/${repository}`;
  expect(parts(reference)).toEqual({ registry, repository, name, tag, digest });
});

test.each([
  ["", "empty"],
  ["   ", "empty"],
  ["Group/name:tag", "upper-case"],
  ["host.org/Group/name", "upper-case"],
  ["host.org/group name", "space"],
  ["host.org//name", "form"],
  ["host.org/name:", "form"],
  ["host.org/name:tag:tag", "form"],
  ["host.org/name@sha256:short", "form"],
  ["https://host.org/name", "form"],
  ["ab", "form"],
  [`host.org/${"a".repeat(500)}`, "long"],
  [`"><script>`, "form"],
  ["host.org/name:tag", null],
  ["host.org/name:Tag", null],
])("what is wrong with %j: %s", (reference, problem) => {
  expect(wrong(reference)).toBe(problem);
});
