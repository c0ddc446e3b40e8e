import { expect, test } from "vitest";

import { originOf } from "./origin";

test.each([
  ["https://GitLab.com/a/b", "https://gitlab.com"],
  ["http://127.0.0.1:8080/a/b", "http://127.0.0.1:8080"],
  ["https://host/gitlab/a/b", "https://host"],
  ["git@gitlab.com:a/b.git", "https://gitlab.com"],
  ["ssh://git@gitlab.com/a/b.git", "https://gitlab.com"],
  ["gitlab.com/a/b", "https://gitlab.com"],
  ["https://", null],
  ["", null],
  ["gitlab", null],
])("%s is at %s", (address, origin) => {
  expect(originOf(address)).toBe(origin);
});
