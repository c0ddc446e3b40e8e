import type { HistoryEntry } from "repin";

import { type Phrase, name, words } from "../text/phrase";
import { cut } from "repin/safe";
import { letterOf } from "./colors";
import { type Picture, numberOf } from "./picture";

/** What a commit's mark says. */
export type Mark = "own" | "predicted" | "shared" | "lacking" | "bare" | "unseen";

type Facts = Pick<Picture, "entries" | "letters" | "unseen" | "verified">;

/** A square for an image of its own, a circle for a shared one; and for what has none. */
export function markOf({ entries, unseen, verified }: Facts, at: number): Mark {
  const entry = entries[at];
  if (entry?.relation === "exact") {
    return verified ? "own" : "predicted";
  }
  if (entry === undefined || unseen.has(entry.commit)) {
    return "unseen";
  }
  if (entry.key === null) {
    return "bare";
  }
  return entry.tag === null ? "lacking" : "shared";
}

/** Whose image it is, as a word in the table. */
export function whose(facts: Facts, at: number): string {
  switch (facts.entries[at]?.relation) {
    case "exact":
      return "its own";
    case "ancestor":
      return "an earlier commit’s";
    case "descendant":
      return "a later commit’s";
    case "same-environment":
      return "another branch’s";
    default: {
      const mark = markOf(facts, at);
      return mark === "unseen" ? "not looked at" : mark === "bare" ? "none: no recipe" : "none";
    }
  }
}

/** A long title is cut in sentences. */
const LONG = 120;

/** All that a row shows, in words: its columns in their order, and then what its mark says. */
export function rowName(facts: Facts, at: number, columns: readonly string[]): string {
  const number = numberOf(facts, at);
  const environment = number === null ? "no environment" : `environment ${letterOf(number)}`;
  const owner = facts.entries[at]?.tag == null ? "no image" : `${whose(facts, at)} image`;
  return [columns.join(" "), owner, environment].join(", ");
}

/** What is said of a commit at which somebody points: one sentence each. */
export function explain(facts: Facts, at: number): Phrase[] {
  const entry = facts.entries[at];
  if (entry === undefined) {
    return [];
  }
  return [environmentSentence(facts, at), imageSentence(facts, entry, at)];
}

function environmentSentence(facts: Facts, at: number): Phrase {
  const number = numberOf(facts, at);
  if (number === null) {
    return facts.unseen.has(facts.entries[at]?.commit ?? "")
      ? ["It was not looked at: the requests did not suffice."]
      : ["It has no environment: there is no recipe to build an image from."];
  }
  const sharing = facts.entries.filter((other) => other.key === facts.entries[at]?.key).length;
  const letter = letterOf(number);
  return sharing === 1
    ? [`Its environment is ${letter}, which no other commit shown here has.`]
    : [`Its environment is ${letter}, as that of ${sharing - 1} other ${sharing === 2 ? "commit" : "commits"} shown here.`];
}

function imageSentence(facts: Facts, entry: HistoryEntry, at: number): Phrase {
  if (entry.tag === null) {
    return markOf(facts, at) === "lacking" ? ["No image is right for it."] : [];
  }
  const verb = facts.verified ? "is" : "would be";
  if (entry.relation === "exact") {
    return [`The image ${facts.verified ? "" : "that a CI would have built "}of its own is `, name(entry.tag), "."];
  }
  const known = facts.entries.find(({ commit }) => commit === entry.image_commit);
  const title: Phrase = known === undefined ? [] : [" (“", words(cut(known.title, LONG)), "”)"];
  return [`Right for it ${verb} `, name(entry.tag), `, ${whose(facts, at)}`, ...title, "."];
}

/** `200 commits, 14 environments, 23 images, 5 commits without a right image` */
export function summary({ entries, letters, verified, unseen }: Facts): string {
  const own = entries.filter(({ relation }) => relation === "exact").length;
  const without = entries.filter(({ tag, commit }) => tag === null && !unseen.has(commit)).length;
  const parts = [
    many(entries.length, "commit"),
    many(letters.size, "environment"),
    verified ? many(own, "image") : `${many(own, "image")} predicted`,
    `${many(without, "commit")} without a right image`,
  ];
  return (unseen.size > 0 ? [...parts, `${many(unseen.size, "commit")} not looked at`] : parts).join(", ");
}

function many(number: number, one: string): string {
  return `${number.toLocaleString("en")} ${one}${number === 1 ? "" : "s"}`;
}

/** How far away something is: `214 rows below`. */
export function away(rows: number): string {
  return `${many(Math.abs(rows), "row")} ${rows < 0 ? "above" : "below"}`;
}

