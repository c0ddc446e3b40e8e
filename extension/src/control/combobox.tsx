/** The list of images: typing narrows it, arrows move in it, and any image can be typed. */
import { useComputed, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

import { safe } from "repin/safe";
import { t } from "../text/messages";
import type { Option } from "./options";
import { trusted } from "./trusted";

interface Props {
  readonly id: string;
  readonly text: string;
  readonly options: readonly Option[];
  readonly more: number;
  readonly isLoading: boolean;
  /** Whether the text is an image by itself. */
  readonly isWhole: boolean;
  readonly onText: (text: string) => void;
  readonly onChoose: (option: Option) => void;
}

export function Combobox({ id, text, options, more, isLoading, isWhole, onText, onChoose }: Props) {
  const isOpen = useSignal(false);
  const at = useSignal(-1);
  const list = useRef<HTMLUListElement>(null);
  const active = useComputed(() => (isOpen.value && at.value >= 0 ? `${id}-${at.value}` : undefined));

  const choose = (option: Option | undefined): void => {
    if (option !== undefined) {
      onChoose(option);
    }
    isOpen.value = false;
    at.value = -1;
  };
  const move = (to: number): void => {
    isOpen.value = true;
    const last = options.length - 1;
    at.value = to < 0 ? last : to > last ? 0 : to;
    list.current?.querySelectorAll("[role=option]")[at.value]?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = trusted((event: KeyboardEvent) => {
    switch (event.key) {
      case "ArrowDown":
        move(isOpen.value ? at.value + 1 : 0);
        break;
      case "ArrowUp":
        move(isOpen.value ? at.value - 1 : options.length - 1);
        break;
      case "Enter":
        if (!isOpen.value) {
          return;
        }
        // Without a choice by arrows, a whole image stands as it is typed; else the first match is meant.
        choose(options[at.value] ?? (isWhole ? undefined : options[0]));
        break;
      case "Escape":
        if (!isOpen.value) {
          return;
        }
        isOpen.value = false;
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  });

  return (
    <div class="combobox">
      <label for={id}>{t.image}</label>
      <input
        id={id}
        role="combobox"
        type="text"
        aria-expanded={isOpen.value}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active.value}
        autocomplete="off"
        spellcheck={false}
        placeholder={t.typeToSearch}
        value={text}
        onInput={trusted((event: Event) => {
          isOpen.value = true;
          at.value = -1;
          onText((event.currentTarget as HTMLInputElement).value);
        })}
        onFocus={(event) => event.currentTarget.select()}
        onClick={trusted((event: MouseEvent) => {
          // What is there is mostly to be replaced; a second click puts the cursor into it.
          if (!isOpen.value) {
            (event.currentTarget as HTMLInputElement).select();
          }
          isOpen.value = true;
        })}
        onBlur={() => {
          isOpen.value = false;
        }}
        onKeyDown={onKeyDown}
      />
      <ul ref={list} id={`${id}-list`} role="listbox" aria-label={t.image} hidden={!isOpen.value}>
        {options.map((option, index) => (
          <Row
            key={`${option.group} ${option.image} ${option.words.join()}`}
            id={`${id}-${index}`}
            option={option}
            group={options[index - 1]?.group === option.group ? null : option.group}
            isActive={index === at.value}
            onChoose={() => choose(option)}
          />
        ))}
        {isLoading && <li class="hint">{t.loadingCommits}</li>}
        {more > 0 && <li class="hint">{t.more(more)}</li>}
        {options.length === 0 && !isLoading && <li class="hint">{t.noMatch}</li>}
      </ul>
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly option: Option;
  readonly group: string | null;
  readonly isActive: boolean;
  readonly onChoose: () => void;
}

function Row({ id, option, group, isActive, onChoose }: RowProps) {
  return (
    <>
      {group !== null && (
        <li class="group" role="presentation">
          {group}
        </li>
      )}
      <li
        id={id}
        role="option"
        aria-selected={isActive}
        // Before the field loses its focus, which would close the list.
        onMouseDown={trusted((event: MouseEvent) => {
          event.preventDefault();
        })}
        onClick={trusted(onChoose)}
      >
        <code>{safe(option.image)}</code>
        {option.words.length > 0 && <span class="words">{option.words.map((word) => safe(word)).join(" · ")}</span>}
        {option.right !== null && <span class={option.right ? "mark good" : "mark bad"}>{option.right ? t.right : t.stale}</span>}
      </li>
    </>
  );
}
