import type { ErrorCode } from "repin";

/** Why there is no answer. */
export interface Failure {
  readonly code: ErrorCode;
  /** What went wrong, as whoever noticed it says it. */
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
  /** When a rate limit ends. */
  readonly retryAt: Date | null;
}

/** What went wrong in one sentence, by its code. */
export const SENTENCES: Readonly<Record<ErrorCode, string>> = {
  "bad-address": "This is not the address of a GitLab project.",
  "bad-option": "The question cannot be asked like this.",
  "unknown-revision": "The project has no such commit, branch or tag.",
  empty: "The project has no commits yet.",
  incomplete: "Part of the project's history is missing.",
  "not-found": "There is no such project, or it is private.",
  unauthorized: "GitLab does not accept the token.",
  forbidden: "The token does not permit this.",
  "rate-limited": "GitLab takes no more requests for now.",
  server: "GitLab itself is in trouble.",
  unreachable: "GitLab cannot be reached.",
  "timed-out": "GitLab did not answer in time.",
  "too-large": "GitLab's answer is too large to be read.",
  "request-limit": "The limit of requests for one answer is used up.",
  deadline: "The time for one answer is used up.",
  redirected: "The server sends the question to another place.",
  "bad-answer": "What answered is not a GitLab, or it is out of order.",
  moved: "The project has moved.",
  "no-image": "There is no image that is right.",
  occupied: "The tag is that of another image.",
  narrowed: "The image is right as long as .repin.toml stays as it is; a tag stays longer.",
  cancelled: "Stopped.",
  "not-loaded": "The program did not load.",
  internal: "Repin itself made a mistake.",
};

/** What to do, where nobody said it better. */
const NEXT: Readonly<Record<ErrorCode, string>> = {
  "bad-address": "Give the address of a project, such as https://gitlab.com/group/name.",
  "bad-option": "Look at the address and the commit again.",
  empty: "Push a commit, and ask again.",
  incomplete: "Ask again later.",
  "too-large": "Ask whoever runs that GitLab what is wrong with it.",
  "bad-answer": "Look whether the address is that of a GitLab; else ask again later.",
  redirected: "Give the address to which it leads.",
  moved: "Give the project's new address.",
  "no-image": "Ask again.",
  occupied: "Look who has given it.",
  narrowed: "Use the image by its own name, or have the commit's image built.",
  internal: "Please report it, with the project that led to it.",
  "unknown-revision": "Look at the address again, or leave the commit out for the default branch.",
  "not-found": "Look at the address again; for a private project, give a token with the scope read_api.",
  unauthorized: "Give a new token with the scope read_api.",
  forbidden: "Give a token of somebody who may read the project, with the scope read_api.",
  "rate-limited": "Wait a while, or give a token, with which most GitLabs permit more.",
  server: "Ask again later.",
  unreachable: "Look whether you are online, and whether the address is right.",
  "timed-out": "Ask again later.",
  "request-limit": "Ask without a limit of requests.",
  deadline: "Ask again.",
  cancelled: "Ask again when you like.",
  "not-loaded": "Reload the page.",
};

/** An error as the page shows it. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const { hint, retryAt } = (error ?? {}) as { hint?: unknown; retryAt?: unknown };
  return {
    code,
    message,
    hint: typeof hint === "string" && hint !== "" ? hint : NEXT[code],
    retryAt: retryAt instanceof Date ? retryAt : null,
  };
}

function codeOf(error: unknown): ErrorCode {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code === "string" && Object.hasOwn(SENTENCES, code)) {
    return code as ErrorCode;
  }
  // A module or its wasm that does not arrive is a TypeError of the browser.
  return error instanceof TypeError && /fetch|import|module|load/iu.test(error.message) ? "not-loaded" : "internal";
}

/** Whether what was seen before helps: nobody said that it is wrong by now. */
export function isOutage({ code }: Failure): boolean {
  return ["unreachable", "timed-out", "server", "rate-limited", "deadline"].includes(code);
}

/** Whether a token could help. */
export function wantsToken({ code }: Failure): boolean {
  return ["not-found", "unauthorized", "forbidden"].includes(code);
}
