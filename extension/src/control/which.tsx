/** Which state of the code is meant, and where it is. */
import { useSignal } from "@preact/signals";

import { safe } from "repin/safe";
import { t } from "../text/messages";
import type { Question } from "./question";
import { trusted } from "./trusted";

export function Which({ question, id }: { readonly question: Question; readonly id: string }) {
  const text = useSignal(question.revision.value ?? "");
  const judgement = question.judgement.value;
  const choose = (): void => void question.choose(text.value);
  return (
    <div class="which">
      <label>
        {t.which}
        <input
          list={`${id}-refs`}
          value={text.value}
          placeholder={judgement?.name ?? ""}
          autocomplete="off"
          spellcheck={false}
          onFocus={trusted(() => question.loadRefs(""))}
          onInput={trusted((event: Event) => {
            text.value = (event.currentTarget as HTMLInputElement).value;
            void question.loadRefs(text.value.replace(/^!/u, ""));
          })}
          onChange={trusted(choose)}
          onKeyDown={trusted((event: KeyboardEvent) => {
            if (event.key === "Enter") {
              choose();
            }
          })}
        />
      </label>
      <datalist id={`${id}-refs`}>
        {question.refs.value.map(({ revision, title }) => (
          <option key={revision} value={revision} label={safe(title)} />
        ))}
      </datalist>
      {question.repositories.length > 1 && (
        <label>
          {t.repository}
          <select
            value={question.repository.value ?? ""}
            onChange={trusted((event: Event) => {
              void question.chooseRepository((event.currentTarget as HTMLSelectElement).value);
            })}
          >
            {question.repository.value === null && <option value="">{t.chooseRepository}</option>}
            {question.repositories.map((repository) => (
              <option key={repository} value={repository}>
                {safe(repository)}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}
