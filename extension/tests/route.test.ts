import { expect, test } from "vitest";

import { isKnown } from "../src/page/anchors";
import { routeOf } from "../src/page/route";

test.each([
  ["/p/ada/course", { page: "project", namespace: "ada", slug: "course" }],
  ["/p/ada/course/", { page: "project", namespace: "ada", slug: "course" }],
  ["/v2/projects/ada/course", { page: "project", namespace: "ada", slug: "course" }],
  ["/p/ada/course/sessions/01HY/start", { page: "start", namespace: "ada", slug: "course", launcher: "01HY" }],
  ["/p/ada/course/sessions/show/ada-1", { page: "session", namespace: "ada", slug: "course", session: "ada-1" }],
  ["/p/a%2Fb/c%20d", { page: "project", namespace: "a/b", slug: "c d" }],
  ["/p/%zz/course", { page: "project", namespace: "%zz", slug: "course" }],
  ["/projects/group/sub/name/sessions/new", { page: "legacy-start", project: "group/sub/name" }],
  ["/projects/ada/course/sessions/show/s1", { page: "legacy-session", project: "ada/course", session: "s1" }],
  ["/", null],
  ["/p/ada", null],
  ["/p/ada/course/settings", null],
  ["/p/ada/course/sessions", null],
  ["/projects/ada/course", null],
  ["/projects/name/sessions/new", null],
])("%s", (path, route) => {
  expect(routeOf(path)).toEqual(route);
});

test.each([
  ["4.29.0", true],
  ["4.17.3", true],
  ["4.30.0", false],
  ["5.0.0", false],
  ["3.59.1", false],
  ["", false],
  [null, false],
])("whether version %s is known: %s", (version, known) => {
  expect(isKnown(version)).toBe(known);
});
