/** The control at one place of the page: the badge, and what opens below it. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../text/messages";
import { Badge } from "./badge";
import { Dialog } from "./dialog";
import type { Acts } from "./acts";
import type { Question } from "./question";
import { trusted } from "./trusted";

interface Props {
  readonly id: string;
  readonly name: string;
  readonly question: Question;
  readonly acts: Acts;
}

export function Control({ id, name, question, acts }: Props) {
  const isOpen = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const judgement = question.judgement.value;
  useEffect(() => {
    if (isOpen.value) {
      acts.onOpen();
      question.freshen();
    }
  }, [isOpen.value]);
  const isJudged = judgement !== null;
  useEffect(() => {
    // Of another branch or repository, the commits are others.
    if (isOpen.value && isJudged) {
      void question.loadCommits();
      void question.loadRefs("");
    }
  }, [isOpen.value, isJudged]);
  const close = (): void => {
    isOpen.value = false;
    button.current?.focus();
  };
  return (
    <div class="control">
      <div class="line">
        <Badge judgement={judgement} isBuild={question.subject.build !== null} />
        <button
          ref={button}
          type="button"
          aria-expanded={isOpen.value}
          aria-controls={`${id}-dialog`}
          onClick={trusted(() => {
            isOpen.value = !isOpen.value;
          })}
        >
          {t.override}
        </button>
        {!isOpen.value && <acts.Line />}
      </div>
      {isOpen.value && <Dialog id={`${id}-dialog`} name={name} question={question} acts={acts} onClose={close} />}
    </div>
  );
}
