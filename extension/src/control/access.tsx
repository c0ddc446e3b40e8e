/** What can be done where GitLab shows this person too little. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { ask, why } from "../protocol/ask";
import { t } from "../text/messages";
import type { Question } from "./question";
import { trusted } from "./trusted";

/** A connection of Renku's to the GitLab, which the person can let Repin use. */
export interface Connection {
  readonly provider: string;
  readonly use: () => Promise<void>;
}

interface Props {
  readonly question: Question;
  readonly connection: (repository: string) => Promise<Connection | null>;
}

/** Reasons that a sign-in can mend. */
const CLOSED = new Set(["no-access", "not-found", "unauthorized", "forbidden", "rate-limited"]);
/** Reasons that can be a server without CORS. */
const UNREACHED = new Set(["unreachable"]);

export function MoreAccess({ question, connection }: Props) {
  const offered = useSignal<Connection | null>(null);
  const problem = useSignal("");
  const judgement = question.judgement.value;
  const repository = question.repository.value;
  const code = judgement?.lack?.why.code ?? "";
  const isClosed = CLOSED.has(code);
  // What the page's own proxy does not show to this person, no token of ours changes.
  const isThroughPage = question.subject.through === "page";
  useEffect(() => {
    if (isClosed && repository !== null) {
      void connection(repository).then((found) => {
        offered.value = found;
      });
    }
  }, [isClosed, repository]);
  if (repository === null || (!isClosed && !UNREACHED.has(code))) {
    return null;
  }
  const permit = (wanted: "gitlab" | "sign-in") =>
    trusted(() => ask({ type: "permit", host: repository, why: wanted }).catch(() => null));
  const found = offered.value;
  const use = async (given: Connection): Promise<void> => {
    problem.value = "";
    try {
      await given.use();
      await question.again();
    } catch (error) {
      problem.value = t.because(why(error));
    }
  };
  return (
    <div class="buttons">
      {found !== null && (
        <button type="button" onClick={trusted(() => use(found))}>
          {t.connect(found.provider)}
        </button>
      )}
      {!isThroughPage && (
        <button type="button" onClick={permit(isClosed ? "sign-in" : "gitlab")}>
          {isClosed ? t.signIn : t.permit}
        </button>
      )}
      {found !== null && <span class="hint">{t.connectWhy(found.provider)}</span>}
      <span class="bad" role="alert">
        {problem.value}
      </span>
    </div>
  );
}
