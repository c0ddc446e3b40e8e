import { expect, test } from "vitest";

import type { Report } from "../src/protocol/messages";
import { bugReport } from "../src/pages/bug-report";

const HERE = { repin: "0.1.0", browser: "Firefox" };

const REPORT: Report = {
  host: "https://renku.example.org",
  interface: "renku-2",
  version: "4.29.0",
  known: true,
  project: "ada.lovelace/engine",
  seen: 2,
  attached: 1,
  answers: [
    {
      name: "Ada's launcher",
      image: "registry.example.org/ada.lovelace/engine:ce46f90",
      badge: "foreign: an image of ada.lovelace/engine",
      tone: "warn",
      right: "registry.example.org/ada.lovelace/engine:ce46f90",
    },
    { name: "other", image: "lovelace/engine", badge: "stale: requirements.txt and 1 more changed 12 commits ago", tone: "calm", right: null },
  ],
  problems: [
    "https://renku.example.org/api/data/namespaces/ada.lovelace/projects/engine?code=s3cret answered 403",
    "GET /api/data/user?token=s3cret failed for ada@lovelace.example with glpat-s3cretS3cretS3cret",
    "a relative ada.lovelace/engine?private_token=s3cret",
  ],
};

test("nothing in it names somebody, or opens something", () => {
  const text = bugReport(REPORT, HERE);
  for (const secret of ["lovelace", "Ada", "engine", "s3cret", "ce46f90", "user?"]) {
    expect(text).not.toContain(secret);
  }
});

test("it says how the page is", () => {
  expect(JSON.parse(bugReport(REPORT, HERE))).toStrictEqual({
    schema: "repin/report/1",
    ...HERE,
    page: {
      host: "renku.example.org",
      interface: "renku-2",
      version: "4.29.0",
      known: true,
      seen: 2,
      attached: 1,
      answers: [
        { badge: "foreign: an image of …", image: "registry.example.org/…", right: "registry.example.org/…", same: true },
        { badge: "stale: requirements.txt and 1 more changed 12 commits ago", image: "…", right: null, same: false },
      ],
      problems: ["https://renku.example.org/… answered 403", "GET … failed for … with …", "a relative …"],
    },
  });
});

test("without an answer of the page, it says so", () => {
  expect(JSON.parse(bugReport(null, HERE))).toStrictEqual({ schema: "repin/report/1", ...HERE, page: null });
});
