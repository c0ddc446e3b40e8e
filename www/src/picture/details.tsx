import { commitPage } from "../ask/place";
import { Said } from "../text/said";
import { cut } from "repin/safe";
import { day, short } from "../text/words";
import type { Picture } from "./picture";
import { Shape } from "./lanes";
import { numberOf } from "./picture";
import { active, hovered } from "./pointed";
import { explain, markOf } from "./words";

/** A title this long says what it has to say. */
const MOST = 2000;
const LONG = 300;

/** The commit at which somebody points, in words. */
export function Details({ picture, asked }: { picture: Picture; asked: number | null }) {
  const at = hovered.value ?? active.value;
  const entry = picture.entries[at];
  if (entry === undefined) {
    return null;
  }
  return (
    <aside class="details" aria-label="Commit">
      <p class="which">
        <svg width="22" height="22" aria-hidden="true" focusable="false">
          <Shape kind={markOf(picture, at)} number={numberOf(picture, at)} x={11} y={11} radius={10} />
        </svg>
        <a href={commitPage(picture.place, entry.commit)} rel="noreferrer">
          <code>{short(entry.commit)}</code>
        </a>
        <time dateTime={entry.date}>{day(entry.date)}</time>
      </p>
      {/* A long title scrolls, which the keyboard has to reach. */}
      <p class="title" tabIndex={entry.title.length > LONG ? 0 : undefined}>
        <bdi>{cut(entry.title, MOST)}</bdi>
      </p>
      {explain(picture, at).map((phrase, line) => (
        <p key={line}>
          <Said phrase={phrase} />
        </p>
      ))}
      <p class="help">{at === asked ? "The answer above is for this commit." : "Enter or a click answers for this commit."}</p>
    </aside>
  );
}
