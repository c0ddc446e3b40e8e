/** Hosts, each with what removes it. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

import { type Said, SaidLine, failed, good } from "../../pages/said";
import { words } from "../../text/pages";

export interface Entry {
  readonly host: string;
  readonly note: string;
}

interface Props {
  readonly entries: readonly Entry[];
  /** What is said if there are none. */
  readonly none: string;
  readonly onRemove: (host: string) => Promise<void>;
}

export function List({ entries, none, onRemove }: Props) {
  const said = useSignal<Said | null>(null);
  const here = useRef<HTMLDivElement>(null);
  const remove = async (host: string): Promise<void> => {
    try {
      await onRemove(host);
      said.value = good(words.options.removed(host));
      // The button that had the focus is gone.
      here.current?.focus();
    } catch (error) {
      said.value = failed(error);
    }
  };
  return (
    <div ref={here} tabIndex={-1}>
      {entries.length === 0 ? (
        <p>{none}</p>
      ) : (
        <ul>
          {entries.map(({ host, note }) => (
            <li key={host} class="line">
              <span class="what">
                {host} {note !== "" && <span class="hint">({note})</span>}
              </span>
              <button type="button" aria-label={words.removeOf(host)} onClick={() => void remove(host)}>
                {words.remove}
              </button>
            </li>
          ))}
        </ul>
      )}
      <SaidLine said={said.value} />
    </div>
  );
}
