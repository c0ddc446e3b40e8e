import { describe, expect, test } from "vitest";

import { isKnown } from "../src/legacy/anchors";
import { pinOf } from "../src/legacy/ini";
import { isSwapped, isThere, projectOf } from "../src/legacy/model";
import { isSameProject } from "../src/legacy/override";
import { proxyAddress } from "../src/legacy/proxy";

const ORIGIN = "https://renku.example.org";

describe("the image that renku.ini pins", () => {
  test.each<[string, string, string | null]>([
    ["the templates' section", "[interactive]\ndefault_url = /lab\nimage = a/b:1\n", "a/b:1"],
    ["the older section", '[renku "interactive"]\nimage = a/b:1\n', "a/b:1"],
    ["the older section first, whatever is in it", '[interactive]\nimage = a/b:1\n[renku "interactive"]\nx = y\n', null],
    ["both", '[interactive]\nimage = a/b:1\n[renku "interactive"]\nimage = a/b:2\n', "a/b:2"],
    ["another section", "[renku]\nimage = a/b:1\n", null],
    ["inherited", "[DEFAULT]\nimage = a/b:1\n[interactive]\nx = y\n", "a/b:1"],
    ["a colon between", "[interactive]\nimage: a/b:1\n", "a/b:1"],
    ["no matter the key's case", "[interactive]\nImage=a/b:1\n", "a/b:1"],
    ["a comment", "[interactive]\n# image = a/b:1\n; image = a/b:1\n", null],
    ["what continues another value", "[interactive]\nnote = a\n  image = a/b:1\n", null],
    ["an empty value", "[interactive]\nimage =\n", null],
    ["the last one", "[interactive]\nimage = a/b:1\nimage = a/b:2\n", "a/b:2"],
    ["ends of lines of any kind", "[interactive]\r\nimage = a/b:1\r\n", "a/b:1"],
    ["an empty file", "", null],
  ])("%s", (_, text, image) => {
    expect(pinOf(text)).toBe(image);
  });
});

describe("the way to GitLab", () => {
  test.each<[string, string | null]>([
    ["/api/v4/projects/a%2Fb/repository/tree?ref=main&per_page=100", "/ui-server/api/projects/a%2Fb/repository/tree?ref=main&per_page=100"],
    ["/api/v4/projects/1/repository/files/.renku%2Frenku.ini/raw?ref=v1..2", "/ui-server/api/projects/1/repository/files/.renku%2Frenku.ini/raw?ref=v1..2"],
    ["/api/v4/projects/a%2Fb", "/ui-server/api/projects/a%2Fb?doNotTrack=true"],
    ["/api/v4/projects/1?license=true", "/ui-server/api/projects/1?license=true&doNotTrack=true"],
    ["/api/v4/users", null],
    ["/api/v4/projects", null],
    ["/api/graphql", null],
    ["/api/v4/projects/../user", null],
    ["/api/v4/projects/1/../../user", null],
    ["/api/v4/projects/./1", null],
    ["/api/v4/projects/%2e%2e/user", null],
    ["/api/v4/projects/x%2F..%2F..%2Fuser", null],
    ["/api/v4/projects/x%5C..%5Cuser", null],
    [String.raw`/api/v4/projects/..\user`, null],
    ["/api/v4/projects/1#/api", null],
    ["/api/v4/projects/%zz", null],
    ["//elsewhere.example.org/api/v4/projects/1", null],
    ["https://elsewhere.example.org/api/v4/projects/1", null],
    ["/api/v4/projects/1\t2", null],
  ])("%s", (path, address) => {
    expect(proxyAddress(path, ORIGIN)?.href ?? null).toBe(address === null ? null : ORIGIN + address);
  });
});

describe("a session", () => {
  const server = (annotations: Record<string, unknown>, state = "running") => ({ name: "s", image: "a/b:1", annotations, status: { state } });

  test.each<[unknown, boolean]>([
    ["True", true],
    ["true", true],
    [true, true],
    ["False", false],
    [undefined, false],
  ])("default_image_used: %s", (said, swapped) => {
    expect(isSwapped(server({ "renku.io/default_image_used": said }))).toBe(swapped);
  });

  test.each([
    ["running", true],
    ["starting", true],
    ["hibernated", true],
    ["failed", false],
    ["stopping", false],
  ])("%s", (state, there) => {
    expect(isThere(server({}, state))).toBe(there);
  });

  test("of a project in groups", () => {
    const found = projectOf(server({ "renku.io/namespace": "a/b", "renku.io/projectName": "Course" }));
    expect(isSameProject(found, "A/b/course")).toBeTruthy();
    expect(isSameProject(found, "b/course")).toBeFalsy();
  });
});

test.each([
  ["3.59.1", true],
  ["3.19.0", true],
  ["3.18.0", false],
  ["4.0.0", true],
  ["4.16.0", true],
  ["4.17.0", false],
  ["5.0.0", false],
  [null, false],
])("version %s", (version, known) => {
  expect(isKnown(version)).toBe(known);
});
