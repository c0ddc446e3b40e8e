import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { stop } from "../ask/ask";
import { failureOf, wantsToken } from "../ask/failure";
import { go } from "../ask/navigate";
import { announce, failure, progress, question } from "../ask/state";
import { forgetPrivate } from "../kept/forget";
import { cut, safe } from "repin/safe";
import { type Question, shareable } from "./link";
import { originOf } from "./origin";
import { TokenFields, type TokenDraft } from "./token";

const EMPTY: TokenDraft = { text: "", origin: null, keep: false };

/** The question: an address, and for a private project a token. */
export function AddressForm() {
  const address = useSignal("");
  const draft = useSignal(EMPTY);
  const asked = question.value;
  useEffect(() => {
    address.value = asked === null ? "" : asked.project;
  }, [asked?.project]);

  const submit = (event: Event) => {
    event.preventDefault();
    const project = shareable(address.value);
    if (project === "") {
      return;
    }
    const { text, origin, keep } = draft.value;
    draft.value = { ...EMPTY, keep };
    go(askedWith(project, asked), { fresh: true, ...(text === "" ? {} : { typed: { token: text, origin, keep } }) });
  };
  return (
    <form class="question" onSubmit={submit} aria-label="Question">
      <div class="address">
        <label htmlFor="address">Address</label>
        <input
          id="address"
          type="text"
          inputMode="url"
          autocomplete="url"
          autocapitalize="none"
          spellcheck={false}
          required
          placeholder="https://gitlab.com/group/project/-/commit/…"
          aria-describedby="address-help"
          value={address}
          onInput={(event) => (address.value = event.currentTarget.value)}
        />
        <AskOrStop isAsking={progress.value !== null} />
      </div>
      <p id="address-help" class="help">
        {asked?.commit == null ? "Of a GitLab project, or of a commit, branch or merge request of it." : <At asked={asked} />}
      </p>
      <TokenFields
        draft={draft}
        origin={originOf(address.value)}
        isWanted={failure.value !== null && wantsToken(failure.value)}
        onForget={(origin) => void forget(origin)}
      />
    </form>
  );
}

/** The commit is part of the page's address, and of no field: here it can be seen, and left out. */
function At({ asked }: { asked: Question }) {
  return (
    <>
      At the commit{" "}
      <bdi>
        <code>{cut(asked.commit ?? "", 40)}</code>
      </bdi>
      .{" "}
      <button type="button" class="quiet" onClick={() => go({ ...asked, commit: null })}>
        Leave it out
      </button>
    </>
  );
}

/** Before the click is through, the button asks again: it must not do so at once. */
function stopAsking(event: Event): void {
  event.preventDefault();
  stop();
}

/** One button, which stays focused; what it says is new each time, and so does not count as moved. */
function AskOrStop({ isAsking }: { isAsking: boolean }) {
  return (
    <button class="primary" type={isAsking ? "button" : "submit"} onClick={isAsking ? stopAsking : undefined}>
      {isAsking ? <span key="stop">Stop</span> : <span key="ask">Find the image</span>}
    </button>
  );
}

async function forget(origin: string): Promise<void> {
  try {
    await forgetPrivate(origin);
    announce(`The token for ${safe(origin)} is forgotten.`);
  } catch (error) {
    announce(failureOf(error).message);
  }
}

/** The commit that was chosen stays chosen while the address stays the same. */
function askedWith(project: string, asked: Question | null): Question {
  return { project, commit: asked?.project === project ? asked.commit : null };
}
