/** What can be done where GitLab shows this person too little. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { ask } from "../protocol/ask";
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
  const permit = (why: "gitlab" | "sign-in") => trusted(() => ask({ type: "permit", host: repository, why }).catch(() => null));
  const found = offered.value;
  return (
    <div class="buttons">
      {found !== null && (
        <button type="button" title={t.connectWhy(found.provider)} onClick={trusted(() => found.use().then(() => question.look()))}>
          {t.connect(found.provider)}
        </button>
      )}
      {!isThroughPage && (
        <button type="button" onClick={permit(isClosed ? "sign-in" : "gitlab")}>
          {isClosed ? t.signIn : t.permit}
        </button>
      )}
    </div>
  );
}
