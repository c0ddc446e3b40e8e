import { describe, expect, test } from "vitest";

import { verdictOf } from "../src/legacy/verdict";
import { isSameImage } from "../src/reference";

const ASKED = { project: "ada/course", image: "registry.example.org/ada/course:abc1234", session: "s1" };
const server = (image: string | null, swapped = "False") => ({
  name: "s1",
  image,
  annotations: { "renku.io/default_image_used": swapped },
  status: { state: "running" },
});

describe("what is said of a session", () => {
  test.each([
    ["in the image that was asked for", server(ASKED.image), "good", "as you asked"],
    ["in another one", server("renku/other:1"), "bad", "not in registry.example.org/ada/course:abc1234"],
    ["in the default image", server("renku/singleuser:latest", "True"), "bad", "default image, renku/singleuser:latest"],
    ["in the default image, whatever it is called", server(ASKED.image, "True"), "bad", "default image"],
    ["in an image that is not told", server(null), "calm", "does not say"],
    ["that is not there", undefined, "calm", "does not say"],
  ] as const)("%s", (_, found, tone, text) => {
    const verdict = verdictOf(ASKED, found);
    expect(verdict.tone).toBe(tone);
    expect(verdict.text).toContain(text);
  });
});

test.each([
  ["a/b:1", "a/b:1", true],
  ["a/b:1", "docker.io/a/b:1", true],
  ["python", "docker.io/library/python:latest", true],
  ["index.docker.io/a/b:1", "a/b:1", true],
  ["a/b", "a/b:1", false],
  ["a/b:1", "registry.example.org/a/b:1", false],
  ["registry.example.org/library/b:1", "registry.example.org/b:1", false],
  ["a/b:1", "a/b:2", false],
])("%s and %s", (one, other, same) => {
  expect(isSameImage(one, other)).toBe(same);
});
