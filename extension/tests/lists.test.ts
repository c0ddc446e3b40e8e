import { expect, test } from "vitest";

import { Lists } from "../src/renku/lists";

test.each<[string, number[], number[], boolean[]]>([
  ["the page alone", [], [100, 200], [true, true]],
  ["before ours", [300], [100], [false]],
  ["ours, listed", [300], [301], [false]],
  ["ours, and the page's at once", [300], [301, 310], [false, true]],
  ["the page's much later, ours not listed", [300], [400], [true]],
  ["ours twice", [300, 500], [501, 700], [false, true]],
])("requests for launchers: %s", (_, ours, listed, expected) => {
  const lists = new Lists();
  for (const time of ours) {
    lists.asks(time);
  }
  expect(listed.map((time) => lists.isNews(time))).toEqual(expected);
});
