import type { Question } from "../address/link";
import { ask } from "../ask/ask";
import { type Failure, SENTENCES } from "../ask/failure";
import type { Answer } from "../ask/state";
import { safe } from "repin/safe";
import { sentence } from "../text/words";

interface Properties {
  readonly failure: Failure;
  readonly asked: Question;
  /** What was answered before, where that is shown. */
  readonly answer: Answer | null;
}

/** Why there is no answer, in a sentence; what was said about it; what to do. */
export function FailureView({ failure, asked, answer }: Properties) {
  const { code, message, hint, retryAt } = failure;
  if (answer?.asOf != null) {
    return <Before code={code} asOf={answer.asOf} />;
  }
  return (
    <div class="failure" role="alert">
      <p class="claim">
        <span class="badge failed">No answer</span>
        {SENTENCES[code]}
      </p>
      {code !== "cancelled" && (
        <p class="help">
          <bdi>{sentence(safe(message))}</bdi>
        </p>
      )}
      {retryAt !== null && <p>It answers again {moment(retryAt)}.</p>}
      <p class="next">
        <strong>Next:</strong> <bdi>{sentence(safe(hint))}</bdi>
      </p>
      <p class="again">
        <button type="button" onClick={() => void ask(asked, { fresh: true })}>
          Ask again
        </button>
        {code === "request-limit" && (
          <button type="button" onClick={() => void ask(asked, { unlimited: true })}>
            Ask without a limit
          </button>
        )}
      </p>
    </div>
  );
}

/** The answer below is an old one. */
function Before({ code, asOf }: { code: Failure["code"]; asOf: Date }) {
  return (
    <p class="banner" role="status">
      <strong>{code === "unreachable" ? "Offline" : SENTENCES[code].replace(/\.$/u, "")}:</strong> as of{" "}
      <time dateTime={asOf.toISOString()}>{asOf.toLocaleString()}</time>
    </p>
  );
}

/** `at 14:05:30`; with the day, where it is not today. */
function moment(date: Date): string {
  const isToday = date.toDateString() === new Date().toDateString();
  return `${isToday ? "" : `on ${date.toLocaleDateString()} `}at ${date.toLocaleTimeString()}`;
}
