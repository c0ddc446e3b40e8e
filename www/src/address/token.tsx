import type { Signal } from "@preact/signals";

import { tokenState } from "./tokens";

/** A token that is being typed, and the origin that the address named at that time. */
export interface TokenDraft {
  readonly text: string;
  readonly origin: string | null;
  readonly keep: boolean;
}

interface Properties {
  readonly draft: Signal<TokenDraft>;
  /** The origin that the address names now. */
  readonly origin: string | null;
  /** Whether the last answer was that a token is missing. */
  readonly isWanted: boolean;
  readonly onForget: (origin: string) => void;
}

const STATES = {
  none: "There is no token for it.",
  memory: "Its token is in memory until this page is closed or reloaded.",
  kept: "Its token is kept until this tab is closed.",
} as const;

/** What a private project needs. */
export function TokenFields({ draft, origin, isWanted, onForget }: Properties) {
  const state = origin === null ? "none" : tokenState(origin);
  const { text, keep } = draft.value;
  return (
    <details class="private" open={isWanted || undefined}>
      <summary>Private project</summary>
      <div class="token">
        <label htmlFor="token">Access token</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          aria-describedby="token-help"
          value={text}
          onInput={(event) => (draft.value = { ...draft.value, text: event.currentTarget.value, origin })}
        />
        <button type="button" disabled={state === "none"} onClick={() => origin !== null && onForget(origin)}>
          Forget token
        </button>
        <label class="check">
          <input
            type="checkbox"
            checked={keep}
            onChange={(event) => (draft.value = { ...draft.value, keep: event.currentTarget.checked })}
          />
          Keep it for this tab’s reloads
        </label>
        <p id="token-help" class="help">
          One with the scope <code>read_api</code>. It goes to {origin === null ? "the address’s GitLab" : <bdi>{origin}</bdi>}{" "}
          and nowhere else. {origin === null ? "" : STATES[state]}
        </p>
      </div>
    </details>
  );
}
