/** A launcher of Renku 2, and what can be done about its image. */
import { type ReadonlySignal, type Signal, computed, signal } from "@preact/signals";

import { Question, type Subject } from "../control/question";
import type { Said } from "../control/said";
import { type Ways, originalOf, reusable, waysFor } from "./copy";
import { projectPath } from "../page/route";
import { ask, why } from "../protocol/ask";
import type { Change } from "../protocol/messages";
import { t } from "../text/messages";
import { forgetImage, renku } from "./api";
import { checkImage } from "./check";
import { NotMade, makeCopy } from "./make";
import { type Launcher, type Project, type Session, imageOf, isJob, kind } from "./model";

/** What a project's launchers share. */
export interface Shared {
  readonly project: Project;
  /** `null`: Renku did not say. */
  readonly write: boolean | null;
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
    /** What was said of the last deed: it outlives the launcher's changes. */
    readonly said: Signal<Said | null> = signal(null),
  ) {
    this.question = new Question(subject);
    this.copies = computed(() => shared.all.value.filter((one) => originalOf(one) === launcher.id));
    this.change = computed(() => shared.changes.value.find((one) => one.launcher === launcher.id) ?? null);
  }

  get image(): string | null {
    return imageOf(this.launcher);
  }

  get page(): string {
    return projectPath(this.shared.project);
  }

  /** The launcher that this one is a copy of, for one session; `null`: it is none of ours. */
  get original(): string | null {
    return originalOf(this.launcher);
  }

  get canChange(): boolean {
    return this.shared.write === true && kind(this.launcher) === "image";
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
      const isHere = stillAt(location.href);
      const anyway = { label: t.anyway, act: () => this.useOnce(image, { ...how, anyway: true }) };
      if (how.anyway !== true && !(await this.#isAccessible(image, anyway))) {
        return;
      }
      const all = await renku.launchersNow(this.shared.project.id);
      // It may have been changed since the page was drawn: the copy is of what it is now.
      const original = all.find(({ id }) => id === this.launcher.id);
      if (original === undefined) {
        this.said.value = { tone: "bad", text: t.noLauncherNow };
        return;
      }
      if (image === imageOf(original) && (await this.#sessionsNow()).length === 0) {
        // The launcher itself starts it.
        return isHere() ? location.assign(this.#startOf(original)) : undefined;
      }
      const built = (this.question.subject.build?.builds ?? []).map((build) => build.image);
      const ways = how.ways ?? waysFor(original, image, all, built);
      if (ways === null) {
        this.asksWays.value = true;
        return;
      }
      if (!isHere()) {
        return;
      }
      const before = reusable(original, image, ways, all);
      const made = before ?? (await this.#make(original, image, ways));
      if (made === null) {
        return;
      }
      if (isHere()) {
        await this.#record(image, made.id);
        this.said.value = { tone: "good", text: t.startCopy(made.name) };
        location.assign(this.#startOf(made));
      } else if (before === undefined) {
        // Whoever went elsewhere meanwhile is not brought back, and nothing is left for it.
        await renku.removeLauncher(made.id);
        await ask({ type: "once-over", original: this.launcher.id, image });
      }
    });
  }

  /** Makes the copy; what became of it is known also if Renku does not answer. */
  async #make(original: Launcher, image: string, ways: Ways): Promise<Launcher | null> {
    await this.#record(image, null);
    try {
      return await makeCopy(original, image, ways);
    } catch (error) {
      if (!(error instanceof NotMade)) {
        throw error;
      }
      await ask({ type: "once-over", original: this.launcher.id, image }).catch(() => null);
      this.said.value = { tone: "bad", text: t.notMade(error.message) };
      return null;
    }
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
      const act = (): Promise<void> => this.changeTo(image, true);
      if (!anyway && !(await this.#isAccessible(image, { label: t.changeAnyway, act }))) {
        return;
      }
      const now = await this.#now();
      const before = now === null || kind(now) !== "image" ? null : imageOf(now);
      if (before === null || (!anyway && before !== this.image)) {
        this.said.value = { tone: "warn", text: t.changedMeanwhile(before), ...(before === null ? {} : { anyway: { label: t.changeAnyway, act } }) };
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
      // Said first: the control of the changed launcher is another one, which takes over what was said.
      this.said.value = { tone: "good", text: t.changed(image), reload: true };
      await this.shared.refresh();
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
      const doubt = anyway ? null : await this.#doubtAbout(copies);
      if (doubt !== null) {
        this.said.value = { tone: "warn", text: doubt, anyway: { label: t.removeAnyway, act: () => this.removeCopies(true) } };
        return;
      }
      for (const copy of copies) {
        await renku.removeLauncher(copy.id);
        await ask({ type: "once-over", original: originalOf(copy) ?? copy.id, image: imageOf(copy) ?? copy.name });
      }
      this.said.value = { tone: "good", text: t.removed, reload: true };
      await this.shared.refresh();
    });
  }

  /** What speaks against removing copies at once; `null`: nothing. */
  async #doubtAbout(copies: readonly Launcher[]): Promise<string | null> {
    const [sessions, onces] = await Promise.all([renku.sessions(), ask({ type: "onces" })]);
    if (sessions.some((session) => copies.some(({ id }) => id === session.launcher_id))) {
      return t.sessionLeft;
    }
    const isOwn = (copy: Launcher): boolean =>
      onces.some(({ launcher, original, image }) =>
        launcher === null ? original === originalOf(copy) && image === imageOf(copy) : launcher === copy.id,
      );
    return copies.every(isOwn) ? null : t.notOwnCopy;
  }

  async #imageNow(): Promise<string | null> {
    const now = await this.#now();
    return now === null ? null : imageOf(now);
  }

  /** The launcher as it is now; `null`: it is no more. */
  async #now(): Promise<Launcher | null> {
    const all = await renku.launchersNow(this.shared.project.id);
    return all.find(({ id }) => id === this.launcher.id) ?? null;
  }

  async #isAccessible(image: string, anyway: NonNullable<Said["anyway"]>): Promise<boolean> {
    // Before a deed, what was said a while ago does not count.
    forgetImage(image);
    const access = await checkImage(image);
    if (access.access === "yes") {
      return true;
    }
    const text = access.access === "unknown" ? t.access.unknown(access.message) : t.access[access.access];
    this.said.value = { tone: "warn", text, anyway };
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
      this.said.value = { tone: "bad", text: why(error).message };
    } finally {
      this.isBusy.value = false;
    }
  }
}

/** Whether the page is still the one that was asked on. */
function stillAt(href: string): () => boolean {
  return () => location.href === href;
}
