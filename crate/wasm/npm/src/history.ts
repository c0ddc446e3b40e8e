import { now } from "./module.js";
import type { Cost, HistoryEntry, Nearest, Resolution, Row } from "./types.js";

/** A history in the module's memory. */
export interface Handle {
  readonly project: string | undefined;
  readonly repository: string | undefined;
  readonly verified: boolean;
  readonly notes: string[];
  readonly cost: unknown;
  entries(): unknown;
  rows(): unknown;
  unseen(): Uint32Array;
  resolution(commit: string): unknown;
  older(commit: string): unknown;
  svg(): string;
  free(): void;
}

/** The newest commits of a history, each with the image that is right for it; and what it can tell by itself. */
export class History {
  readonly schema = "repin/history/1";
  /** The project's path. */
  readonly project: string | null;
  /** The registry repository of the tags: `${repository}:${tag}` is an image. */
  readonly repository: string | null;
  /** Whether a registry was asked; otherwise the images are those that a CI which builds on change would have made. */
  readonly verified: boolean;
  /** The commits, newest first. */
  readonly entries: HistoryEntry[];
  /** The ids of commits that could not be looked at: that they have no key says nothing. */
  readonly unseen: ReadonlySet<string>;
  /** Where each of the entries is drawn. */
  readonly rows: Row[];
  /** The environments, by their keys, numbered by their first appearance: see `letter`. */
  readonly letters: ReadonlyMap<string, number>;
  readonly notes: string[];
  /** What it cost. */
  readonly cost: Cost | null;
  readonly #handle: Handle;

  /** Made by `history()`. */
  constructor(handle: Handle) {
    this.#handle = handle;
    this.project = handle.project ?? null;
    this.repository = handle.repository ?? null;
    this.verified = handle.verified;
    const entries = handle.entries() as HistoryEntry[];
    this.entries = entries;
    this.rows = handle.rows() as Row[];
    this.unseen = new Set(Array.from(handle.unseen(), (at) => entries[at]?.commit ?? ""));
    const letters = new Map<string, number>();
    for (const { key } of entries) {
      if (key !== null && !letters.has(key)) {
        letters.set(key, letters.size);
      }
    }
    this.letters = letters;
    this.notes = handle.notes;
    this.cost = handle.cost as Cost | null;
  }

  /**
   * The answer for one of the commits from what is known, without a request. `null`: that does not suffice (there is no
   * image, or the commit was not looked at); then ask `resolve`.
   */
  resolution(commit: string): Resolution | null {
    return now(() => this.#handle.resolution(commit) as Resolution | null);
  }

  /** The nearest older commit with an image of another environment, and what changed from there; `null` if not known. */
  older(commit: string): Nearest | null {
    return now(() => this.#handle.older(commit) as Nearest | null);
  }

  /** The picture: a whole SVG document, with dark and light colours. */
  svg(): string {
    return now(() => this.#handle.svg());
  }

  /** Gives the module's memory back; otherwise that happens when this object is collected. */
  free(): void {
    this.#handle.free();
  }
}
