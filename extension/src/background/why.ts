import { RepinError } from "repin";

import type { Why } from "../protocol/messages";
import { Lack } from "./lack";

/** The code is where no GitLab is. */
export class NotGitLab extends Error {
  override readonly name = "NotGitLab";
}

/** What went wrong, as it can be told. */
export function whyOf(error: unknown): Why {
  if (error instanceof Lack) {
    return error.why;
  }
  if (error instanceof NotGitLab) {
    return { code: "not-gitlab", message: error.message, hint: null };
  }
  if (error instanceof RepinError && (error.code === "bad-address" || error.code === "bad-answer")) {
    return { code: "not-gitlab", message: error.message, hint: null };
  }
  if (error instanceof RepinError && error.code === "not-found") {
    // What it said of which address is for programs.
    return { code: error.code, message: "GitLab does not show the project to you", hint: "If it is private, sign in." };
  }
  if (error instanceof RepinError) {
    return { code: error.code, message: error.message, hint: error.hint };
  }
  return { code: "internal", message: error instanceof Error ? error.message : String(error), hint: null };
}
