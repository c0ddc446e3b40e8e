import { useLayoutEffect, useRef } from "preact/hooks";

import { ask } from "../ask/ask";
import { type Answer, PATIENCE, START, answer, failure, progress, question } from "../ask/state";
import { picture } from "../picture/ask";
import { olderIn } from "../picture/live";
import { Notes } from "../text/notes";
import { Said } from "../text/said";
import { safe } from "repin/safe";
import { count, kilobytes } from "../text/words";
import { Breakable } from "./breakable";
import { CopyLine } from "./copy";
import { Facts } from "./facts";
import { FailureView } from "./failure";
import { linesOf } from "./lines";
import { NoImage } from "./none";
import { BADGES, type Lookup, evidence, headline, remarks } from "./sentences";
import { TagView } from "./tag";

/** The answer, or why there is none, or how far asking has come. */
export function AnswerView() {
  const asked = question.value;
  const section = useRef<HTMLElement>(null);
  const height = useRef(0);
  const isAsking = progress.value !== null;
  useLayoutEffect(() => {
    height.current = isAsking ? height.current : (section.current?.offsetHeight ?? 0);
  }, [isAsking, answer.value]);
  if (asked === null) {
    return null;
  }
  return (
    <section
      ref={section}
      class="answer"
      aria-labelledby="answer-heading"
      aria-busy={isAsking}
      // While the next answer is asked for, what is below stays where it is.
      style={{ minHeight: isAsking && height.current > 0 ? `${height.current}px` : "" }}
    >
      <h2 id="answer-heading">Answer</h2>
      {failure.value !== null && <FailureView failure={failure.value} asked={asked} answer={answer.value} />}
      {isAsking && <Asking />}
      {answer.value !== null && <Found answer={answer.value} />}
    </section>
  );
}

function Asking() {
  const { sent, bytes, waiting } = progress.value ?? START;
  return (
    <p class="asking" role="status">
      {sent === 0 ? "Asking…" : `Asking: ${count(sent, "request", "requests")} sent, ${kilobytes(bytes)} read`}
      {waiting && <>. {PATIENCE}</>}
    </p>
  );
}

function Found({ answer: found }: { answer: Answer }) {
  const { question: asked, resolution } = found;
  const { status, image, commit } = resolution;
  const lookup = lookupIn();
  const older = olderIn(picture.value, commit);
  const lines = image === null ? [] : linesOf(image);
  return (
    <div class={lines.length > 0 ? "result columned" : "result"}>
      <div class="verdict">
        <p class="claim">
          <span class={`badge ${status}`}>{BADGES[status]}</span>
          <Said phrase={headline(resolution)} />
        </p>
        {image !== null && (
          <p class="reference">
            <Breakable text={safe(image.reference ?? image.tag)} />
          </p>
        )}
        <div class="why">
          {image === null ? (
            <NoImage resolution={resolution} lookup={lookup} onUnlimited={() => void ask(asked, { unlimited: true })} />
          ) : (
            <p class="evidence">
              <Said phrase={evidence(resolution, older)} />
            </p>
          )}
          {remarks(resolution).map((phrase, at) => (
            <p key={at}>
              <Said phrase={phrase} />
            </p>
          ))}
          {image !== null && lines.length === 0 && (
            <p class="warning">This is not the name of an image: no command is made of it.</p>
          )}
        </div>
      </div>
      {lines.length > 0 && (
        <ul class="lines" aria-label="To copy">
          {lines.map((line) => (
            <CopyLine key={line.button} line={line} />
          ))}
        </ul>
      )}
      <div class="rest">
        <TagView answer={found} />
        <Facts answer={found} lookup={lookup} />
        <Notes notes={[...new Set([...resolution.inputs.notes, ...resolution.notes])]} one="note" many="notes" />
      </div>
    </div>
  );
}

/** Titles and dates are known of the commits in the picture. */
function lookupIn(): Lookup {
  const shownNow = picture.value;
  return (commit) => {
    const at = shownNow?.index.get(commit);
    return at === undefined ? null : (shownNow?.entries[at] ?? null);
  };
}
