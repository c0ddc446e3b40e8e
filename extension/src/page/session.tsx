/** The page of a session: whether it runs in the image that was asked for. */
import { useSignal } from "@preact/signals";

import { type Said, SaidLine } from "../control/said";
import { trusted } from "../control/trusted";
import { pause } from "../pause";
import { ask, why } from "../protocol/ask";
import type { Once, PageReport } from "../protocol/messages";
import { isSameImage } from "../reference";
import { renku } from "../renku/api";
import type { Session } from "../renku/model";
import { t } from "../text/messages";
import { Host } from "./host";
import { type Route, projectPath } from "./route";

type OfSession = Extract<Route, { page: "session" }>;

type Verdict = "as-asked" | "other" | "not-known";

/** When to ask again, in milliseconds. */
const PAUSES = [1000, 5000, 20_000];

export class SessionPage {
  readonly #route: OfSession;
  #host: Host | null = null;
  #isAsked = false;
  #isLeft = false;
  #said = "";

  constructor(route: OfSession) {
    this.#route = route;
  }

  /** Compares, if a session was started in another image from this browser; else asks nobody anything. */
  async update(): Promise<void> {
    if (this.#isAsked) {
      if (this.#host !== null && !this.#host.isAttached && !this.#isLeft) {
        document.body.append(this.#host.element);
      }
      return;
    }
    this.#isAsked = true;
    const page = projectPath(this.#route);
    const onces = (await ask({ type: "onces" }).catch(() => [])).filter((one) => one.page === page && one.launcher !== null);
    if (onces.length === 0) {
      return;
    }
    const session = await this.#session(this.#route.session);
    const once = onces.find(({ launcher }) => launcher === session?.launcher_id);
    if (once !== undefined && !this.#isLeft) {
      this.#show(once, session?.image ?? null);
    }
  }

  /** The session; asked for again a few times, since it is compared once. */
  async #session(name: string): Promise<Session | null> {
    for (const milliseconds of PAUSES) {
      const session = await renku.session(name).catch(() => null);
      if (session !== null || this.#isLeft) {
        return session;
      }
      await pause(milliseconds);
    }
    return null;
  }

  #show(once: Once, image: string | null): void {
    const verdict: Verdict = image === null ? "not-known" : isSameImage(image, once.image) ? "as-asked" : "other";
    this.#said = { "as-asked": t.asAsked(once.image), other: t.notAsAsked(image ?? "", once.image), "not-known": t.imageNotKnown }[
      verdict
    ];
    this.#host = new Host("session", once.launcher ?? "", <Bar once={once} verdict={verdict} text={this.#said} onClose={() => this.leave()} />);
    this.#host.attach((element) => document.body.append(element), document.body);
  }

  leave(): void {
    this.#isLeft = true;
    this.#host?.remove();
  }

  report(): PageReport {
    const { namespace, slug } = this.#route;
    const isShown = this.#host === null ? 0 : 1;
    return { project: `${namespace}/${slug}`, seen: isShown, attached: isShown, answers: [], problems: this.#said === "" ? [] : [this.#said] };
  }
}

interface BarProps {
  readonly once: Once;
  readonly verdict: Verdict;
  readonly text: string;
  readonly onClose: () => void;
}

function Bar({ once, verdict, text, onClose }: BarProps) {
  return (
    <div class="control">
      <div class="line">
        <span class={`badge ${verdict === "as-asked" ? "good" : "bad"}`} role="status" aria-label={t.status}>
          {text}
        </span>
        <RemoveCopy once={once} />
        <button type="button" onClick={trusted(onClose)}>
          {t.close}
        </button>
      </div>
    </div>
  );
}

function RemoveCopy({ once }: { readonly once: Once }) {
  const said = useSignal<Said | null>(null);
  const remove = async (anyway: boolean): Promise<void> => {
    try {
      if (!anyway && (await renku.sessions()).some(({ launcher_id: launcher }) => launcher === once.launcher)) {
        said.value = { tone: "warn", text: t.sessionLeft, anyway: { label: t.removeAnyway, act: () => remove(true) } };
        return;
      }
      await renku.removeLauncher(once.launcher ?? "");
      await ask({ type: "once-over", original: once.original, image: once.image });
      said.value = { tone: "good", text: t.removed };
    } catch (error) {
      said.value = { tone: "bad", text: why(error).message };
    }
  };
  return (
    <>
      <button type="button" onClick={trusted(() => remove(false))}>
        {t.removeOverride}
      </button>
      <SaidLine said={said.value} />
    </>
  );
}
