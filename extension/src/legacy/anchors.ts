/**
 * Where the control attaches in the legacy interface, which has next to no names for tests: by structure and text. Seen in
 * renku-ui 3.59.1 (features/session/components/options), whose start page is the same until 4.16.
 */
export const ANCHORS = {
  /** A setting on the start page. */
  group: "form .field-group",
  groupLabel: ".form-label",
  /** What is known of the image: it stands beside the words "Docker image". */
  imageStatus: ".form-label > .badge",
  /** The one branch that there is; of several, a react-select has the same label. */
  branchInput: "input#session-branch-option",
  branchLabel: "label[for=session-branch-option]",
  /** A react-select's field; what is chosen stands before it. */
  select: "input[role=combobox]",
  /** The short id of a commit, chosen or to choose. */
  shortId: ".fw-bold",
  option: "[role=option]",
} as const;

/** "Loading Docker image status..." until the page knows. */
const IMAGE = /^(?:Loading )?Docker image\b/u;
const COMMITS = /^Commits\b/u;
const SHORT_ID = /^[0-9a-f]{8,40}$/u;

/** Versions of the interface whose sources have these anchors, in 3.x from this one and in 4.x to that one. */
const FIRST_OF_3 = 19;
const LAST_OF_4 = 16;

export function isKnown(version: string | null): boolean {
  const found = /^(\d+)\.(\d+)\./u.exec(version ?? "");
  const [major, minor] = [Number(found?.[1]), Number(found?.[2])];
  return (major === 3 && minor >= FIRST_OF_3) || (major === 4 && minor <= LAST_OF_4);
}

/** The branch and the commit that are chosen. */
export interface Selection {
  readonly branch: string;
  readonly shortId: string;
}

/** The setting of the image. */
export function findImage(): Element | null {
  return groupOf(IMAGE);
}

/** Whether the page has found out which image it would start from, and whether that is there. */
export function isSettled(image: Element): boolean {
  return image.querySelector(ANCHORS.imageStatus) !== null;
}

export function findCommits(): Element | null {
  return groupOf(COMMITS);
}

/** What is chosen; `null`: nothing yet. */
export function findSelection(): Selection | null {
  const input = document.querySelector<HTMLInputElement>(ANCHORS.branchInput);
  const label = document.querySelector(ANCHORS.branchLabel);
  const branch = input?.value ?? chosenIn(label?.parentElement ?? null)?.textContent?.trim() ?? "";
  const shortId = shortIdOf(chosenIn(findCommits()));
  return branch === "" || shortId === null ? null : { branch, shortId };
}

/** The commits of the list that is open. */
export function findOptions(): { readonly option: Element; readonly shortId: string }[] {
  const options = findCommits()?.querySelectorAll(ANCHORS.option) ?? [];
  return [...options].flatMap((option) => {
    const shortId = shortIdOf(option);
    return shortId === null ? [] : [{ option, shortId }];
  });
}

function chosenIn(group: Element | null): Element | null {
  return group?.querySelector(ANCHORS.select)?.previousElementSibling ?? null;
}

function shortIdOf(element: Element | null): string | null {
  const text = element?.querySelector(ANCHORS.shortId)?.textContent?.trim() ?? "";
  return SHORT_ID.test(text) ? text : null;
}

function groupOf(label: RegExp): Element | null {
  const groups = [...document.querySelectorAll(ANCHORS.group)];
  return groups.find((group) => label.test(group.querySelector(ANCHORS.groupLabel)?.textContent?.trim() ?? "")) ?? null;
}
