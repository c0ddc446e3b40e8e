/** What an image is for a state of the code, and which one would be right. */
import { type Image, type PinAudit, type Resolution, audit, history, resolve } from "repin";

import type { Build, Judgement, Place, Right, State } from "../protocol/messages";
import { type Parts, parts } from "../reference";
import { defaultBranch } from "./gitlab";
import { missingTag } from "./missing-tag";
import { type Located, locate } from "./place";

/** Registries that are no more. Whose images they held lie elsewhere now, under the same commits. */
const GONE = new Set(["registry.renkulab.io"]);

/** So many images are offered to Renku's own check, the likeliest first. */
const CANDIDATES = 8;
/** How far back they are looked for. */
const BACK = 100;

export interface Question {
  readonly place: Place;
  readonly image: string | null;
  readonly build?: { readonly context: string; readonly builds: readonly Build[] } | undefined;
  readonly confirmed?: readonly string[] | undefined;
  readonly anew?: true | undefined;
}

export async function judge(question: Question, tab: number | undefined): Promise<Judgement> {
  const located = await locate(question.place, tab);
  const at = { ...located, options: { ...located.options, anew: question.anew === true } };
  const name = await nameOf(question.place, at);
  if (question.build !== undefined) {
    return judgeBuild(question, question.build, at, name);
  }
  const image = question.image === null ? null : parts(question.image);
  const given = confirmedOptions(question.confirmed ?? []);
  const options = { ...at.options, ...given };
  const resolution = await resolve(at.address, options);
  const found = question.image === null ? null : await audit(at.address, { ...at.options, pin: withoutDigest(image) ?? question.image });
  const own = await ownOf(found, at);
  const registry = registryOf(resolution, found, image, at);
  const judgement: Judgement = {
    state: byDigest(stateOf(found, resolution, own, image, registry), own, image),
    gone: isGone(own, image) ? "registry" : null,
    seen: own?.image?.relation === "exact" && own.image.verified,
    moved: null,
    name,
    commit: resolution.commit,
    right: rightOf(resolution, registry),
    missingTag: missingTag(resolution),
    lack: lackOf(resolution),
    nearest: nearestOf(resolution, registry),
    candidates: await candidates(resolution, registry, question, at),
    notes: resolution.notes,
  };
  const namesCommit = /^[0-9a-f]{7,40}$/u.test(image?.tag ?? "") && image?.digest === null;
  if (image?.registry != null && GONE.has(image.registry) && namesCommit && registry !== null) {
    return moved(judgement, image, registry, at);
  }
  return judgement;
}

/** The image as its tag names it, where a digest is beside it: whether that is the tag's is looked at by itself. */
function withoutDigest(image: Parts | null): string | null {
  return image?.tag == null ? null : `${image.name}:${image.tag}`;
}

/** What there is of the image's own commit; `null`: its tag names none. */
function ownOf(found: PinAudit | null, at: Located): Promise<Resolution | null> {
  const state = found?.state;
  return isCompared(state) ? resolve(at.address, { ...at.options, commit: state.commit }) : Promise.resolve(null);
}

/**
 * Whether the registry is known not to have the image: a clean-up leaves launchers behind whose commit is right, and that
 * cannot start. Only where every tag was compared, and none is of the image's own commit.
 */
function isGone(own: Resolution | null, image: Parts | null): boolean {
  const isListed = own !== null && own.status !== "unknown" && own.status !== "predicted";
  return isListed && own.image?.relation !== "exact" && own.expected_tag === image?.tag;
}

/** A digest decides which bits are started: what the tag beside it names counts only if the registry says that they are the same. */
function byDigest(state: State, own: Resolution | null, image: Parts | null): State {
  if (image?.digest == null || (state.state !== "right" && state.state !== "stale")) {
    return state;
  }
  const digest = own?.image?.relation === "exact" && own.image.tag === image.tag ? own.image.digest : null;
  if (digest === image.digest) {
    return state;
  }
  const message = digest === null ? "only the registry knows what its digest is" : "its digest is not the one of its tag";
  return { state: "unknown", why: { code: "digest", message, hint: null } };
}

/** Whether the image that is nearest was made after the launcher's own. */
function isNewer({ image: nearest }: Resolution, own: Resolution | null, image: Parts | null): boolean {
  const [made, ownMade] = [nearest?.created_at, own?.image?.relation === "exact" ? own.image.created_at : null];
  const isOther = nearest !== null && nearest.verified && nearest.tag !== image?.tag;
  // Without both dates nothing is said: the other one is nearer, and may be older.
  return isOther && made != null && ownMade != null && Date.parse(made) > Date.parse(ownMade);
}

/** What people call the state that is meant. */
async function nameOf({ revision }: Place, at: Located): Promise<string> {
  if (revision === null) {
    return (await defaultBranch(at)) ?? "the default branch";
  }
  return /^[0-9a-f]{40}$/u.test(revision) ? revision.slice(0, 7) : revision;
}

/** Images that Renku has found are the tags that exist, as far as anybody can know. */
function confirmedOptions(confirmed: readonly string[]): { tags?: string[]; image?: string } {
  const all = confirmed.map((reference) => parts(reference)).filter((one) => one?.tag != null);
  const [first] = all;
  return first == null ? {} : { tags: all.map((one) => one?.tag ?? ""), image: first.name };
}

/** The registry repository of the project's images, by whatever names it. */
function registryOf(resolution: Resolution, found: PinAudit | null, image: Parts | null, at: Located): string | null {
  const { image: right } = resolution;
  if (right?.reference != null) {
    return parts(right.reference)?.name ?? null;
  }
  if (found?.state.state === "foreign") {
    return found.state.own;
  }
  // Where nobody else names it, the launcher's own image does, if it has the project's path.
  return image !== null && image.repository === at.project.toLowerCase() ? image.name : null;
}

/** What a pin whose commit is known has become. */
type Compared = Extract<PinAudit["state"], { state: "right" | "stale" }>;

function isCompared(state: PinAudit["state"] | undefined): state is Compared {
  return state?.state === "right" || state?.state === "stale";
}

function compared(state: Compared, newer = false): State {
  const { commit } = state;
  return state.state === "right" ? { state: "right", commit, newer } : { state: "stale", commit, changed: state.changed, ago: state.ago };
}

function stateOf(
  found: PinAudit | null,
  resolution: Resolution,
  own: Resolution | null,
  image: Parts | null,
  registry: string | null,
): State {
  if (found === null) {
    return { state: "none" };
  }
  const { state } = found;
  switch (state.state) {
    case "right":
    case "stale":
      return compared(state, isNewer(resolution, own, image));
    case "foreign": {
      const same = registry !== null && parts(registry)?.registry === image?.registry;
      return { state: same ? "foreign" : "not-ours", repository: state.repository };
    }
    case "floating":
      return { state: "floating", tag: state.tag };
    case "unknown":
      return { state: "unknown", why: { code: "unknown", message: state.why, hint: null } };
  }
}

function rightOf({ image }: Resolution, registry: string | null): Right | null {
  // A prediction is no image that was seen.
  if (image === null || !image.verified) {
    return null;
  }
  const reference = image.reference ?? (registry === null ? null : `${registry}:${image.tag}`);
  return reference === null ? null : asRight(image, reference);
}

export function asRight(image: Image, reference: string): Right {
  const { tag, commit, relation, distance, digest, created_at: created } = image;
  return { reference, tag, commit, relation, distance, digest, created };
}

function nearestOf({ nearest }: Resolution, registry: string | null): Judgement["nearest"] {
  return nearest === null || registry === null
    ? null
    : { reference: `${registry}:${nearest.tag}`, commit: nearest.commit, changed: nearest.changed };
}

function lackOf({ status, reason }: Resolution): Judgement["lack"] {
  if (status === "found") {
    return null;
  }
  const why = { code: reason?.code ?? status, message: reason?.message ?? "nobody has seen an image", hint: null };
  return { status, why };
}

/**
 * Images that a build of a commit with this environment would have made, the newest first: where GitLab does not say
 * which exist, Renku's own check can.
 */
async function candidates(resolution: Resolution, registry: string | null, question: Question, at: Located): Promise<string[]> {
  const isOpen = resolution.status === "unknown" || resolution.status === "predicted";
  const { expected_tag: expected, environment, commit } = resolution;
  if (!isOpen || registry === null || question.confirmed !== undefined || expected === null) {
    return [];
  }
  // The tag of another commit is this one's with that commit's id in it.
  const digits = [40, 12, 11, 10, 9, 8, 7].find((length) => expected.includes(commit.slice(0, length)));
  if (digits === undefined || environment === null) {
    return [`${registry}:${expected}`];
  }
  const course = await history(at.address, { ...at.options, limit: BACK, tags: [] });
  const same = course.entries.filter(({ key }) => key === environment.key).map((entry) => entry.commit);
  course.free();
  const tag = (one: string): string => expected.replace(commit.slice(0, digits), one.slice(0, digits));
  return [...new Set([commit, ...same])].slice(0, CANDIDATES).map((one) => `${registry}:${tag(one)}`);
}

/** The tag of an image whose registry is gone names a commit, which the repository usually still has. */
async function moved(judgement: Judgement, image: Parts, registry: string, at: Located): Promise<Judgement> {
  const found = await audit(at.address, { ...at.options, pin: `${registry}:${image.tag}` });
  if (!isCompared(found?.state)) {
    return judgement;
  }
  const there = await resolve(at.address, { ...at.options, commit: found.state.commit });
  return { ...judgement, state: compared(found.state), moved: { registry: image.registry ?? "", same: rightOf(there, registry) } };
}

/** Renku's own builds from code: each is the image of a commit. */
async function judgeBuild(
  { image }: Question,
  { context, builds }: { readonly context: string; readonly builds: readonly Build[] },
  at: Located,
  name: string,
): Promise<Judgement> {
  // The registry is not GitLab's: the commits of the builds are all that its images are known by.
  const BUILDS = "renku/builds";
  const tags = [...new Set(builds.map(({ commit }) => commit))];
  const options = { ...at.options, build: context, image: BUILDS, tags };
  const resolution = await resolve(at.address, options);
  const imageOf = (commit: string): string | undefined => builds.find((one) => one.commit === commit)?.image;
  const own = builds.find((one) => one.image === image);
  const found = own === undefined ? null : await audit(at.address, { ...options, pin: `${BUILDS}:${own.commit}` });
  const reference = resolution.image === null ? undefined : imageOf(resolution.image.commit);
  return {
    state: stateOfBuild(found, image),
    gone: null,
    seen: true,
    moved: null,
    name,
    commit: resolution.commit,
    right: resolution.image === null || reference === undefined ? null : asRight(resolution.image, reference),
    // No image job: nothing finds these images by their tags.
    missingTag: null,
    lack: lackOf(resolution),
    nearest: null,
    candidates: [],
    notes: resolution.notes,
  };
}

function stateOfBuild(found: PinAudit | null, image: string | null): State {
  if (isCompared(found?.state)) {
    return compared(found.state);
  }
  if (image === null) {
    return { state: "none" };
  }
  const message = found?.state.state === "unknown" ? found.state.why : "no build of the list made this image";
  return { state: "unknown", why: { code: "unknown", message, hint: null } };
}
