import type { HistoryEntry, Resolution } from "repin";

import { type Picture, pictureOf } from "./picture";

/** The picture with what an answer says of a commit that the history could not look at. */
export function learn(picture: Picture, resolution: Resolution): Picture {
  const { commit, environment, image } = resolution;
  const at = picture.index.get(commit);
  const entry = at === undefined ? undefined : picture.entries[at];
  if (at === undefined || entry === undefined || environment === null || !picture.unseen.has(commit)) {
    return picture;
  }
  const learnt: HistoryEntry = {
    ...entry,
    key: environment.key,
    tag: image?.tag ?? null,
    image_commit: image?.commit ?? null,
    relation: image?.relation ?? null,
  };
  const unseen = new Set(picture.unseen);
  unseen.delete(commit);
  const letters = new Map(picture.letters);
  if (!letters.has(environment.key)) {
    letters.set(environment.key, letters.size);
  }
  return pictureOf({ ...picture, entries: picture.entries.with(at, learnt), unseen, letters });
}
