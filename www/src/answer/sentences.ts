import type { Relation, Resolution } from "repin";

import { type Phrase, name, names, words } from "../text/phrase";
import { cut } from "repin/safe";
import { count, day, kilobytes, short } from "../text/words";

type Status = Resolution["status"];

/** A commit, as far as it is known. */
export interface Known {
  readonly title: string;
  readonly date: string;
}

/** What is known of a commit besides its id; `null` where nothing is. */
export type Lookup = (commit: string) => Known | null;

/** The status, as the badge says it. */
export const BADGES: Readonly<Record<Status, string>> = {
  found: "Found",
  building: "Building",
  failed: "Build failed",
  missing: "Missing",
  predicted: "Predicted",
  unknown: "Unknown",
};

const MOST_NAMES = 6;
const LONG = 100;

/** The answer in one sentence. */
export function headline({ status, image, commit }: Resolution): Phrase {
  if (image === null) {
    return ["No image is ", status === "unknown" ? "known to be right" : "right", " for ", name(short(commit)), "."];
  }
  if (image.relation === "exact") {
    return status === "found"
      ? ["The image of this very commit is there."]
      : ["A CI that builds on change would have built an image of this very commit."];
  }
  return status === "found"
    ? ["The image of ", name(short(image.commit)), " is right for ", name(short(commit)), "."]
    : ["The image of ", name(short(image.commit)), " would be right for ", name(short(commit)), "."];
}

/** `image of a1b2c3d: all 5 inputs are identical; 14 commits ago; the next older image differs in requirements.txt` */
export function evidence(resolution: Resolution, older: Resolution["nearest"]): Phrase {
  const { image, environment } = resolution;
  if (image === null) {
    return [];
  }
  const parts: Phrase[] = [];
  if (environment !== null) {
    const files = environment.files.length;
    parts.push([image.relation === "exact" ? `built from ${count(files, "file", "files")}` : identical(files)]);
  }
  if (image.relation !== "exact") {
    parts.push([distance(image.relation, image.distance)]);
  }
  if (older !== null && older.changed.length > 0) {
    const paths = older.changed.map(({ path }) => path);
    parts.push(["the next older image, ", name(older.tag), ", differs in ", ...names(paths, MOST_NAMES)]);
  }
  const joined = parts.flatMap((part, at) => (at === 0 ? part : ["; ", part].flat()));
  return joined.length === 0 ? [] : ["Image of ", name(short(image.commit)), ": ", ...joined, "."];
}

function identical(files: number): string {
  return files === 1 ? "the one input is identical" : `all ${files} inputs are identical`;
}

/** How far the image's commit is away. */
export function distance(relation: Relation, commits: number | null): string {
  switch (relation) {
    case "exact":
      return "this very commit";
    case "ancestor":
      return commits === null ? "an earlier commit" : `${count(commits, "commit", "commits")} ago`;
    case "descendant":
      return commits === null ? "a later commit" : `${count(commits, "commit", "commits")} later`;
    case "same-environment":
      return "on another line of history";
  }
}

/** What else a person should know of an image that is named. */
export function remarks(resolution: Resolution): Phrase[] {
  const { image, environment, reason, project } = resolution;
  if (image === null) {
    return [];
  }
  const said: Phrase[] = [];
  if (image.project !== null && image.project !== project) {
    said.push(["It is in the registry of ", words(image.project), ", which this project is a fork of."]);
  }
  if (!image.verified) {
    said.push(["No registry was asked; a CI that builds on change would have built it there."]);
  }
  if (environment === null) {
    said.push(["Its image inputs are not known: ", words(reason?.message ?? "they could not be read"), "."]);
  }
  return said;
}

/** A commit in a sentence: `a1b2c3d (“Add numpy”, 2024-05-01)`. */
export function shown(commit: string, known: Known | null): Phrase {
  if (known === null) {
    return [name(short(commit))];
  }
  return [name(short(commit)), " (“", words(cut(known.title, LONG)), `”, ${day(known.date)})`];
}

/** `Nearest: 72dcd89, the image of 72dcd89 (“Week 7”, 2024-03-26); 1 input differs:` */
export function nearest(near: NonNullable<Resolution["nearest"]>, lookup: Lookup): Phrase {
  const differs = near.changed.length === 1 ? "1 input differs" : `${near.changed.length} inputs differ`;
  const commit = shown(near.commit, lookup(near.commit));
  return ["The nearest is ", name(near.tag), ", the image of ", ...commit, `; ${differs}:`];
}

/** `6 requests, 4 rounds, 6 kB` */
export function spent(cost: Resolution["cost"]): string | null {
  if (cost === null) {
    return null;
  }
  const { requests, rounds, bytes } = cost;
  return `${count(requests, "request", "requests")}, ${count(rounds, "round", "rounds")}, ${kilobytes(bytes)}`;
}
