import type { Resolution } from "repin";

import { linkTo, shareable } from "../address/link";
import { isReference } from "../answer/lines";
import { BADGES, distance, headline } from "../answer/sentences";
import { SENTENCES, failureOf } from "../ask/failure";
import { plain } from "../text/phrase";
import { cut } from "repin/safe";
import { sentence } from "../text/words";

/** What an element shows. */
export type Shown =
  | { readonly state: "asking" | "unasked" }
  | { readonly state: "answered"; readonly resolution: Resolution }
  | { readonly state: "failed"; readonly error: unknown };

/** What its attributes say. */
export interface Wanted {
  readonly project: string;
  readonly commit: string | null;
  readonly isBadge: boolean;
  readonly evidence: string | null;
}

/** Whether the page with the evidence lies beside this script: it does in the site, not in the npm package. */
declare const IS_SITE: boolean;

const LONG = 300;

/** Draws an element anew. */
export function draw(shown: Shown, wanted: Wanted): HTMLElement {
  const frame = part("span", "frame", "");
  frame.role = "group";
  frame.ariaLabel = labelOf(wanted);
  frame.ariaBusy = String(shown.state === "asking");
  frame.classList.toggle("badge", wanted.isBadge);
  switch (shown.state) {
    case "asking":
      frame.append(part("span", "state", "Asking…"));
      break;
    case "unasked":
      frame.append(part("span", "state", "No project is named"));
      break;
    case "failed": {
      const failure = failureOf(shown.error);
      const state = part("span", "state", "No answer");
      state.classList.add("failed");
      const words = part("span", "words", SENTENCES[failure.code]);
      words.title = cut(failure.message, LONG);
      frame.append(state, words, evidence(wanted));
      break;
    }
    case "answered":
      frame.append(...answered(shown.resolution, wanted));
  }
  return frame;
}

function answered(resolution: Resolution, wanted: Wanted): HTMLElement[] {
  const { status, image } = resolution;
  const state = part("span", "state", BADGES[status]);
  state.classList.add(status);
  state.title = plain(headline(resolution));
  if (image === null) {
    const reason = resolution.reason?.message ?? plain(headline(resolution));
    return wanted.isBadge
      ? [state, evidence(wanted)]
      : [state, part("span", "words", sentence(cut(reason, LONG))), evidence(wanted)];
  }
  if (wanted.isBadge) {
    return [state, part("code", "image", cut(image.tag, LONG)), evidence(wanted)];
  }
  const reference = image.reference ?? image.tag;
  const name = part("code", "image", cut(reference, LONG));
  name.title = distance(image.relation, image.distance);
  const isSound = image.reference === null || isReference(image.reference);
  return [state, name, evidence(wanted), ...(isSound ? [copyButton(reference, name)] : [])];
}

function labelOf({ project, commit }: Wanted): string {
  const where = cut(shareable(project).replace(/^https?:\/\/[^/]*\//iu, ""), LONG);
  return `Image for ${where}${commit === null ? "" : ` at ${cut(commit, LONG)}`}`;
}

/** The page that shows why: this one's deep link, as far as it is known where that page is; else the project. */
function evidence({ project, commit, evidence: page }: Wanted): HTMLAnchorElement {
  const link = part("a", "evidence", "Evidence");
  const beside = IS_SITE ? new URL("./", import.meta.url).href : null;
  const base = page === null ? beside : new URL(page, document.baseURI).href;
  const address = shareable(project);
  if (base !== null && /^https?:/iu.test(base)) {
    link.href = base + linkTo({ project: address, commit });
  } else if (/^https?:\/\//iu.test(address)) {
    link.href = address;
  } else {
    link.hidden = true;
  }
  return link;
}

function copyButton(text: string, name: HTMLElement): HTMLButtonElement {
  const button = part("button", "copy", "Copy");
  button.type = "button";
  button.ariaLabel = "Copy image";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      button.ariaLabel = "Copied";
    } catch {
      getSelection()?.selectAllChildren(name);
    }
  });
  button.addEventListener("blur", () => {
    button.textContent = "Copy";
    button.ariaLabel = "Copy image";
  });
  return button;
}

/** A part that a page can style: its name is its class as well. */
function part<K extends keyof HTMLElementTagNameMap>(tag: K, name: string, text: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.setAttribute("part", name);
  made.className = name;
  made.textContent = text;
  return made;
}
