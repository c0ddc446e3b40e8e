import { useSignal } from "@preact/signals";

import { AddressForm } from "./address/form";
import { AnswerView } from "./answer/view";
import { leave } from "./ask/ask";
import { failureOf } from "./ask/failure";
import { announce, announcement, question } from "./ask/state";
import { Intro } from "./intro/view";
import { forgetEverything } from "./kept/forget";
import { PictureView } from "./picture/view";
import { RecipeView } from "./recipe/view";

/** The whole page: the question, and below it the answer, the history and the recipe. */
export function Page() {
  return (
    <>
      <header class="head">
        <a class="brand" href="./" onClick={home}>
          <img src="./icon.svg" alt="" width="28" height="28" />
          Repin
        </a>
      </header>
      <main>
        <h1>Which image is right for this commit?</h1>
        <AddressForm />
        {question.value === null && <Intro />}
        <AnswerView />
        <PictureView />
        <RecipeView />
      </main>
      <Foot />
      <p class="spoken" role="status" aria-live="polite">
        {announcement}
      </p>
    </>
  );
}

/** To the page without a question, without loading it again. */
function home(event: MouseEvent): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  event.preventDefault();
  history.pushState(null, "", location.pathname);
  leave();
}

function Foot() {
  const state = useSignal("");
  const forget = async () => {
    try {
      await forgetEverything();
      state.value = "Nothing is kept any more.";
    } catch (error) {
      state.value = failureOf(error).message;
    }
    announce(state.value);
  };
  return (
    <footer class="foot">
      <p>
        What was seen is kept in this browser, to answer faster and offline.{" "}
        <button type="button" class="quiet" onClick={() => void forget()}>
          Forget everything kept here
        </button>{" "}
        <span class="help">{state}</span>
      </p>
    </footer>
  );
}
