import type { History, Resolution } from "repin";

import type { Picture } from "./picture";

/** The answer for a commit from what the picture knows, without a request. */
export function resolutionIn(picture: Picture, commit: string): Resolution | null {
  return known(picture, commit, (live) => live.resolution(commit));
}

/** The next older image of another environment, and what differs from there. */
export function olderIn(picture: Picture | null, commit: string): Resolution["nearest"] {
  return picture === null ? null : known(picture, commit, (live) => live.older(commit));
}

/** A module that broke down takes its histories with it: then they know nothing any more. */
function known<T>({ live, index }: Picture, commit: string, ask: (live: History) => T | null): T | null {
  if (live === null || !index.has(commit)) {
    return null;
  }
  try {
    return ask(live);
  } catch {
    return null;
  }
}
