/** A launcher of Renku 2, and what can be done about its image. */
import { type ReadonlySignal, computed, signal } from "@preact/signals";

import type { Access, Subject } from "../control/question";
import { Question } from "../control/question";
import { type Ways, copyOf, originalOf, reusable, waysFor } from "./copy";
import { ask, why } from "../protocol/ask";
import type { Change } from "../protocol/messages";
import { t } from "../text/messages";
import { RenkuError, renku } from "./api";
import { type Launcher, type Project, type Session, imageOf, isJob, kind } from "./model";

/** What is said below the buttons. */
export interface Said {
  readonly tone: "good" | "warn" | "bad";
  readonly text: string;
  /** Whether to do it nevertheless. */
  readonly anyway?: "use-once" | "change" | "remove";
  readonly reload?: true;
}

/** What a project's launchers share. */
export interface Shared {
  readonly project: Project;
  readonly write: boolean;
  /** Every launcher of the project, as it was last seen. */
  readonly all: ReadonlySignal<readonly Launcher[]>;
  readonly changes: ReadonlySignal<readonly Change[]>;
  /** Reads launchers and changes again. */
  readonly refresh: () => Promise<void>;
}

export class LauncherModel {
  readonly question: Question;
  /** The first look at its image, which ends with a judgement. */
  looked: Promise<void> = Promise.resolve();
  readonly said = signal<Said | null>(null);
  readonly isBusy = signal(false);
  /** The settings that are asked for before a copy can be made. */
  readonly asksWays = signal(false);
  readonly sessions = signal<readonly Session[]>([]);
  /** Made by Repin to start this launcher once. */
  readonly copies: ReadonlySignal<readonly Launcher[]>;
  readonly change: ReadonlySignal<Change | null>;

  constructor(
    readonly launcher: Launcher,
    readonly shared: Shared,
    subject: Subject,
  ) {
    this.question = new Question(subject);
    this.copies = computed(() => shared.all.value.filter((one) => originalOf(one) === launcher.id));
    this.change = computed(() => shared.changes.value.find((one) => one.launcher === launcher.id) ?? null);
  }

  get image(): string | null {
    return imageOf(this.launcher);
  }

  get page(): string {
    const { namespace, slug } = this.shared.project;
    return `/p/${encodeURIComponent(namespace)}/${encodeURIComponent(slug)}`;
  }

  /** The launcher that this one is a copy of, for one session; `null`: it is none of ours. */
  get original(): string | null {
    return originalOf(this.launcher);
  }

  get canChange(): boolean {
    return this.shared.write && kind(this.launcher) === "image";
  }

  get isJob(): boolean {
    return isJob(this.launcher);
  }

  /** Sessions of this launcher that are there now: running or paused. */
  async lookForSessions(): Promise<void> {
    this.sessions.value = await this.#sessionsNow().catch(() => []);
  }

  async #sessionsNow(): Promise<Session[]> {
    return (await renku.sessions()).filter((one) => one.launcher_id === this.launcher.id);
  }

  #startOf({ id }: Launcher): string {
    return `${this.page}/sessions/${encodeURIComponent(id)}/start`;
  }

  /** Starts a session in the image, from a copy of the launcher. */
  useOnce(image: string, how: { readonly ways?: Ways; readonly anyway?: boolean } = {}): Promise<void> {
    return this.#work(async () => {
      if (how.anyway !== true && !(await this.#isAccessible(image, "use-once"))) {
        return;
      }
      const all = await renku.launchersNow(this.shared.project.id);
      // It may have been changed since the page was drawn: the copy is of what it is now.
      const original = all.find(({ id }) => id === this.launcher.id) ?? this.launcher;
      if (image === imageOf(original) && (await this.#sessionsNow()).length === 0) {
        // The launcher itself starts it.
        location.assign(this.#startOf(original));
        return;
      }
      const ways = how.ways ?? waysFor(original, image, all);
      if (ways === null) {
        this.asksWays.value = true;
        return;
      }
      const made = reusable(original, image, ways, all) ?? (await this.#make(original, image, ways));
      if (made !== null) {
        await this.#record(image, made.id);
        this.said.value = { tone: "good", text: t.startCopy(made.name) };
        location.assign(this.#startOf(made));
      }
    });
  }

  /** Makes the copy; what became of it is known also if Renku does not answer. */
  async #make(original: Launcher, image: string, ways: Ways): Promise<Launcher | null> {
    await this.#record(image, null);
    const nonce = crypto.randomUUID().slice(0, 8);
    let created: Launcher | null = null;
    try {
      created = await renku.createLauncher(copyOf(original, image, ways, nonce));
    } catch (error) {
      if (!(error instanceof RenkuError && error.status === null)) {
        return this.#notMade(image, why(error).message);
      }
      this.said.value = { tone: "warn", text: t.unsure };
    }
    try {
      // Whatever was answered, the list says what there is.
      const made = await this.#madeWith(nonce);
      const used = created ?? made[0];
      for (const one of made.filter(({ id }) => id !== used?.id)) {
        await renku.removeLauncher(one.id);
      }
      return used ?? (await this.#notMade(image, "Renku did not answer"));
    } catch (error) {
      if (created !== null) {
        return created;
      }
      throw error;
    }
  }

  /** The copies of one deed: one, unless the browser or somebody between sent the request twice. */
  async #madeWith(nonce: string): Promise<Launcher[]> {
    const all = await renku.launchersNow(this.shared.project.id);
    return all.filter(({ description }) => description?.endsWith(`[${nonce}]`) === true);
  }

  async #notMade(image: string, message: string): Promise<null> {
    await ask({ type: "once-over", original: this.launcher.id, image }).catch(() => null);
    this.said.value = { tone: "bad", text: t.notMade(message) };
    return null;
  }

  #record(image: string, launcher: string | null): Promise<null> {
    const once = {
      host: location.origin,
      project: this.shared.project.id,
      page: this.page,
      original: this.launcher.id,
      launcher,
      image,
      at: Date.now(),
    };
    return ask({ type: "once", once });
  }

  /** Lets the launcher start the image from now on, for everybody. */
  changeTo(image: string, anyway = false): Promise<void> {
    return this.#work(async () => {
      const before = this.image;
      if (before === null || (!anyway && !(await this.#isAccessible(image, "change")))) {
        return;
      }
      const { id, name } = this.launcher;
      const { project } = this.shared;
      const change = { host: location.origin, project: project.id, page: this.page, launcher: id, name, before, after: image, at: Date.now() };
      // Known before it is done, so that it can be undone whatever happens in between.
      await ask({ type: "changed", change });
      try {
        await renku.changeImage(id, image);
      } catch (error) {
        if ((await this.#imageNow()) !== image) {
          await ask({ type: "changed", change: { ...change, before: image, after: before } }).catch(() => null);
          throw error;
        }
      }
      await this.shared.refresh();
      this.said.value = { tone: "good", text: t.changed(image), reload: true };
    });
  }

  /** Takes a change back, unless somebody else has changed it since. */
  undo(): Promise<void> {
    return this.#work(async () => {
      const change = this.change.value;
      if (change === null) {
        return;
      }
      const now = await this.#imageNow();
      if (now === change.after) {
        await renku.changeImage(this.launcher.id, change.before);
        this.said.value = { tone: "good", text: t.undone(change.before), reload: true };
      } else if (now === change.before) {
        this.said.value = { tone: "good", text: t.undone(change.before) };
      } else {
        this.said.value = { tone: "warn", text: t.changedSince(now ?? "another environment") };
      }
      await ask({ type: "unchanged", launcher: this.launcher.id });
      await this.shared.refresh();
    });
  }

  /** Removes the copies that were made for one session; of a copy, itself. */
  removeCopies(anyway = false): Promise<void> {
    return this.#work(async () => {
      const copies = this.original === null ? this.copies.value : [this.launcher];
      const sessions = await renku.sessions();
      if (!anyway && sessions.some((session) => copies.some(({ id }) => id === session.launcher_id))) {
        this.said.value = { tone: "warn", text: t.sessionLeft, anyway: "remove" };
        return;
      }
      for (const copy of copies) {
        await renku.removeLauncher(copy.id).catch((error: unknown) => {
          // Somebody was faster.
          if (!(error instanceof RenkuError && error.status === 404)) {
            throw error;
          }
        });
        await ask({ type: "once-over", original: originalOf(copy) ?? copy.id, image: imageOf(copy) ?? copy.name });
      }
      await this.shared.refresh();
      this.said.value = { tone: "good", text: t.removed, reload: true };
    });
  }

  async #imageNow(): Promise<string | null> {
    const all = await renku.launchersNow(this.shared.project.id);
    const found = all.find(({ id }) => id === this.launcher.id);
    return found === undefined ? null : imageOf(found);
  }

  async #isAccessible(image: string, what: "use-once" | "change"): Promise<boolean> {
    const access = await checkImage(image);
    if (access.access === "yes") {
      return true;
    }
    this.said.value = { tone: "warn", text: access.access === "unknown" ? t.access.unknown(access.message) : t.access[access.access], anyway: what };
    return false;
  }

  /** One thing at a time; what fails is said. */
  async #work(work: () => Promise<void>): Promise<void> {
    if (this.isBusy.value) {
      return;
    }
    this.isBusy.value = true;
    this.said.value = null;
    try {
      await work();
    } catch (error) {
      // That it is not known what was done is more than why.
      const before = this.said.peek() as Said | null;
      this.said.value = { tone: "bad", text: [before?.text ?? "", why(error).message].join(" ").trim() };
    } finally {
      this.isBusy.value = false;
    }
  }
}

/** Whether Renku's sessions can have an image, as Renku itself says. */
export async function checkImage(image: string): Promise<Access> {
  try {
    const { accessible, platforms, connection, provider } = await renku.image(image);
    if (accessible) {
      const names = (platforms ?? []).map(({ os, architecture }) => [os, architecture].filter((part) => part != null).join("/"));
      return { access: "yes", platforms: [...new Set(names)] };
    }
    const isUnconnected = provider != null && connection?.status !== "connected";
    return { access: isUnconnected ? "integration" : "no" };
  } catch (error) {
    return { access: "unknown", message: why(error).message };
  }
}
