/** Launchers that were changed, and what undoes it. */
import { safe } from "repin/safe";

import { pageOf } from "../../pages/origin";
import { Section } from "../../pages/page";
import { SaidLine } from "../../pages/said";
import { open } from "../../pages/tabs";
import type { Change } from "../../protocol/messages";
import { words } from "../../text/pages";
import { changes, isHere, undo, undone } from "./model";

const { popup } = words;

export function Changes() {
  const all = changes.value;
  const last = undone.value;
  return all.length === 0 && last === null ? null : (
    <Section id="changes" title={popup.changes}>
      <ul>
        {all.map((change) => (
          <li key={change.launcher} aria-label={safe(change.name)}>
            <h3>{safe(change.name)}</h3>
            <p>
              <code>{popup.change(change.before, change.after)}</code>
            </p>
            <p class="hint">
              {new URL(change.host).host}, {words.day(change.at)}
            </p>
            <Ways change={change} />
          </li>
        ))}
      </ul>
      <SaidLine said={last?.said ?? null} />
    </Section>
  );
}

function Ways({ change }: { readonly change: Change }) {
  const page = pageOf(change.host, change.page);
  const canUndo = isHere(change);
  const hasFailed = undone.value?.launcher === change.launcher;
  return (
    <div class="line">
      {canUndo && (
        <button type="button" aria-label={popup.undoOf(change.name)} onClick={() => void undo(change)}>
          {popup.undo}
        </button>
      )}
      {(!canUndo || hasFailed) && page !== null && (
        <button type="button" onClick={() => void open(page).then(close)}>
          {words.openProject}
        </button>
      )}
      {!canUndo && <span class="hint">{popup.undoThere}</span>}
    </div>
  );
}
