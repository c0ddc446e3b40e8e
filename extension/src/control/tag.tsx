/** The commit's own tag for the image that is right: offered where there is none, and done after a look at what will change. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { ask, why } from "../protocol/ask";
import type { Judgement, Place, Tagged, Why } from "../protocol/messages";
import { parts } from "../reference";
import { originOfRegistry } from "../registry";
import { t } from "../text/messages";
import type { Question } from "./question";
import { trusted } from "./trusted";

type State =
  | { readonly is: "idle" | "looking" }
  | { readonly is: "ready" | "working" | "done"; readonly plan: Tagged }
  | { readonly is: "failed"; readonly why: Why };

/** The place and the commit that lacks a tag; `null`: it has one, or may not get one. */
function lacking(question: Question, judgement: Judgement | null): { place: Place; commit: string } | null {
  const place = question.place();
  const { missingTag, commit } = judgement ?? {};
  return missingTag != null && commit != null && place !== null ? { place, commit } : null;
}

export function TagOffer({ question }: { readonly question: Question }) {
  const frame = useRef<HTMLDivElement>(null);
  const judgement = question.judgement.value;
  const found = lacking(question, judgement);
  const state = useSignal<State>({ is: "idle" });
  const commit = found?.commit ?? null;
  useEffect(() => {
    state.value = { is: "idle" };
  }, [commit]);
  const current = state.value;
  const last = useRef(current.is);
  useEffect(() => {
    // The button that was pressed is gone, and the focus with it: what came of the press gets it.
    if (last.current !== current.is && document.activeElement === document.body) {
      frame.current?.focus({ preventScroll: true });
    }
    last.current = current.is;
  }, [current.is]);
  if (found === null) {
    // It has its tag by now: that is said, though there is nothing to offer any more.
    return current.is === "done" ? <Done plan={current.plan} /> : null;
  }
  const run = async (digest: string | null): Promise<void> => {
    try {
      const plan = await ask({ type: "tag", place: found.place, commit: found.commit, digest });
      state.value = { is: plan.isThere ? "done" : "ready", plan };
    } catch (error) {
      state.value = { is: "failed", why: why(error) };
    }
  };
  const look = trusted(() => {
    if (current.is !== "looking") {
      state.value = { is: "looking" };
      void run(null);
    }
  });
  const agree = (plan: Tagged) =>
    trusted(() => {
      if (current.is === "ready") {
        state.value = { is: "working", plan };
        void run(plan.digest);
      }
    });
  return (
    <div class="tag" ref={frame} tabIndex={-1}>
      {(current.is === "idle" || current.is === "looking") && (
        <>
          <p class="hint">{t.tag.why(found.commit)}</p>
          <button type="button" aria-busy={current.is === "looking"} onClick={look}>
            {t.tag.offer}
          </button>
        </>
      )}
      {(current.is === "ready" || current.is === "working") && (
        <Confirm
          plan={current.plan}
          isBusy={current.is === "working"}
          onAgree={agree(current.plan)}
          onCancel={trusted(() => (state.value = { is: "idle" }))}
        />
      )}
      {current.is === "done" && <Done plan={current.plan} />}
      {current.is === "failed" && (
        <>
          <p class="bad" role="alert">
            {t.tag.failed(current.why)}
          </p>
          <div class="buttons">
            <Way why={current.why} place={found.place} judgement={judgement} />
            <button type="button" onClick={look}>
              {t.tag.offer}
            </button>
          </div>
        </>
      )}
    </div>
  );
}

interface Asked {
  readonly plan: Tagged;
  readonly isBusy: boolean;
  readonly onAgree: (event: Event) => void;
  readonly onCancel: (event: Event) => void;
}

/** What will change, before it does. */
function Confirm({ plan, isBusy, onAgree, onCancel }: Asked) {
  return (
    <div role="group" aria-label={t.tag.change}>
      <p class="warn">{t.tag.change}</p>
      <p>{t.tag.becomes(plan.reference, plan.source, plan.from)}</p>
      <p class="hint">
        {t.digest(plan.digest)}. {t.tag.rest}
      </p>
      <div class="buttons">
        <button type="button" class="first" aria-busy={isBusy} onClick={onAgree}>
          {t.tag.agree}
        </button>
        <button type="button" disabled={isBusy} onClick={onCancel}>
          {t.tag.cancel}
        </button>
      </div>
    </div>
  );
}

function Done({ plan }: { readonly plan: Tagged }) {
  return (
    <p class="good" role="status">
      {t.tag.done(plan.reference)}
    </p>
  );
}

/** What a person can do about what is missing. */
function Way({ why: { code }, place, judgement }: { readonly why: Why; readonly place: Place; readonly judgement: Judgement | null }) {
  const gitlab = place.repository;
  const permit = (request: Parameters<typeof ask>[0]) => trusted(() => ask(request).catch(() => null));
  if (code === "not-permitted") {
    const registry = parts(judgement?.right?.reference ?? "")?.registry;
    if (registry == null) {
      return null;
    }
    return (
      <button type="button" onClick={permit({ type: "permit", host: originOfRegistry(registry), why: "registry", beside: gitlab })}>
        {t.tag.permit(registry)}
      </button>
    );
  }
  if (["no-token", "unauthorized", "forbidden"].includes(code)) {
    return (
      <button type="button" onClick={permit({ type: "permit", host: gitlab, why: "sign-in" })}>
        {t.signIn}
      </button>
    );
  }
  return null;
}
