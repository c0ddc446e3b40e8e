import { expect, test } from "vitest";

import { linkTo, questionOf, shareable } from "./link";

test.each([
  ["https://gitlab.com/a/b", null, "?project=https://gitlab.com/a/b"],
  ["https://gitlab.com/a/b", "main", "?project=https://gitlab.com/a/b&commit=main"],
  ["https://gitlab.com/a/b", "feature/x", "?project=https://gitlab.com/a/b&commit=feature/x"],
  ["git@gitlab.com:a/b.git", "v1&v2", "?project=git%40gitlab.com:a/b.git&commit=v1%26v2"],
  ["https://gitlab.com/a/b/-/tree/größe", null, "?project=https://gitlab.com/a/b/-/tree/gr%C3%B6%C3%9Fe"],
])("%s at %s has the link %s, and back", (project, commit, link) => {
  expect(linkTo({ project, commit })).toBe(link);
  expect(questionOf(link)).toEqual({ project, commit });
});

test.each(["", "?commit=main", "?project=", "?project=%20"])("%j asks nothing", (search) => {
  expect(questionOf(search)).toBeNull();
});

test("an empty commit is none", () => {
  expect(questionOf("?project=https://gitlab.com/a/b&commit=")).toEqual({ project: "https://gitlab.com/a/b", commit: null });
});

test.each([
  ["https://ada:secret@gitlab.com/a/b.git", "https://gitlab.com/a/b.git"],
  ["https://oauth2@gitlab.com/a/b", "https://gitlab.com/a/b"],
  ["https://gitlab.com/api/v4/projects/1?private_token=secret&x=1", "https://gitlab.com/api/v4/projects/1?x=1"],
  ["ssh://git@gitlab.com/a/b.git", "ssh://git@gitlab.com/a/b.git"],
  ["ssh://git:secret@gitlab.com/a/b.git", "ssh://git@gitlab.com/a/b.git"],
  ["  https://gitlab.com/a/b  ", "https://gitlab.com/a/b"],
  ["https://", "https://"],
])("%s is shared as %s", (address, shared) => {
  expect(shareable(address)).toBe(shared);
});
