/** What is known of the image that is chosen: whether Renku can have it, for which platforms, how old it is. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { Right } from "../protocol/messages";
import { t } from "../text/messages";
import type { Option } from "./options";
import type { Access, Question } from "./question";

interface Props {
  readonly image: string;
  readonly option: Option | null;
  readonly question: Question;
}

export function Chosen({ image, option, question }: Props) {
  const access = useSignal<Access | null>(null);
  const details = useSignal<Right | null>(null);

  useEffect(() => {
    let isCurrent = true;
    access.value = null;
    details.value = known(image, question);
    void question.subject.check(image).then((said) => {
      if (isCurrent) {
        access.value = said;
      }
    });
    if (details.value === null && option?.commit != null && question.subject.build === null) {
      void question.details(option.commit).then(
        (said) => {
          if (isCurrent && said?.reference === image) {
            details.value = said;
          }
        },
        // It is a detail: without it, the image is what it was.
        () => null,
      );
    }
    return () => {
      isCurrent = false;
    };
  }, [image]);

  const digest = details.value?.digest;
  const created = details.value?.created;
  return (
    <ul class="facts" aria-live="polite">
      <li>{accessText(access.value)}</li>
      {access.value?.access === "yes" && access.value.platforms.length > 0 && <li>{t.platforms(access.value.platforms.join(", "))}</li>}
      {created != null && <li>{t.age(created)}</li>}
      {digest != null && <li>{t.digest(digest)}</li>}
    </ul>
  );
}

function known(image: string, question: Question): Right | null {
  const judgement = question.judgement.value;
  const all = [judgement?.right, judgement?.moved?.same];
  return all.find((one) => one?.reference === image) ?? null;
}

function accessText(access: Access | null): string {
  if (access === null) {
    return t.access.looking;
  }
  return access.access === "unknown" ? t.access.unknown(access.message) : t.access[access.access];
}
