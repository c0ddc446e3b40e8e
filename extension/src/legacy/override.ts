/**
 * The image that the next launch of a project gets, where the page-world hook finds it before any script of the page
 * runs. It holds what the page may know anyway: the project and one image.
 */
export interface Override {
  /** `namespace/name` of the project. */
  readonly project: string;
  readonly image: string;
}

/** The tab's own storage: gone with the tab. */
export const KEY = "repin.override";
/** Tells the hook that what is stored has changed. */
export const CHANGED = "repin:override";

export function readOverride(): Override | null {
  try {
    const read: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return isOverride(read) ? { project: read.project, image: read.image } : null;
  } catch {
    return null;
  }
}

function isOverride(read: unknown): read is Override {
  return (
    typeof read === "object" &&
    read !== null &&
    "project" in read &&
    typeof read.project === "string" &&
    "image" in read &&
    typeof read.image === "string" &&
    read.image.length <= 500
  );
}
