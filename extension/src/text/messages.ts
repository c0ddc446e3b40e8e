/** Every text that people see in Renku's pages. What comes from strangers goes through `safe`. */
import type { Judgement, State, Tone, Why } from "../protocol/messages";
import { safe } from "repin/safe";

const plural = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;

export const t = {
  status: "Image for this code",
  looking: "looking …",
  override: "Override image",
  close: "Close",
  image: "Image",
  typeToSearch: "Search by commit, title, date or tag, or type any image",
  which: "Branch, commit or merge request",
  repository: "Repository of the code",
  chooseRepository: "Choose …",
  useOnce: "Use once",
  change: "Change the launcher",
  copy: "Copy image",
  copied: "Copied",
  notCopied: "The browser did not allow it: select the text and copy it.",
  removeOverride: "Remove override",
  undo: "Undo",
  signIn: "Sign in to GitLab …",
  connect: (provider: string): string => `Use Renku's connection to ${safe(provider)}`,
  connectWhy: (provider: string): string =>
    `Renku then gives Repin the token of your connection to ${safe(provider)}. It goes to Repin's background and to ${safe(provider)} alone.`,
  permit: "Allow access to this GitLab …",
  again: "Look again",
  nearest: (changed: readonly string[]): string => `The nearest: ${paths(changed)} ${changed.length === 1 ? "differs" : "differ"}`,
  recommended: (name: string): string => `Right for ${safe(name)}`,
  own: "This launcher's image",
  typed: "Typed by hand",
  ofCommits: "Images of commits",
  ofBuilds: "Renku's builds of this launcher",
  noMatch: "No image matches. A whole image reference can be typed.",
  more: (count: number): string => `${count} more: type to find them`,
  loadingCommits: "Looking for the images of commits …",
  right: "right",
  stale: "stale",
  environment: (letter: string): string => `environment ${letter}`,
  access: {
    looking: "Asking Renku whether it has access …",
    yes: "Renku has access",
    no: "Renku has no access to it, or it does not exist",
    integration: "Renku has no access: its integration with the registry is not connected",
    unknown: (message: string): string => `Whether Renku has access is not known: ${safe(message)}`,
  },
  platforms: (names: string): string => `Platforms: ${safe(names)}`,
  digest: (digest: string): string => `Digest: ${safe(digest)}`,
  age: (date: string): string => `Made ${Number.isNaN(Date.parse(date)) ? safe(date) : new Date(date).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" })}`,
  wrong: {
    empty: "Type or choose an image.",
    "upper-case": "A repository's name has no upper-case letters.",
    space: "An image has no spaces.",
    long: "Renku takes no images of more than 500 characters.",
    form: "This is no image: it looks like registry.example.org/group/name:tag.",
  },
  running: (state: string, image: string | null): string =>
    `You have a session of this launcher (${safe(state)}${image === null ? "" : `, in ${safe(image)}`}). It stays as it is: the other image is used in a session of its own.`,
  changeRunning: "Your session of this launcher keeps its image until it is ended and started again.",
  startCopy: (name: string): string => `Starting ${safe(name)} …`,
  noJobs: "Jobs cannot be started once in another image: change the launcher, or copy the image.",
  anyway: "Start anyway",
  changeAnyway: "Change anyway",
  changedMeanwhile: (image: string | null): string =>
    image === null
      ? "Somebody has removed the launcher, or changed its environment: nothing was changed."
      : `Somebody has changed the launcher meanwhile, to ${safe(image)}: nothing was changed yet.`,
  ways: "How is this image started? The launcher's own settings are for another image; these are Renku's defaults.",
  wayNames: {
    command: "Command (JSON list)",
    args: "Arguments (JSON list)",
    default_url: "Default URL path",
    port: "Port",
    uid: "UID",
    gid: "GID",
    working_directory: "Working directory",
    mount_directory: "Mount directory",
  },
  wayWrong: (name: string): string => `${name}: this is no JSON list of texts, or no number.`,
  start: "Start with these settings",
  changed: (image: string): string => `The launcher starts ${safe(image)} now, for everybody. Reload the page to see it in Renku's own fields.`,
  undone: (image: string): string => `The launcher starts ${safe(image)} again.`,
  changedSince: (image: string): string => `Somebody has changed the launcher since, to ${safe(image)}: nothing was undone.`,
  before: (image: string): string => `Before you changed it: ${safe(image)}`,
  reload: "Reload the page",
  noWrite: "You may not change this project's launchers.",
  writeUnknown: "Renku did not say whether you may change this project's launchers: reload the page to ask again.",
  noLauncherNow: "The launcher was removed meanwhile.",
  copyProject: "Copy the project …",
  noCopyProject: "The dialogue to copy the project is on the project's page.",
  askOwner: "Copy a message to an owner",
  message: (launcher: string, image: string, reason: string, page: string): string =>
    `Hello, the launcher “${launcher}” of ${page} should start from the image ${image}: ${reason}. Could you change it (Launchers, Edit environment, Container image)?`,
  reasonRight: (name: string): string => `it is the one that is right for ${name}`,
  reasonOther: "it is the one that I need",
  ours: (image: string): string => `Made by Repin to start ${safe(image)} once.`,
  sessionLeft: "A session of this copy is still there and would be left without its launcher.",
  notOwnCopy: "It was not made in this browser: somebody else may still need it.",
  removeAnyway: "Remove anyway",
  noLauncher: "The project has this launcher no more.",
  removed: "The copy is removed.",
  leftBehind: (names: string): string => `Copies for one session that are still here: ${safe(names)}.`,
  unsure: "It is not known whether the copy was made: open the project again to see.",
  notMade: (message: string): string => `No copy was made: ${safe(message)}`,
  asAsked: (image: string): string => `This session runs in ${safe(image)}, as you asked.`,
  notAsAsked: (image: string, asked: string): string => `This session runs in ${safe(image)}, not in ${safe(asked)} as you asked.`,
  imageNotKnown: "Renku does not say which image this session runs in.",
  tag: {
    offer: "Tag it for this commit …",
    why: (commit: string): string =>
      `The image that is right has no tag of ${commit.slice(0, 7)} itself. It can get one in the registry, without a build, so that whatever looks for the commit's own image finds it.`,
    change: "This adds a tag to the registry, for everybody:",
    becomes: (reference: string, source: string, from: string): string =>
      `${safe(reference)} will be the image ${safe(source)}, built from ${from.slice(0, 7)}`,
    rest: "Nothing is built, and no other tag changes.",
    agree: "Add the tag",
    cancel: "Cancel",
    done: (reference: string): string => `${safe(reference)} is the same image now.`,
    permit: (hosts: string): string => `Allow access to ${safe(hosts)} …`,
    failed: ({ message, hint }: Why): string => `Nothing was tagged: ${safe(message)}.${hint === null ? "" : ` ${safe(hint)}`}`,
  },
  legacy: {
    next: (image: string): string => `The next session starts in ${safe(image)}`,
    start: "Now start the session with Renku's own button: “Start Session”, or “Start with base image” where the project's own is not available.",
    taken: "The next session starts as Renku has it.",
    missing: (image: string): string =>
      `Renku does not find ${safe(image)}, and would start its default image in its place without a word: nothing was set.`,
    running: (project: string, state: string, image: string | null): string =>
      `You have a session of ${safe(project)} (${safe(state)}${image === null ? "" : `, in ${safe(image)}`}). Renku starts no second one: it would open this one, in its own image.`,
    exists: "A session of this project is there already, and would be opened instead: end it first.",
    anyway: "Keep it for the next session",
    notReady: "This page was opened before Repin was there: reload it, then choose the image again.",
    swapped: (image: string, asked: string): string =>
      `Renku did not find ${safe(asked)}: this session runs in its default image${image === "" ? "" : `, ${safe(image)}`}.`,
    hasImage: (of: string | null): string => (of === null ? "its own image is right" : `the image of ${safe(of)} is right`),
    noImage: "no image is right",
  },
  notes: "Notes",
  because: (why: Why): string => because(why),
} as const;

/** What the badge says. */
export function badge({ state, name, gone, moved }: Judgement, isBuild = false): string {
  const said = stateText(state, safe(name), isBuild);
  if (moved !== null) {
    return `${said}; its registry ${safe(moved.registry)} is gone`;
  }
  switch (gone) {
    case "registry":
      return `${said}; the registry does not have it`;
    case "renku":
      return `${said}; Renku has no access to it, or it does not exist`;
    case null:
      return said;
  }
}

function stateText(state: State, name: string, isBuild: boolean): string {
  switch (state.state) {
    case "right": {
      const built = isBuild ? ": nothing relevant changed since this build, no rebuild needed" : "";
      return `right for ${name}${built}${state.newer ? "; newer image exists" : ""}`;
    }
    case "stale":
      return `stale: ${paths(state.changed.map(({ path }) => path))} changed ${ago(state.ago)}`;
    case "foreign":
      return `foreign: an image of ${safe(state.repository)}`;
    case "not-ours":
      return "not one of this project's images";
    case "floating":
      return `unknown, because its tag ${safe(state.tag ?? "latest")} moves`;
    case "unknown":
      return because(state.why);
    case "none":
      return "no image yet";
  }
}

function because(why: Why): string {
  return why.code === "not-gitlab" ? "unknown: not a GitLab project" : `unknown, because ${safe(why.message)}`;
}

/** `requirements.txt and 1 more` */
function paths([first, ...more]: readonly string[]): string {
  if (first === undefined) {
    return "its inputs";
  }
  return more.length === 0 ? safe(first) : `${safe(first)} and ${more.length} more`;
}

function ago(commits: number | null): string {
  if (commits === null) {
    return "since";
  }
  return commits === 0 ? "in the newest commit" : `${plural(commits, "commit")} ago`;
}

/** Why there is no image to recommend, and what to do. */
export function lack({ lack: found, name }: Judgement): string | null {
  if (found === null) {
    return null;
  }
  const { status, why } = found;
  const hint = why.hint === null ? "" : ` ${safe(why.hint)}`;
  switch (status) {
    case "building":
      return `An image for ${safe(name)} is being built: ${safe(why.message)}.${hint}`;
    case "failed":
      return `No image is right for ${safe(name)}; the last build failed: ${safe(why.message)}.${hint}`;
    case "missing":
      return `No image is right for ${safe(name)}: ${safe(why.message)}.${hint}`;
    default:
      return `Whether an image is right for ${safe(name)} is not known: ${safe(why.message)}.${hint}`;
  }
}

/** How good the news is: for the colour of the badge. */
export function tone(judgement: Judgement | null): Tone {
  switch (judgement?.state.state) {
    case "right":
      return judgement.moved === null && judgement.gone === null ? "good" : "warn";
    case "stale":
      return "bad";
    case "foreign":
    case "not-ours":
    case "floating":
      return "warn";
    default:
      return "calm";
  }
}
