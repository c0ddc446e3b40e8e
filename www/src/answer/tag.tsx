import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { safe } from "repin/safe";

import { tokenState } from "../address/tokens";
import { ask } from "../ask/ask";
import { type Answer, announce } from "../ask/state";
import { sentence, short } from "../text/words";
import { Breakable } from "./breakable";
import { CopyLine } from "./copy";
import { type Plan, carryOut, missingTag, plan, tagLine } from "./tagging";

/** How the commit gets the image's tag as its own: by a line for a terminal, or from here where the registry permits it. */
export function TagView({ answer }: { answer: Answer }) {
  const tag = missingTag(answer);
  if (tag === null) {
    return null;
  }
  const { place, resolution } = answer;
  const line = tagLine(place.url, resolution.commit);
  return (
    <details class="tagging">
      <summary>Tag this image for {short(resolution.commit)}</summary>
      <p>
        The image gets one more tag, <code>{safe(tag)}</code>: the one that a build of this commit would get. Whoever looks for the
        commit’s own image then finds it. Nothing is built or downloaded, and no other tag changes.
      </p>
      {line !== null && (
        <ul class="lines">
          <CopyLine
            line={{
              button: "Copy repin retag",
              text: line,
              help: "On your own machine or in a CI job, with a login of the registry.",
            }}
          />
        </ul>
      )}
      {tokenState(place.origin) === "none" ? (
        <p class="help">
          From here it takes a token that may push to the registry, given above under “Private project”, and a registry that
          answers pages of other sites.
        </p>
      ) : (
        <FromHere key={`${place.url} ${resolution.commit}`} answer={answer} />
      )}
    </details>
  );
}

type State =
  | { readonly is: "idle" | "looking" }
  | { readonly is: "ready" | "working" | "done"; readonly plan: Plan }
  | { readonly is: "failed"; readonly message: string; readonly hint: string | null };

function FromHere({ answer }: { answer: Answer }) {
  const state = useSignal<State>({ is: "idle" });
  const run = async (work: Promise<Plan>, next: "ready" | "done"): Promise<void> => {
    try {
      const found = await work;
      state.value = { is: found.isThere ? "done" : next, plan: found };
      announce(state.value.is === "done" ? `${found.tag} is the same image now.` : "Read what will change, then add the tag.");
    } catch (error) {
      const { message, hint } = error as { message: string; hint?: string | null };
      state.value = { is: "failed", message, hint: hint ?? null };
    }
  };
  const look = () => {
    state.value = { is: "looking" };
    void run(plan(answer), "ready");
  };
  const current = state.value;
  const frame = useRef<HTMLDivElement>(null);
  const last = useRef(current.is);
  useEffect(() => {
    // The button that was pressed is gone, and the focus with it: what came of the press gets it.
    if (last.current !== current.is && document.activeElement === document.body) {
      frame.current?.focus({ preventScroll: true });
    }
    last.current = current.is;
  }, [current.is]);
  return (
    <div ref={frame} tabIndex={-1}>
      <Inside answer={answer} state={state} run={run} look={look} />
    </div>
  );
}

interface Shown {
  readonly answer: Answer;
  readonly state: Signal<State>;
  readonly run: (work: Promise<Plan>, next: "ready" | "done") => Promise<void>;
  readonly look: () => void;
}

function Inside({ answer, state, run, look }: Shown) {
  const current = state.value;
  switch (current.is) {
    case "idle":
    case "looking":
      return (
        <p class="again">
          <button type="button" aria-busy={current.is === "looking"} disabled={current.is === "looking"} onClick={look}>
            Tag it from here …
          </button>
        </p>
      );
    case "ready":
    case "working":
      return (
        <Confirm
          plan={current.plan}
          isBusy={current.is === "working"}
          onAgree={() => {
            state.value = { is: "working", plan: current.plan };
            void run(carryOut(answer, current.plan), "done");
          }}
          onCancel={() => (state.value = { is: "idle" })}
        />
      );
    case "done":
      return (
        <div role="status">
          <p>
            <code>
              <Breakable text={safe(current.plan.reference)} />
            </code>{" "}
            is the same image now.
          </p>
          <p class="again">
            <button type="button" onClick={() => void ask(answer.question, { fresh: true })}>
              Ask again
            </button>
          </p>
        </div>
      );
    case "failed":
      return (
        <div role="alert">
          <p>
            <strong>Nothing was tagged from here:</strong> <bdi>{sentence(safe(current.message))}</bdi>
          </p>
          {current.hint !== null && (
            <p class="next">
              <strong>Next:</strong> <bdi>{sentence(safe(current.hint))}</bdi>
            </p>
          )}
          <p class="again">
            <button type="button" onClick={look}>
              Look again
            </button>
          </p>
        </div>
      );
  }
}

interface Asked {
  readonly plan: Plan;
  readonly isBusy: boolean;
  readonly onAgree: () => void;
  readonly onCancel: () => void;
}

/** What will change, before it does. */
function Confirm({ plan: { source, digest, from, reference }, isBusy, onAgree, onCancel }: Asked) {
  return (
    <div role="group" aria-labelledby="tagging-change">
      <p id="tagging-change">
        <strong>This adds a tag to the registry, for everybody:</strong>
      </p>
      <dl class="facts">
        <div>
          <dt>New tag</dt>
          <dd>
            <code>
              <Breakable text={safe(reference)} />
            </code>
          </dd>
        </div>
        <div>
          <dt>For the image</dt>
          <dd>
            <code>
              <Breakable text={safe(source)} />
            </code>
            , built from <code>{short(from)}</code>
          </dd>
        </div>
        <div>
          <dt>Digest</dt>
          <dd>
            <code>{safe(digest)}</code>
          </dd>
        </div>
      </dl>
      <p class="again">
        <button type="button" class="first" aria-busy={isBusy} disabled={isBusy} onClick={onAgree}>
          Add the tag
        </button>
        <button type="button" disabled={isBusy} onClick={onCancel}>
          Cancel
        </button>
      </p>
    </div>
  );
}
