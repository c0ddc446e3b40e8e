/** The images that somebody can choose from, in the order in which they are shown. */
import { t } from "../text/messages";
import type { Build, CommitImage, Commits, Judgement, Right, Why } from "../protocol/messages";
import { wrong } from "../reference";

export interface Option {
  readonly image: string;
  readonly group: string;
  /** The commit of the image, where known. */
  readonly commit: string | null;
  /** What is said of it beside its name. */
  readonly words: readonly string[];
  /** Whether it is right for the chosen state of the code; `null`: not known. */
  readonly right: boolean | null;
  /** What typing is compared with, in lower case. */
  readonly sought: string;
}

/** So many images of commits are shown at once; typing finds the others. */
const MOST = 60;

interface Known {
  readonly judgement: Judgement | null;
  readonly own: string | null;
  readonly commits: Commits | Why | "asked" | null;
  /** Branches by the commit that they are at. */
  readonly branches: ReadonlyMap<string, string>;
  /** Images that Renku has built for the launcher, the newest first. */
  readonly builds: readonly Build[];
}

/** The options that what is typed leaves, and how many more there are than are shown. */
export function options(known: Known, typed: string): { shown: Option[]; more: number } {
  const sought = typed.trim().toLowerCase();
  const all = [...first(known), ...ofBuilds(known), ...ofCommits(known)];
  const words = sought.split(/\s+/u).filter((word) => word !== "");
  const matching = all.filter((one) => words.every((word) => one.sought.includes(word)));
  const shown = matching.slice(0, MOST);
  const isOffered = all.some((one) => one.image === typed.trim());
  if (sought !== "" && !isOffered && wrong(typed) === null && looksWhole(typed)) {
    shown.push(option(typed.trim(), t.typed, null, [], null));
  }
  return { shown, more: matching.length - Math.min(matching.length, MOST) };
}

/** A word that is searched for is no image, though it could be one of Docker Hub's. */
export function looksWhole(typed: string): boolean {
  return /[/:@]/u.test(typed);
}

/** The recommended image, the same environment's of one that moved, and the launcher's own. */
function first({ judgement, own }: Known): Option[] {
  const found: Option[] = [];
  if (judgement?.right != null) {
    found.push(ofRight(judgement.right, t.recommended(judgement.name), true));
  }
  const same = judgement?.moved?.same;
  if (same != null && same.reference !== judgement?.right?.reference) {
    found.push(ofRight(same, t.own, judgement?.state.state === "right"));
  }
  const nearest = judgement?.nearest;
  if (nearest != null) {
    found.push(option(nearest.reference, t.nearest(nearest.changed.map(({ path }) => path)), nearest.commit, [nearest.commit.slice(0, 7)], false));
  }
  if (own !== null && own !== judgement?.right?.reference) {
    const state = judgement?.state.state;
    found.push(option(own, t.own, null, [], state === "right" ? true : state === "stale" ? false : null));
  }
  return found;
}

function ofRight(right: Right, group: string, isRight: boolean): Option {
  return option(right.reference, group, right.commit, [right.commit.slice(0, 7)], isRight);
}

function ofBuilds({ builds, judgement, own }: Known): Option[] {
  return builds
    .filter(({ image }) => image !== judgement?.right?.reference && image !== own)
    .map(({ image, commit }) => option(image, t.ofBuilds, commit, [commit.slice(0, 7)], null));
}

function ofCommits({ commits, branches, judgement }: Known): Option[] {
  if (commits === null || commits === "asked" || !("commits" in commits)) {
    return [];
  }
  return commits.commits.flatMap((one) => ofCommit(one, branches.get(one.commit) ?? null, judgement));
}

function ofCommit(one: CommitImage, branch: string | null, judgement: Judgement | null): Option[] {
  const { reference, commit, title, date, letter, right } = one;
  if (reference === null || (judgement?.right?.reference === reference && judgement.commit === commit)) {
    return [];
  }
  const words = [
    commit.slice(0, 7),
    title,
    date.slice(0, 10),
    ...(branch === null ? [] : [branch]),
    ...(letter === null ? [] : [t.environment(letter)]),
  ];
  return [option(reference, t.ofCommits, one.imageCommit ?? commit, words, right)];
}

function option(image: string, group: string, commit: string | null, words: readonly string[], right: boolean | null): Option {
  const sought = [image, group, ...words, commit ?? "", right === true ? t.right : t.stale].join(" ").toLowerCase();
  return { image, group, commit, words, right, sought };
}
