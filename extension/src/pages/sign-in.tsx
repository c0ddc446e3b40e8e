/** The form that takes a token of a GitLab: tested on entry, kept for that GitLab alone. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";

import { keepToken } from "../background/tokens";
import { words } from "../text/pages";
import { allow } from "./grant";
import { type Said, SaidLine, failed, good, warn } from "./said";
import { type Tested, testToken } from "./token";

const { signIn } = words;

export function SignIn({ host, onKept }: { readonly host: string; readonly onKept?: () => void }) {
  const secret = useSignal("");
  const said = useSignal<Said | null>(null);
  const isBusy = useSignal(false);
  const isSilent = useSignal(false);
  const id = useId();
  const name = new URL(host).host;

  const test = async (): Promise<void> => {
    isBusy.value = true;
    said.value = warn(signIn.testing);
    try {
      const typed = secret.value.trim();
      const tested = await testToken(host, typed);
      isSilent.value = tested.is === "silent";
      if (tested.is === "good") {
        await keepToken({ gitlab: host, kind: "private", secret: typed, until: tested.until });
        secret.value = "";
        said.value = good(signIn.done(name));
        onKept?.();
      } else {
        said.value = warn(wrong(tested, name));
      }
    } catch (error) {
      said.value = failed(error);
    } finally {
      isBusy.value = false;
    }
  };

  const permit = async (): Promise<void> => {
    if (await allow(host)) {
      await test();
    } else {
      said.value = warn(words.gitlab.denied(name));
    }
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void test();
      }}
    >
      <p>{signIn.why(name)}</p>
      <p>
        <a href={`${host}/-/user_settings/personal_access_tokens?name=Repin&scopes=read_api`} target="_blank" rel="noreferrer">
          {signIn.make(name)}
        </a>
        . {signIn.scope}
      </p>
      <label htmlFor={id}>{signIn.token}</label>
      <div class="line">
        <input
          id={id}
          type="password"
          value={secret.value}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => {
            secret.value = currentTarget.value;
          }}
        />
        <button type="submit" disabled={isBusy.value}>
          {signIn.keep}
        </button>
        {isSilent.value && (
          <button type="button" onClick={() => void permit()}>
            {words.gitlab.allowOf(name)}
          </button>
        )}
      </div>
      <SaidLine said={said.value} />
    </form>
  );
}

function wrong(tested: Exclude<Tested, { is: "good" }>, name: string): string {
  switch (tested.is) {
    case "form":
      return signIn.wrong.form;
    case "scopes":
      return signIn.wrong.scopes(tested.scopes.join(", "));
    default:
      return signIn.wrong[tested.is](name);
  }
}
