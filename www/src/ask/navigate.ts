import { effect } from "@preact/signals";

import { type Question, linkTo, questionOf } from "../address/link";
import { type Asking, ask, leave } from "./ask";
import { answer, question } from "./state";
import { safe } from "repin/safe";
import { short } from "../text/words";

/** Asks, and makes the question the page's address. */
export function go(asked: Question, asking: Asking = {}): void {
  const link = linkTo(asked);
  if (link !== location.search) {
    history.pushState(null, "", link);
  }
  void ask(asked, asking);
}

/** Asks what the page's address says, now and whenever it changes; the title follows. */
export function followAddress(): void {
  addEventListener("popstate", open);
  effect(() => {
    document.title = title();
  });
  open();
}

function open(): void {
  const asked = questionOf(location.search);
  if (asked === null) {
    leave();
    return;
  }
  // A link that somebody made by hand may say more than anybody should see.
  const link = linkTo(asked);
  if (new URLSearchParams(location.search).get("project")?.trim() !== asked.project) {
    history.replaceState(null, "", link);
  }
  void ask(asked);
}

function title(): string {
  const found = answer.value;
  if (found !== null) {
    const { place, resolution } = found;
    return `${safe(place.project)} at ${short(resolution.commit)}: ${resolution.status} · Repin`;
  }
  return question.value === null ? "Repin: the right image for a commit" : `${safe(question.value.project)} · Repin`;
}
