import { go } from "../ask/navigate";
import { SENTENCES } from "../ask/failure";
import { PATIENCE, answer, question } from "../ask/state";
import { Notes } from "../text/notes";
import { safe } from "repin/safe";
import { count, sentence } from "../text/words";
import { spent } from "../answer/sentences";
import { MOST, drawMore, drawing, isWhole, picture, stopDrawing, undrawn } from "./ask";
import { Details } from "./details";
import { Legend } from "./legend";
import { List } from "./list";
import type { Picture } from "./picture";
import { saveSvg } from "./save";
import { summary } from "./words";

/** The history of the project, and in it the commit asked about and its image. */
export function PictureView() {
  const shown = picture.value;
  if (question.value === null || (shown === null && drawing.value === null && undrawn.value === null)) {
    return null;
  }
  return (
    <section class="history" aria-labelledby="history-heading" aria-busy={drawing.value !== null}>
      <h2 id="history-heading">History</h2>
      {shown === null ? <Waiting /> : <Drawn picture={shown} />}
    </section>
  );
}

/** What is there before the history: as large, so that nothing moves when it comes. */
function Waiting() {
  return (
    <>
      <div class="summary">
        <State />
      </div>
      <Legend verified hasUnseen={false} />
      <div class="picture">
        <div class="frame" />
      </div>
    </>
  );
}

/** How far asking has come, or what it ended with. */
function State() {
  if (drawing.value !== null) {
    const { sent, waiting } = drawing.value;
    return (
      <p class="asking" role="status">
        <button type="button" class="quiet" onClick={stopDrawing}>
          Stop drawing
        </button>{" "}
        {sent === 0 ? "Asking for the history…" : `Asking for the history: ${count(sent, "request", "requests")} sent`}
        {waiting && <>. {PATIENCE}</>}
      </p>
    );
  }
  const why = undrawn.value;
  if (why === null) {
    return null;
  }
  return (
    <p class="warning">
      The history could not be asked for. {SENTENCES[why.code]} <bdi>{sentence(safe(why.message))}</bdi>
    </p>
  );
}

function Drawn({ picture: shown }: { picture: Picture }) {
  const { asked, image } = rowsOf(shown);
  const select = (at: number) => {
    const entry = shown.entries[at];
    if (entry !== undefined) {
      go({ project: shown.place.url, commit: entry.commit });
    }
  };
  const cost = spent(shown.cost);
  return (
    <>
      <p class="summary">
        {summary(shown)}
        {shown.asOf !== null && <>, as of {shown.asOf.toLocaleString()}</>}
        {cost !== null && shown.asOf === null && <span class="help"> · {cost}</span>}
      </p>
      <Legend verified={shown.verified} hasUnseen={shown.unseen.size > 0} />
      <div class="picture">
        <List picture={shown} asked={asked} image={image} onSelect={select} />
        <Details picture={shown} asked={asked} />
      </div>
      <div class="tools">
        {shown.live !== null && (
          <button type="button" onClick={() => saveSvg(shown)}>
            Save as SVG
          </button>
        )}
        {shown.live !== null && canGrow(shown) && drawing.value === null && (
          <button type="button" onClick={() => void drawMore()}>
            Show more
          </button>
        )}
        <State />
      </div>
      <Notes notes={shown.notes} one="note on the history" many="notes on the history" />
    </>
  );
}

/** The rows of the commit asked about, already while it is asked, and of its image. */
function rowsOf(shown: Picture): { asked: number | null; image: number | null } {
  const row = (commit: string | null | undefined) => (commit == null ? null : (shown.index.get(commit) ?? null));
  if (answer.value === null) {
    return { asked: question.value?.project === shown.place.url ? row(question.value.commit) : null, image: null };
  }
  if (answer.value.place.url !== shown.place.url) {
    return { asked: null, image: null };
  }
  const { commit, image } = answer.value.resolution;
  return { asked: row(commit), image: row(image?.commit) };
}

/** Whether there is more to see: older commits, or some that were not looked at. */
function canGrow(shown: Picture): boolean {
  return (!isWhole(shown) && shown.limit < MOST) || shown.unseen.size > 0;
}
