import { expect, test } from "vitest";

import { names, plain } from "./phrase";

test.each([
  [["a"], 3, "a"],
  [["a", "b"], 3, "a and b"],
  [["a", "b", "c"], 3, "a, b and c"],
  [["a", "b", "c", "d"], 2, "a, b and 2 more"],
  [["a", "b"], 1, "a and 1 more"],
  [["x\u202Ey"], 1, String.raw`x\u{202e}y`],
])("%j, %i at most: %s", (paths, most, said) => {
  expect(plain(names(paths, most))).toBe(said);
});
