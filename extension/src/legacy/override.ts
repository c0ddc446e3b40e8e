/**
 * The image that the next launch of a project gets, where the page-world hook finds it before any script of the page
 * runs. It holds what the page may know anyway: the project and one image.
 */
export interface Override {
  /** `namespace/name` of the project. */
  readonly project: string;
  readonly image: string;
}

/** What was asked of a launch that Renku has taken. */
export interface Launched extends Override {
  /** The name of the session. */
  readonly session: string;
}

/** The tab's own storage: gone with the tab. */
export const KEY = "repin.override";
const LAUNCHED = "repin.launched";
/** Tells whoever listens that what is stored has changed. */
export const CHANGED = "repin:override";
/** The hook's answer to it, before `dispatchEvent` returns. */
export const READY = "repin:ready";

/** What GitLab allows for a path, and Renku for an image and a session. */
const LONGEST = 500;

export function readOverride(): Override | null {
  const read = stored(KEY);
  return isOverride(read) ? { project: read.project, image: read.image } : null;
}

/** Sets it, or takes it back; whether the page's fetch is ready for it. */
export function setOverride(override: Override | null): boolean {
  if (override === null) {
    sessionStorage.removeItem(KEY);
  } else {
    sessionStorage.setItem(KEY, JSON.stringify(override));
  }
  return announce();
}

export function readLaunched(): Launched | null {
  const read = stored(LAUNCHED);
  return isOverride(read) && isText(read, "session") ? { project: read.project, image: read.image, session: read.session } : null;
}

/** Renku has taken the launch: the next one is as the page makes it. */
export function launched(override: Override, session: string | null): void {
  sessionStorage.removeItem(KEY);
  if (session !== null) {
    sessionStorage.setItem(LAUNCHED, JSON.stringify({ ...override, session }));
  }
  announce();
}

export function forgetLaunched(): void {
  sessionStorage.removeItem(LAUNCHED);
}

/** Whether two paths are those of one project: GitLab's have no case. */
export function isSameProject(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function announce(): boolean {
  let isReady = false;
  const ready = (): void => {
    isReady = true;
  };
  document.addEventListener(READY, ready);
  document.dispatchEvent(new Event(CHANGED));
  document.removeEventListener(READY, ready);
  return isReady;
}

function stored(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    // Storage that is switched off holds nothing, and what is no JSON is not ours.
    return null;
  }
}

function isOverride(read: unknown): read is Override {
  return typeof read === "object" && read !== null && isText(read, "project") && isText(read, "image");
}

function isText<K extends string>(read: object, key: K): read is Record<K, string> {
  const value: unknown = Reflect.get(read, key);
  return typeof value === "string" && value !== "" && value.length <= LONGEST;
}
