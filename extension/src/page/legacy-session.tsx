/** The page of a legacy Renku's session: whether it runs in the image that was asked for. */
import { trusted } from "../control/trusted";
import { legacy } from "../legacy/api";
import { forgetLaunched, isSameProject, readLaunched } from "../legacy/override";
import { type Verdict, verdictOf } from "../legacy/verdict";
import type { PageReport } from "../protocol/messages";
import { t } from "../text/messages";
import { Host } from "./host";
import type { Route } from "./route";

type OfSession = Extract<Route, { page: "legacy-session" }>;

export class LegacySessionPage {
  readonly #route: OfSession;
  #host: Host | null = null;
  #verdict: Verdict | null = null;
  #isAsked = false;
  #isLeft = false;

  constructor(route: OfSession) {
    this.#route = route;
  }

  /** Compares, if the session was started in another image from this tab; else asks nobody anything. */
  async update(): Promise<void> {
    if (this.#host?.isAttached === false && !this.#isLeft) {
      document.body.append(this.#host.element);
    }
    if (this.#isAsked) {
      return;
    }
    this.#isAsked = true;
    const launched = readLaunched();
    const { project, session } = this.#route;
    if (launched === null || launched.session !== session || !isSameProject(launched.project, project)) {
      return;
    }
    const servers = await legacy.servers().catch(() => []);
    this.#verdict = verdictOf(launched, servers.find(({ name }) => name === session));
    if (!this.#isLeft) {
      this.#host = new Host("session", project, <Bar verdict={this.#verdict} onClose={() => this.#close()} />);
      this.#host.attach((element) => document.body.append(element), document.body);
    }
  }

  /** A reload says it again; whoever leaves the page has read it. */
  leave(): void {
    this.#isLeft = true;
    this.#close();
  }

  #close(): void {
    this.#host?.remove();
    this.#host = null;
    if (readLaunched()?.session === this.#route.session) {
      forgetLaunched();
    }
  }

  report(): PageReport {
    const isShown = this.#host?.isAttached === true ? 1 : 0;
    const problems = this.#verdict === null || this.#verdict.tone === "good" ? [] : [this.#verdict.text];
    return { project: this.#route.project, seen: isShown, attached: isShown, answers: [], problems };
  }
}

function Bar({ verdict: { tone, text }, onClose }: { readonly verdict: Verdict; readonly onClose: () => void }) {
  return (
    <div class="control">
      <div class="line">
        <span class={`badge ${tone}`} role="status" aria-label={t.status}>
          {text}
        </span>
        <button type="button" onClick={trusted(onClose)}>
          {t.close}
        </button>
      </div>
    </div>
  );
}
