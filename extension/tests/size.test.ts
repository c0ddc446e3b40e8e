import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { expect, test } from "vitest";

/** The content script is loaded by every page of a Renku: so many bytes at most, as they are packed. */
const MOST = 40_000;

test.each(["chrome", "firefox"])("%s: the content script is small", (browser) => {
  const script = readFileSync(new URL(`../../dist/${browser}/content-scripts/renku.js`, import.meta.url));
  expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(MOST);
});
