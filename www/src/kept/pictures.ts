import type { HistoryEntry, Resolution, Row } from "repin";

import { tokenState } from "../address/tokens";
import type { Place } from "../ask/place";
import { keep, kept } from "./store";

/** A history that was drawn. */
export interface KeptPicture {
  readonly when: Date;
  readonly secret: boolean;
  readonly entries: readonly HistoryEntry[];
  readonly rows: readonly Row[];
  readonly unseen: ReadonlySet<string>;
  readonly letters: ReadonlyMap<string, number>;
  readonly verified: boolean;
  readonly notes: readonly string[];
  readonly cost: Resolution["cost"];
  readonly limit: number;
}

/** Keeps the last history of a project, unless it was learnt with a token that is not kept itself. */
export async function keepPicture(place: Place, picture: Omit<KeptPicture, "when" | "secret">): Promise<void> {
  const state = tokenState(place.origin);
  if (state !== "memory") {
    await keep("pictures", place.url, { ...picture, when: new Date(), secret: state === "kept" });
  }
}

/** The last history of a project. */
export async function keptPicture(place: Place): Promise<KeptPicture | null> {
  const found = await kept("pictures", place.url);
  return found === null || (found.secret && tokenState(place.origin) === "none") ? null : found;
}
