import { safe } from "repin/safe";
import { count } from "./words";

/** What a person should know beside an answer, behind their number: a `one`, or several of it. */
export function Notes({ notes, one, many }: { notes: readonly string[]; one: string; many: string }) {
  if (notes.length === 0) {
    return null;
  }
  return (
    <details class="notes">
      <summary>{count(notes.length, one, many)}</summary>
      <ul>
        {notes.map((note) => (
          <li key={note}>
            <bdi>{safe(note)}</bdi>
          </li>
        ))}
      </ul>
    </details>
  );
}
