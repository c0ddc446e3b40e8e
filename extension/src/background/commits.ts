/** The commits of a state of the code, each with the image that is right for it. */
import { type History, history, letter, resolve } from "repin";

import type { Commits, Place, Right } from "../protocol/messages";
import { asRight } from "./judge";
import { locate } from "./place";

/** So many, the newest first: older ones are found by asking for a revision. */
const MOST = 200;
/** A list may cost more than a badge: somebody asked for it. */
const PATIENCE = 150;

export async function commits(place: Place, tab: number | undefined): Promise<Commits> {
  const at = await locate(place, tab);
  const course = await history(at.address, { ...at.options, limit: MOST, maxRequests: PATIENCE });
  try {
    return told(course);
  } finally {
    course.free();
  }
}

function told(course: History): Commits {
  const head = course.entries[0]?.key ?? null;
  const { repository, letters, verified } = course;
  const all = course.entries.map(({ commit, title, date, key, tag, image_commit: imageCommit }) => ({
    commit,
    title,
    date,
    letter: key === null ? null : letter(letters.get(key) ?? 0),
    // Where either is not known, neither right nor stale is.
    right: key === null || head === null ? null : key === head,
    // What nobody has seen is no image to start from.
    reference: verified && tag !== null && repository !== null ? `${repository}:${tag}` : null,
    imageCommit: verified ? imageCommit : null,
  }));
  return { commits: all, notes: course.notes };
}

/** The image of a commit with its digest and age. */
export async function details(place: Place, commit: string, tab: number | undefined): Promise<Right | null> {
  const at = await locate({ ...place, revision: commit }, tab);
  const { image } = await resolve(at.address, at.options);
  return image === null || image.reference === null || !image.verified ? null : asRight(image, image.reference);
}
