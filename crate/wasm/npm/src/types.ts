// Written by `UPDATE=1 cargo test -p repin-wasm --test types` from the Rust types; a test compares them.

/**
 * What a [`Failure`] is, for programs.
 */
export type ErrorCode = "bad-address" | "bad-option" | "unknown-revision" | "empty" | "incomplete" | "not-found" | "unauthorized" | "forbidden" | "rate-limited" | "server" | "unreachable" | "timed-out" | "too-large" | "request-limit" | "deadline" | "redirected" | "bad-answer" | "moved" | "no-image" | "occupied" | "narrowed" | "cancelled" | "not-loaded" | "internal";

/**
 * The id of a git object: the 20 bytes of its SHA-1, written as 40 lower-case hexadecimal digits.
 *
 * ```
 * use repin::Oid;
 * let id: Oid = "4b825dc642cb6eb9a060e54bf8d69288fbee4904".parse()?;
 * assert_eq!(id.to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
 * assert!("4b825dc".parse::<Oid>().is_err(), "an abbreviation is not an id");
 * # Ok::<(), repin::ParseOidError>(())
 * ```
 */
export type Oid = string;

/**
 * Which image is right for a commit, and why; or why there is none.
 */
export type Resolution = { 
/**
 * Always [`SCHEMA`].
 */
schema: string, 
/**
 * The project's path, `group/name`, where it is known.
 */
project: string | null, 
/**
 * The commit asked about.
 */
commit: Oid, 
/**
 * What its image is built from.
 */
inputs: InputsSummary, 
/**
 * The image inputs as they are at the commit; `None` where they cannot be known or are no recipe.
 */
environment: EnvironmentSummary | null, 
/**
 * The answer in a word.
 */
status: Status, 
/**
 * Why there is no image, or no certain one.
 */
reason: Reason | null, 
/**
 * The right image; for [`Status::Predicted`] the one that a CI which builds on change would have made.
 */
image: Image | null, 
/**
 * The tag that a build of this very commit would get; `None` where its job gives tags that name no commit.
 */
expected_tag: string | null, 
/**
 * Where no image is right: the one that differs least.
 */
nearest: Nearest | null, 
/**
 * What a person should know beside the answer.
 */
notes: Array<string>, 
/**
 * What the answer cost over the network; `None` for a local source.
 */
cost: Cost | null, };

/**
 * What an image is built from, for display.
 */
export type InputsSummary = { 
/**
 * Who said so.
 */
source: InputsSource, 
/**
 * The patterns; those of [`InputsSource::Dockerfile`] are for display.
 */
patterns: Array<string>, 
/**
 * Whether every tracked file counts: only commits with identical trees are then equal.
 */
whole_tree: boolean, 
/**
 * What a person should know about the inputs.
 */
notes: Array<string>, };

/**
 * Where the inputs were found.
 */
export type InputsSource = "option" | "config" | "ci" | "dockerfile" | "default" | "build";

/**
 * The environment of a commit.
 */
export type EnvironmentSummary = { 
/**
 * 64 lower-case hexadecimal digits: see [`environment::key`](crate::environment::key).
 */
key: string, 
/**
 * The files, sorted by the bytes of their paths.
 */
files: Array<InputFile>, };

/**
 * One image input at one commit.
 */
export type InputFile = { 
/**
 * Its path; bytes that are not UTF-8 as `%XX`, and a literal `%` as `%25`.
 */
path: string, 
/**
 * Its mode in six octal digits, as in a git tree.
 */
mode: string, 
/**
 * Its blob id; of a submodule, the commit id.
 */
oid: Oid, };

/**
 * The answer in a word. The order of the variants is the order in which they are tried.
 */
export type Status = "found" | "building" | "failed" | "missing" | "predicted" | "unknown";

/**
 * Why there is no image, or no certain one.
 */
export type Reason = { 
/**
 * A stable word for programs: `no-recipe`, `no-access`, `search-limit`, `shallow`, `partial`, ….
 */
code: string, 
/**
 * A sentence for people.
 */
message: string, 
/**
 * Where to look further.
 */
url: string | null, };

/**
 * An image, and how its commit relates to the one asked about.
 */
export type Image = { 
/**
 * The whole reference, where the registry is known.
 */
reference: string | null, 
/**
 * The project whose registry holds it, where known.
 */
project: string | null, 
/**
 * Its tag.
 */
tag: string, 
/**
 * The commit that the tag stands for.
 */
commit: Oid, 
/**
 * How that commit relates to the one asked about.
 */
relation: Relation, 
/**
 * The commits between the two, as `git rev-list --count` counts them; `None` for
 * [`Relation::SameEnvironment`], or where a history is cut off.
 */
distance: number | null, 
/**
 * The digest of its manifest, where the registry said it.
 */
digest: string | null, 
/**
 * When the registry says it was made (RFC 3339).
 */
created_at: string | null, 
/**
 * Whether the registry, or a list of its tags, was seen to hold it.
 */
verified: boolean, };

/**
 * How the commit of an image relates to the one asked about, best first.
 */
export type Relation = "exact" | "ancestor" | "descendant" | "same-environment";

/**
 * Where no image is right: the image whose inputs differ in the fewest files.
 */
export type Nearest = { 
/**
 * Its tag.
 */
tag: string, 
/**
 * The commit that the tag stands for.
 */
commit: Oid, 
/**
 * What changed from that image's inputs to those of the commit asked about.
 */
changed: Array<Changed>, };

/**
 * One difference between two environments.
 */
export type Changed = { 
/**
 * Its path, written as [`InputFile::path`].
 */
path: string, 
/**
 * What happened to it.
 */
change: Change, };

/**
 * What happened to an input between an image's commit and the one asked about.
 */
export type Change = "added" | "removed" | "modified";

/**
 * What an answer cost over the network.
 */
export type Cost = { 
/**
 * Requests sent.
 */
requests: number, 
/**
 * Requests that had to wait for another's answer, plus one.
 */
rounds: number, 
/**
 * Bytes received.
 */
bytes: number, };

/**
 * One commit of a history, and the image that is right for it.
 */
export type HistoryEntry = { 
/**
 * The commit.
 */
commit: Oid, 
/**
 * Its parents, in order.
 */
parents: Array<Oid>, 
/**
 * The first line of its message.
 */
title: string, 
/**
 * The committer's date (ISO 8601).
 */
date: string, 
/**
 * The key of its environment, if it has one.
 */
key: string | null, 
/**
 * The tag of a right image, if there is one.
 */
tag: string | null, 
/**
 * The commit that the tag stands for.
 */
image_commit: Oid | null, 
/**
 * How that commit relates to this one.
 */
relation: Relation | null, };

/**
 * How one commit is drawn.
 */
export type Row = { 
/**
 * Its lane.
 */
lane: number, 
/**
 * Other lanes that waited for it too, and end here.
 */
ends: Array<number>, 
/**
 * Lanes that go by.
 */
passing: Array<number>, 
/**
 * The lane in which each of its parents is waited for from here on, in the order of the parents.
 */
parents: Array<number>, };

/**
 * What the image of a commit is built from, and why. Serialised, it is the JSON of schema `repin/inputs/1`.
 */
export type Inputs = { 
/**
 * Always [`SCHEMA`].
 */
schema: string, 
/**
 * The project's path, `group/name`, where it is known.
 */
project: string | null, 
/**
 * The commit that was looked at.
 */
commit: Oid, 
/**
 * As in a resolution.
 */
inputs: InputsSummary, 
/**
 * Which files count by which rule, and why.
 */
rules: Array<Rule>, 
/**
 * The files; `None` where there is no environment.
 */
environment: Environment | null, 
/**
 * Why there is no environment.
 */
no_recipe: string | null, 
/**
 * Why only the commit's own image can be right.
 */
exact_only: string | null, 
/**
 * The job that builds the image.
 */
job: string | null, 
/**
 * The Dockerfile that it builds.
 */
dockerfile: string | null, 
/**
 * What the Dockerfile starts from.
 */
base_images: Array<BaseImage>, 
/**
 * The form of the tags that the job gives.
 */
tag_scheme: string, 
/**
 * The tag that a build of this very commit would get.
 */
expected_tag: string | null, 
/**
 * The registry repository that the tags belong to, where known.
 */
repository: string | null, 
/**
 * Inputs whose change starts no build, since the job's `changes:` list lacks them.
 */
uncovered: Array<string>, 
/**
 * What else a person should know.
 */
notes: Array<string>, };

/**
 * Some files that count, and why.
 */
export type Rule = { 
/**
 * The files, as the recipe names them.
 */
pattern: string, 
/**
 * The reason.
 */
because: string, };

/**
 * The files that an image is built from.
 */
export type Environment = { 
/**
 * See [`environment::key`](crate::environment::key).
 */
key: string, 
/**
 * The files, sorted by the bytes of their paths.
 */
files: Array<File>, };

/**
 * A file, and why it counts.
 */
export type File = { 
/**
 * Every reason that there is; at least one.
 */
why: Array<string>, 
/**
 * Its path; bytes that are not UTF-8 as `%XX`, and a literal `%` as `%25`.
 */
path: string, 
/**
 * Its mode in six octal digits, as in a git tree.
 */
mode: string, 
/**
 * Its blob id; of a submodule, the commit id.
 */
oid: Oid, };

/**
 * An image that another one is built on.
 */
export type BaseImage = { 
/**
 * Its name.
 */
name: string, 
/**
 * `FROM`, or `COPY --from` and the like.
 */
instruction: string, 
/**
 * The line of the Dockerfile, counted from 1.
 */
line: number, 
/**
 * Whether a digest says which bits it is.
 */
pinned: boolean, };

/**
 * What is wrong at a commit, or over a range. Serialised, it is the JSON of schema `repin/check/1`.
 */
export type Check = { 
/**
 * Always [`SCHEMA`].
 */
schema: string, 
/**
 * The commit that was looked at: of a range the last one.
 */
commit: Oid, 
/**
 * The range, as it was asked about; `None` where it was the commit alone.
 */
range: string | null, 
/**
 * How many commits were looked at.
 */
looked_at: number, 
/**
 * What was found, worst first.
 */
findings: Array<Finding>, 
/**
 * What could not be looked at, and why: something may be wrong there.
 */
incomplete: Array<string>, 
/**
 * What else there is to know of the answer.
 */
notes: Array<string>, };

/**
 * Something that is wrong, or worth knowing.
 */
export type Finding = { 
/**
 * The rule's name, for programs and for looking it up.
 */
rule: string, 
/**
 * How bad it is.
 */
severity: Severity, 
/**
 * What is wrong, and what follows from it.
 */
message: string, 
/**
 * The file that it is about.
 */
path: string | null, 
/**
 * The line, counted from 1.
 */
line: number | null, 
/**
 * What to do about it.
 */
help: string | null, 
/**
 * The page that explains the rule, such as `rules/lost-build.md`.
 */
page: string, 
/**
 * What would mend it, where that is certain.
 */
fix: Fix | null, 
/**
 * The commits that it is true of, newest first: the one that was looked at, or those of the range. None of files that
 * are not committed yet.
 */
commits: Array<Oid>, };

/**
 * How bad a [`Finding`] is.
 */
export type Severity = "error" | "warning" | "info";

/**
 * A change of files that mends a [`Finding`] and nothing else.
 */
export type Fix = { 
/**
 * What it does, for people.
 */
description: string, 
/**
 * The changes. Those of several findings can be applied together.
 */
edits: Array<Edit>, };

/**
 * A change of one place in one file.
 */
export type Edit = { 
/**
 * The file, as it is where it was looked at. A file that is not there counts as empty.
 */
path: string, 
/**
 * The first byte that is replaced, counted from 0.
 */
start: number, 
/**
 * The first byte behind what is replaced; `start` where text is only put in.
 */
end: number, 
/**
 * What takes its place.
 */
text: string, };

/**
 * A pin at one commit.
 */
export type PinAudit = { 
/**
 * The image as it is written.
 */
image: string, 
/**
 * The file that pins it; `None` where the caller named it.
 */
path: string | null, 
/**
 * The line there, counted from 1.
 */
line: number | null, 
/**
 * What has become of it.
 */
state: PinState, };

/**
 * What has become of a pin.
 */
export type PinState = { "state": "right", 
/**
 * The commit that its tag stands for.
 */
commit: Oid, } | { "state": "stale", 
/**
 * The commit that its tag stands for.
 */
commit: Oid, 
/**
 * What changed from then to now.
 */
changed: Array<Changed>, 
/**
 * The first commit, along first parents, from which on the inputs differ; `None` if none of them has the
 * image's inputs, or the history is cut off.
 */
since: Oid | null, 
/**
 * How many commits of the line of first parents came after `since`; `None` as that.
 */
ago: number | null, } | { "state": "foreign", 
/**
 * The registry repository that it belongs to.
 */
repository: string, 
/**
 * The project's own, where it is known.
 */
own: string | null, } | { "state": "floating", 
/**
 * The tag; `None` where there is none, which means `latest`.
 */
tag: string | null, } | { "state": "unknown", 
/**
 * Why.
 */
why: string, };

/**
 * What became of the tags. Serialised, it is the JSON of schema `repin/retag/1`.
 */
export type Retag = { 
/**
 * Always [`SCHEMA`].
 */
schema: string, 
/**
 * The commit that gets its tag.
 */
commit: Oid, 
/**
 * The image that is right for it.
 */
source: RetagSource, 
/**
 * The tags; the commit's own first.
 */
tags: Array<RetagTag>, 
/**
 * The git note of what the image was built from; `None` where none was written or looked for.
 */
note: RetagNote | null, 
/**
 * What may go wrong with the tags.
 */
warnings: Array<string>, 
/**
 * What else there is to know.
 */
notes: Array<string>, };

/**
 * The image that is tagged.
 */
export type RetagSource = { 
/**
 * `registry.example.org/group/name:tag`
 */
reference: string, 
/**
 * `sha256:…`
 */
digest: string, 
/**
 * The commit that its tag stands for.
 */
commit: Oid, };

/**
 * A tag that an image was to get.
 */
export type RetagTag = { 
/**
 * `registry.example.org/group/name:tag`
 */
reference: string, 
/**
 * `tag`
 */
tag: string, 
/**
 * The digest of the image that has it, or would have it.
 */
digest: string, 
/**
 * What was done for it.
 */
done: RetagDone, 
/**
 * The digest of the image that had it before, if that was another.
 */
instead_of: string | null, };

/**
 * What was done for a tag.
 */
export type RetagDone = "tagged" | "already" | "would-tag";

/**
 * A note that was written, or was there.
 */
export type RetagNote = { 
/**
 * The ref that has it: `refs/notes/repin`.
 */
ref: string, 
/**
 * The commit that the image was built from.
 */
built_from: Oid, 
/**
 * Lines that were not there before.
 */
added: number, };
