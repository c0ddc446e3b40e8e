/**
 * Marks in the page's own list of commits: which have a right image. The list is react-select's, which keeps its options
 * as they are while the list is open and makes them anew whenever it opens: an element of ours at an option's end
 * outlives what React does there, and goes with the option.
 */
import { render } from "preact";

import { ask } from "../protocol/ask";
import type { CommitImage } from "../protocol/messages";
import { t } from "../text/messages";
import { findOptions } from "./anchors";

// In the option's own padding: a mark among its columns would make them wider than the list.
const STYLE = `
:host { all: initial; position: absolute; margin-inline-start: -15px; inline-size: 14px; color: #5c636b; font: 600 14px system-ui, sans-serif; }
.good { color: #0a5f43; }
`;

export class Marks {
  readonly #repository: string;
  /** What is known of each branch; asked for when its list is opened first. */
  readonly #branches = new Map<string, Promise<void>>();
  readonly #commits = new Map<string, CommitImage>();

  constructor(repository: string) {
    this.#repository = repository;
  }

  /** Marks the commits of the list, if it is open. */
  async update(branch: string): Promise<void> {
    if (findOptions().length === 0) {
      return;
    }
    const known = this.#branches.get(branch) ?? this.#load(branch);
    this.#branches.set(branch, known);
    await known;
    for (const { option, shortId } of findOptions()) {
      const commit = this.#commits.get(shortId.slice(0, 8));
      if (commit !== undefined) {
        mark(option, shortId, commit);
      }
    }
  }

  async #load(branch: string): Promise<void> {
    try {
      const place = { repository: this.#repository, revision: branch, through: "page" as const };
      const { commits } = await ask({ type: "commits", place });
      for (const commit of commits) {
        this.#commits.set(commit.commit.slice(0, 8), commit);
      }
    } catch {
      // The list is as it was. Opening it again asks again.
      this.#branches.delete(branch);
    }
  }
}

function mark(option: Element, shortId: string, { reference, commit, imageCommit }: CommitImage): void {
  const before = option.querySelector<HTMLElement>(":scope > [data-repin=mark]");
  if (before?.dataset["repinCommit"] === shortId) {
    return;
  }
  before?.remove();
  const host = document.createElement("span");
  host.dataset["repin"] = "mark";
  host.dataset["repinCommit"] = shortId;
  const shadow = host.attachShadow({ mode: "open" });
  const of = imageCommit === null || imageCommit === commit ? null : imageCommit.slice(0, 7);
  const label = reference === null ? t.legacy.noImage : t.legacy.hasImage(of);
  render(
    <>
      <style>{STYLE}</style>
      <span role="img" class={reference === null ? "" : "good"} aria-label={label} title={label}>
        {reference === null ? "–" : "✓"}
      </span>
    </>,
    shadow,
  );
  option.append(host);
}
