import { expect, test } from "vitest";

import { cut, safe } from "repin/safe";

test.each([
  ["Add numpy", "Add numpy"],
  ["\u001B[31mred", String.raw`\u{1b}[31mred`],
  ["a\nb\r\tc", String.raw`a\nb\r\tc`],
  ["abc\u202Efed", String.raw`abc\u{202e}fed`],
  ["\u2066x\u2069", String.raw`\u{2066}x\u{2069}`],
  ["\u007F", String.raw`\u{7f}`],
  ["Grüße 日本 👩‍🔬", "Grüße 日本 👩‍🔬"],
  ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
])("%j is shown as %s", (text, shown) => {
  expect(safe(text)).toBe(shown);
});

test.each([
  ["short", 10, "short"],
  ["0123456789", 10, "0123456789"],
  ["0123456789a", 10, "012345678…"],
  ["\u202E\u202E\u202E", 10, String.raw`\u{202e}\…`],
  ["1234567👩👩", 9, "1234567…"],
])("%j is cut to %i characters as %s", (text, length, shown) => {
  expect(cut(text, length)).toBe(shown);
});

test("a title of a million characters is cut without being read", () => {
  expect(cut("x".repeat(1_000_000), 100)).toHaveLength(100);
});
