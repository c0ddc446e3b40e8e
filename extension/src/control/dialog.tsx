import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { wrong } from "../reference";
import { lack, t } from "../text/messages";
import { safe } from "repin/safe";
import { MoreAccess } from "./access";
import type { Acts } from "./acts";
import { Chosen } from "./chosen";
import { Combobox } from "./combobox";
import { looksWhole, options } from "./options";
import type { Question } from "./question";
import { TagOffer } from "./tag";
import { trusted } from "./trusted";
import { Which } from "./which";

interface Props {
  readonly id: string;
  readonly name: string;
  readonly question: Question;
  readonly acts: Acts;
  readonly onClose: () => void;
}

/** Which image, for which state of the code, and what to do with it. */
export function Dialog({ id, name, question, acts, onClose }: Props) {
  const frame = useRef<HTMLElement>(null);
  /** What somebody typed or chose; `null`: nothing yet, so that the recommended one is offered. */
  const text = useSignal<string | null>(null);
  /** What narrows the list: not what was chosen from it. */
  const typed = useSignal("");
  const judgement = question.judgement.value;
  const { commits, refs } = question;
  const shown = useComputed(() => {
    const branches = new Map(refs.value.flatMap(({ revision, commit }) => (commit === null ? [] : [[commit, revision]])));
    const known = { judgement: question.judgement.value, own: question.subject.image, commits: commits.value, branches, builds: question.subject.build?.builds ?? [] };
    return options(known, typed.value);
  });
  const offered = judgement?.right?.reference ?? judgement?.moved?.same?.reference ?? question.subject.image ?? "";
  const image = text.value ?? offered;
  const problem = image === "" && judgement === null ? null : wrong(image);
  const option = shown.value.shown.find((one) => one.image === image) ?? null;

  useEffect(() => {
    frame.current?.querySelector<HTMLElement>("input[role=combobox]")?.focus();
  }, []);

  const missing = judgement === null ? null : lack(judgement);
  const failure = commits.value !== null && commits.value !== "asked" && "code" in commits.value ? commits.value : null;
  return (
    <section
      ref={frame}
      id={id}
      class="dialog"
      role="dialog"
      aria-label={`${t.override}: ${safe(name)}`}
      onKeyDown={trusted((event: KeyboardEvent) => {
        // What is typed here is not for Renku's page; Escape closes this, and not the panel that it is in.
        event.stopPropagation();
        if (event.key === "Escape") {
          onClose();
        }
      })}
    >
      <Which question={question} id={id} />
      {missing !== null && <p class="lack">{missing}</p>}
      <MoreAccess question={question} connection={acts.connection} />
      <Combobox
        id={`${id}-image`}
        text={image}
        options={shown.value.shown}
        more={shown.value.more}
        isWhole={problem === null && looksWhole(image)}
        isLoading={commits.value === "asked" || judgement === null}
        onText={(next) => {
          text.value = next;
          typed.value = next;
        }}
        onChoose={(chosen) => {
          text.value = chosen.image;
          typed.value = "";
        }}
      />
      {failure !== null && <p class="hint">{t.because(failure)}</p>}
      {problem === null && image !== "" ? (
        <Chosen image={image} option={option} question={question} />
      ) : (
        problem !== null && <p class="bad">{t.wrong[problem]}</p>
      )}
      <acts.Buttons
        choice={{
          image: problem === null && image !== "" ? image : null,
          isRight: judgement?.right?.reference === image,
          name: judgement?.name ?? "",
        }}
      />
      <TagOffer question={question} />
      {judgement !== null && judgement.notes.length > 0 && (
        <details>
          <summary>{t.notes}</summary>
          <ul>
            {judgement.notes.map((note) => (
              <li key={note}>{safe(note)}</li>
            ))}
          </ul>
        </details>
      )}
      <div class="buttons close">
        <button type="button" aria-busy={judgement === null} onClick={trusted(() => question.again())}>
          {t.again}
        </button>
        <button type="button" onClick={trusted(onClose)}>
          {t.close}
        </button>
      </div>
    </section>
  );
}
