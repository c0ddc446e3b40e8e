import { expect, test } from "vitest";

import { move } from "./keys";
import { outOfSight, scrollTo, slots, windowAt } from "./window";

test.each([
  [0, 600, 5000, { start: 0, end: 24 }],
  [100_000, 600, 5000, { start: 3120, end: 3148 }],
  [159_400, 600, 5000, { start: 4976, end: 5000 }],
  [0, 600, 5, { start: 0, end: 5 }],
  [0, 0, 0, { start: 0, end: 0 }],
  [100_000, 600, 10, { start: 10, end: 10 }],
])("at %i, %i high, of %i rows, %o are drawn", (top, height, count, expected) => {
  expect(windowAt(top, height, 32, count)).toEqual(expected);
});

test("few rows are drawn, however many there are, and all that are in sight", () => {
  for (let top = 0; top < 150_000; top += 777) {
    const { start, end } = windowAt(top, 600, 32, 5000);
    expect(end - start).toBeLessThan(40);
    expect(end - start).toBeLessThan(slots(600, 32));
    expect(start * 32).toBeLessThanOrEqual(top);
    expect(end * 32).toBeGreaterThanOrEqual(top + 600);
  }
});

test.each([
  [5, 0, 0],
  [20, 0, 72],
  [2, 200, 64],
])("to see row %i from %i the list scrolls to %i", (row, top, expected) => {
  expect(scrollTo(row, top, 600, 32)).toBe(expected);
});

test.each([
  [5, 0],
  [18, 0],
  [19, 1],
  [100, 82],
])("row %i is %i rows out of sight", (row, far) => {
  expect(outOfSight(row, 0, 600, 32)).toBe(far);
});

test("a row above is out of sight too", () => {
  expect(outOfSight(0, 3200, 600, 32)).toBe(-100);
});

test.each([
  ["ArrowDown", 0, 1],
  ["ArrowUp", 0, 0],
  ["PageDown", 5, 15],
  ["PageUp", 5, 0],
  ["End", 5, 99],
  ["Home", 5, 0],
  ["ArrowDown", 99, 99],
  ["a", 5, null],
])("%s leads from %i to %s", (key, at, to) => {
  expect(move(key, at, 100, 10)).toBe(to);
});

test("nothing leads anywhere in an empty list", () => {
  expect(move("End", 0, 0, 10)).toBeNull();
});
