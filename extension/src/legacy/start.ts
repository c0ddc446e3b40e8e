/** The start of a session of one project: which image it would get, and which one instead. */
import { signal } from "@preact/signals";

import { Question, type Subject } from "../control/question";
import { why } from "../protocol/ask";
import type { Said } from "../control/said";
import { t } from "../text/messages";
import type { Selection } from "./anchors";
import { legacy } from "./api";
import { type Project, type Server, isThere, projectOf } from "./model";
import type { NextImage } from "./next";
import { isSameProject, setOverride } from "./override";
import { forgetProxied } from "./proxy";

export class StartModel {
  readonly said = signal<Said | null>(null);
  readonly isBusy = signal(false);
  /** Sessions of the project that are there now: the backend starts no second one. */
  readonly sessions = signal<readonly Server[]>([]);

  constructor(
    readonly project: Project,
    readonly question: Question,
    readonly next: NextImage,
  ) {}

  async lookForSessions(): Promise<void> {
    this.sessions.value = await this.#sessions().catch(() => []);
  }

  /** Lets the page's next launch be in the image. */
  async useOnce(image: string, anyway = false): Promise<void> {
    if (this.isBusy.value) {
      return;
    }
    this.isBusy.value = true;
    this.said.value = null;
    try {
      this.said.value = (await this.#objection(image, anyway)) ?? this.#set(image);
    } catch (error) {
      this.said.value = { tone: "bad", text: why(error).message };
    } finally {
      this.next.update();
      this.isBusy.value = false;
    }
  }

  removeOverride(): void {
    this.next.remove();
    this.said.value = { tone: "good", text: t.legacy.taken };
  }

  /** What speaks against it. A missing image would be swapped for another one without a word: that is never done. */
  async #objection(image: string, anyway: boolean): Promise<Said | null> {
    this.sessions.value = await this.#sessions();
    if (this.sessions.value.length > 0 && !anyway) {
      return { tone: "warn", text: t.legacy.exists, anyway: this.#anyway(image) };
    }
    const access = await legacy.check(image);
    if (access.access === "no" || access.access === "integration") {
      return { tone: "bad", text: t.legacy.missing(image) };
    }
    return access.access === "unknown" && !anyway
      ? { tone: "warn", text: t.access.unknown(access.message), anyway: this.#anyway(image) }
      : null;
  }

  #anyway(image: string): NonNullable<Said["anyway"]> {
    return { label: t.legacy.anyway, act: () => this.useOnce(image, true) };
  }

  #set(image: string): Said {
    if (setOverride({ project: this.project.path_with_namespace, image })) {
      return { tone: "good", text: t.legacy.start };
    }
    setOverride(null);
    return { tone: "bad", text: t.legacy.notReady, reload: true };
  }

  async #sessions(): Promise<Server[]> {
    const all = await legacy.servers();
    return all.filter((one) => isSameProject(projectOf(one), this.project.path_with_namespace) && isThere(one));
  }
}

/** What the control at a choice of branch and commit is about. */
export async function questionOf(project: Project, { shortId }: Selection): Promise<Question> {
  const commit = await legacy.commit(project, shortId);
  const image = (await legacy.pin(project, commit)) ?? (await legacy.built(project, commit));
  const subject: Subject = {
    project: project.path_with_namespace,
    image,
    repositories: [project.web_url],
    revision: commit,
    build: null,
    through: "page",
    check: legacy.check,
    forget: forgetProxied,
  };
  return new Question(subject);
}
