/**
 * Everything that the parts of the extension say to each other. Both ends check it: what comes over a message can have
 * been made by whatever took over the other end.
 */
import * as v from "valibot";

const text = (most: number) => v.pipe(v.string(), v.maxLength(most));
const address = v.pipe(text(2000), v.url(), v.regex(/^https?:\/\//u));
const commit = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/u));
const revision = v.nullable(v.pipe(text(500), v.minLength(1)));
const image = v.pipe(text(500), v.minLength(1));
const id = v.pipe(text(200), v.minLength(1));
const digest = v.pipe(text(200), v.regex(/^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-zA-Z=_-]+$/u));

/** A build of Renku's from code: the image of a commit. */
export const Build = v.object({ commit, image });
export type Build = v.InferOutput<typeof Build>;

/** Where the code of a question is, and which state of it is meant. */
export const Place = v.object({
  /** The address of a git repository, as Renku has it. */
  repository: address,
  /** A branch, a commit, or `!12` for a merge request; `null`: the default branch. */
  revision,
  /** Whether the requests go through the page: the legacy Renku's own way to its GitLab. */
  through: v.optional(v.literal("page")),
});
export type Place = v.InferOutput<typeof Place>;

/** What was done to a launcher, so that it can be undone. */
export const Change = v.object({
  host: address,
  project: id,
  /** The project's page. */
  page: text(500),
  launcher: id,
  name: text(500),
  before: image,
  after: image,
  at: v.number(),
});
export type Change = v.InferOutput<typeof Change>;

/** A session that was started in another image, once. */
export const Once = v.object({
  host: address,
  project: id,
  page: text(500),
  /** The launcher that was copied. */
  original: id,
  /** The copy, as soon as it is known. */
  launcher: v.nullable(id),
  image,
  at: v.number(),
});
export type Once = v.InferOutput<typeof Once>;

/** What a content script asks of the background. */
export const Request = v.variant("type", [
  /** What an image is for a state of the code, and which would be right. */
  v.object({
    type: v.literal("judge"),
    place: Place,
    image: v.nullable(image),
    /** Of a launcher that Renku builds from code. */
    build: v.optional(v.object({ context: text(500), builds: v.pipe(v.array(Build), v.maxLength(200)) })),
    /** Whether an earlier answer does not do. */
    anew: v.optional(v.literal(true)),
    /** Images of the project that Renku's own check has found, where GitLab does not list them. */
    confirmed: v.optional(v.pipe(v.array(image), v.maxLength(20))),
  }),
  /** The commits of a state of the code, each with its image. */
  v.object({ type: v.literal("commits"), place: Place }),
  /** Branches and merge requests whose names have a part. */
  v.object({ type: v.literal("refs"), place: Place, part: text(200) }),
  /** Digest and age of the image of a commit. */
  v.object({ type: v.literal("details"), place: Place, commit }),
  /** Another tag for the image that is right for a commit: the commit's own. Without a digest, only what that would do. */
  v.object({ type: v.literal("tag"), place: Place, commit, digest: v.nullable(digest) }),
  /** Which repository is the one of a Renku project, by who chose; `repository` to choose. */
  v.object({ type: v.literal("chosen"), project: id, repository: v.optional(address) }),
  v.object({ type: v.literal("changes") }),
  v.object({ type: v.literal("changed"), change: Change }),
  v.object({ type: v.literal("unchanged"), launcher: id }),
  v.object({ type: v.literal("onces") }),
  v.object({ type: v.literal("once"), once: Once }),
  v.object({ type: v.literal("once-over"), original: id, image }),
  /** Renku's own connection to a GitLab, given with consent; for that GitLab alone. */
  v.object({ type: v.literal("connect"), gitlab: address, token: v.pipe(text(4000), v.minLength(1)), until: v.nullable(v.number()) }),
  /** Somebody wants to know it anew. */
  v.object({ type: v.literal("again") }),
  /** Opens the page of the extension that asks for a permission or a token. A registry is asked with the GitLab beside it. */
  v.object({
    type: v.literal("permit"),
    host: address,
    why: v.picklist(["gitlab", "sign-in", "registry"]),
    beside: v.optional(address),
  }),
]);
export type Request = v.InferOutput<typeof Request>;

const Changed = v.object({ path: v.string(), change: v.picklist(["added", "removed", "modified"]) });

/** An image that is right. */
export const Right = v.object({
  reference: v.string(),
  tag: v.string(),
  commit,
  relation: v.picklist(["exact", "ancestor", "descendant", "same-environment"]),
  distance: v.nullable(v.number()),
  digest: v.nullable(v.string()),
  created: v.nullable(v.string()),
});
export type Right = v.InferOutput<typeof Right>;

/** Why there is nothing to say, for people; the code is for programs. */
export const Why = v.object({ code: v.string(), message: v.string(), hint: v.nullable(v.string()) });
export type Why = v.InferOutput<typeof Why>;

/** What an image is for a state of the code. */
export const State = v.variant("state", [
  /** Built from the very inputs; `newer`: there is one that is nearer to the commit. */
  v.object({ state: v.literal("right"), commit, newer: v.boolean() }),
  v.object({ state: v.literal("stale"), commit, changed: v.array(Changed), ago: v.nullable(v.number()) }),
  /** An image of another project of the same registry. */
  v.object({ state: v.literal("foreign"), repository: v.string() }),
  /** No image of this project, nor of its registry. */
  v.object({ state: v.literal("not-ours"), repository: v.string() }),
  v.object({ state: v.literal("floating"), tag: v.nullable(v.string()) }),
  v.object({ state: v.literal("unknown"), why: Why }),
  /** No image was asked about. */
  v.object({ state: v.literal("none") }),
]);
export type State = v.InferOutput<typeof State>;

export const Judgement = v.object({
  state: State,
  /** The image is one of the project's, and its registry does not have it, or Renku has no access to it. */
  gone: v.nullable(v.picklist(["registry", "renku"])),
  /** Whether the registry was seen to have the image. */
  seen: v.boolean(),
  /** The image names a registry that is gone: `state` is about its commit, `same` the image of that commit's environment. */
  moved: v.nullable(v.object({ registry: v.string(), same: v.nullable(Right) })),
  /** The branch, merge request or revision that is meant, as people call it. */
  name: v.string(),
  commit: v.nullable(commit),
  /** The image that is right for the commit. */
  right: v.nullable(Right),
  /** The tag of the commit's own that it could get; `null`: it has one, or may not. */
  missingTag: v.nullable(v.string()),
  /** Why there is none, or none that is certain. */
  lack: v.nullable(v.object({ status: v.string(), why: Why })),
  /** Where none is right: the image whose inputs differ least, and in what. */
  nearest: v.nullable(v.object({ reference: v.string(), commit, changed: v.array(Changed) })),
  /** Images that could be right, for Renku's own check, where GitLab does not list what exists. */
  candidates: v.array(v.string()),
  notes: v.array(v.string()),
});
export type Judgement = v.InferOutput<typeof Judgement>;

/** What another tag for an image does, or has done. */
export const Tagged = v.object({
  /** The image as it is called already. */
  source: v.string(),
  digest,
  /** The commit that it was built from. */
  from: commit,
  /** What it is called as well. */
  reference: v.string(),
  /** Whether the registry has the tag now. */
  isThere: v.boolean(),
});
export type Tagged = v.InferOutput<typeof Tagged>;

/** A commit, and its image. */
export const CommitImage = v.object({
  commit,
  title: v.string(),
  date: v.string(),
  /** The letter of its environment; `null`: not known. */
  letter: v.nullable(v.string()),
  /** Whether its environment is that of the newest commit; `null`: not known. */
  right: v.nullable(v.boolean()),
  reference: v.nullable(v.string()),
  imageCommit: v.nullable(commit),
});
export type CommitImage = v.InferOutput<typeof CommitImage>;

export const Commits = v.object({ commits: v.array(CommitImage), notes: v.array(v.string()) });
export type Commits = v.InferOutput<typeof Commits>;

export const Ref = v.object({ revision: v.string(), title: v.string(), commit: v.nullable(commit) });
export type Ref = v.InferOutput<typeof Ref>;

/** What each question is answered with. */
export const ANSWERS = {
  judge: Judgement,
  commits: Commits,
  refs: v.array(Ref),
  details: v.nullable(Right),
  tag: Tagged,
  chosen: v.nullable(v.string()),
  changes: v.array(Change),
  changed: v.null(),
  unchanged: v.null(),
  onces: v.array(Once),
  once: v.null(),
  "once-over": v.null(),
  connect: v.null(),
  again: v.null(),
  permit: v.null(),
} as const;

export type Answers = { [T in keyof typeof ANSWERS]: v.InferOutput<(typeof ANSWERS)[T]> };

/** How every answer travels. */
export const Reply = v.variant("ok", [
  v.object({ ok: v.literal(true), value: v.unknown() }),
  v.object({ ok: v.literal(false), why: Why }),
]);
export type Reply = v.InferOutput<typeof Reply>;

/** What the popup and the background ask of a content script. */
export const Order = v.variant("type", [
  v.object({ type: v.literal("report") }),
  v.object({ type: v.literal("undo"), launcher: id }),
  /** A request to the page's own GitLab proxy; only reading, only below its API. */
  v.object({ type: v.literal("fetch"), path: v.pipe(text(4000), v.regex(/^\/api\/v4\/projects\/[^\s]*$/u)) }),
]);
export type Order = v.InferOutput<typeof Order>;

/** How good the news is. */
export const Tone = v.picklist(["calm", "good", "warn", "bad"]);
export type Tone = v.InferOutput<typeof Tone>;

/** What a page means, for the popup. */
export const Report = v.object({
  host: v.string(),
  interface: v.picklist(["renku-2", "legacy", "other"]),
  version: v.nullable(v.string()),
  /** Whether this version's structure is known. */
  known: v.boolean(),
  project: v.nullable(v.string()),
  /** Launchers that are shown, and how many of them the control is attached to. */
  seen: v.number(),
  attached: v.number(),
  answers: v.array(v.object({ name: v.string(), image: v.nullable(v.string()), badge: v.string(), tone: Tone, right: v.nullable(v.string()) })),
  problems: v.array(v.string()),
});
export type Report = v.InferOutput<typeof Report>;
/** The part of it that the page of an address knows. */
export type PageReport = Pick<Report, "project" | "seen" | "attached" | "answers" | "problems">;

/** What the page's GitLab proxy answered. */
export const Fetched = v.object({
  status: v.number(),
  headers: v.array(v.tuple([v.string(), v.string()])),
  body: v.string(),
});
export type Fetched = v.InferOutput<typeof Fetched>;
