import type { ErrorCode } from "./types.js";

/** What the module throws. */
export interface Failure {
  code: ErrorCode;
  message: string;
  hint: string | null;
  status: number | null;
  retry_at: number | null;
}

/** Why there is no answer. `code` is stable and for programs; `message` and `hint` are for people. */
export class RepinError extends Error {
  override readonly name = "RepinError";
  readonly code: ErrorCode;
  /** What to do next, in a sentence. */
  readonly hint: string | null;
  /** The status of HTTP, where one was answered. */
  readonly status: number | null;
  /** When a rate limit ends. */
  readonly retryAt: Date | null;

  constructor(code: ErrorCode, message: string, more: { hint?: string; status?: number; retryAt?: Date; cause?: unknown } = {}) {
    super(message, "cause" in more ? { cause: more.cause } : undefined);
    this.code = code;
    this.hint = more.hint ?? null;
    this.status = more.status ?? null;
    this.retryAt = more.retryAt ?? null;
  }
}

/** Whatever was thrown, as an error of ours. */
export function asRepinError(thrown: unknown): RepinError {
  if (thrown instanceof RepinError) {
    return thrown;
  }
  if (isFailure(thrown)) {
    return new RepinError(thrown.code, thrown.message, {
      ...(thrown.hint === null ? {} : { hint: thrown.hint }),
      ...(thrown.status === null ? {} : { status: thrown.status }),
      ...(thrown.retry_at === null ? {} : { retryAt: new Date(thrown.retry_at * 1000) }),
    });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new RepinError("internal", `repin made a mistake of its own: ${message}`, {
    hint: "Please report it, with the project that led to it.",
    cause: thrown,
  });
}

function isFailure(thrown: unknown): thrown is Failure {
  return typeof thrown === "object" && thrown !== null && !(thrown instanceof Error) && "code" in thrown && "message" in thrown;
}
