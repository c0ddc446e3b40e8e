import type { Judgement, Why } from "./messages";

/** The judgement where nothing could be found out, and why. */
export function nothing(name: string, why: Why): Judgement {
  return {
    state: { state: "unknown", why },
    gone: null,
    seen: false,
    moved: null,
    name,
    commit: null,
    right: null,
    missingTag: null,
    lack: { status: "unknown", why },
    nearest: null,
    candidates: [],
    notes: [],
  };
}
