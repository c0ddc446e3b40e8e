import type { HistoryEntry, Resolution } from "repin";

type Found = Resolution & {
  readonly image: NonNullable<Resolution["image"]>;
  readonly environment: NonNullable<Resolution["environment"]>;
};

const file = (path: string) => ({ path, mode: "100644", oid: "0".repeat(40) });

/** An answer of the sample course, for tests. */
export const RESOLUTION: Found = {
  schema: "repin/resolution/1",
  project: "ada/course",
  commit: "ce46f909397be3e388130c77e3d2e21724d535ec",
  inputs: { source: "dockerfile", patterns: ["Dockerfile"], whole_tree: false, notes: [] },
  environment: {
    key: "af449dd3611bd283146a7170bc60cb4bd81c2605f0fdd242c64db617800e3fdf",
    files: [".dockerignore", ".gitlab-ci.yml", "Dockerfile", "environment.yml", "requirements.txt"].map(file),
  },
  status: "found",
  reason: null,
  image: {
    reference: "registry.example.org/ada/course:2c5c1f9",
    project: "ada/course",
    tag: "2c5c1f9",
    commit: "2c5c1f94c1556555547f3264e0f4d4fe9fda39cc",
    relation: "ancestor",
    distance: 2,
    digest: null,
    created_at: null,
    verified: true,
  },
  expected_tag: "ce46f90",
  nearest: null,
  notes: [],
  cost: { requests: 6, rounds: 4, bytes: 5533 },
};

function known(text: string): string | null {
  return text === "-" ? null : text;
}

/** A commit of a history, as `commit parents key tag relation`: `-` is none. */
export function entry(line: string): HistoryEntry {
  const [commit = "", parents = "-", key = "-", tag = "-", relation = "-"] = line.split(" ");
  return {
    commit,
    parents: parents === "-" ? [] : parents.split(","),
    title: `title of ${commit}`,
    date: "2024-03-16T08:00:00+00:00",
    key: known(key),
    tag: known(tag),
    image_commit: known(tag),
    relation: known(relation) as HistoryEntry["relation"],
  };
}
