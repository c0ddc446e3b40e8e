/** The pages of Renku 2: which launchers they show, and a control at each. */
import { type Signal, signal } from "@preact/signals";

import { Control } from "../control/control";
import { pause } from "../pause";
import { ask } from "../protocol/ask";
import type { Change, PageReport } from "../protocol/messages";
import { actsOf } from "../renku/acts";
import { forget, renku } from "../renku/api";
import { LauncherModel } from "../renku/launcher";
import type { Launcher, Project, Session } from "../renku/model";
import { imageOf } from "../renku/model";
import { subjectOf } from "../renku/subject";
import { badge, t, tone } from "../text/messages";
import { type Found, findLaunchers, findStart, hasAnchors, showsSessions } from "./find";
import { Host } from "./host";
import type { Route } from "./route";
import { near } from "./near";
import { tidy } from "./tidy";

type OfProject = Extract<Route, { page: "project" | "start" }>;

/** How long it waits before it asks again for what failed, in milliseconds. */
const FIRST_PAUSE = 2000;
const LAST_PAUSE = 120_000;
/** Where the page shows no launchers that we know: so many are answered, and so long is waited for them. */
const MOST_UNSEEN = 30;
const PATIENCE = 10_000;

/** The controls of one project's page, from when it is opened until it is left. */
export class ProjectPage {
  readonly #route: OfProject;
  readonly #hosts = new Map<string, { host: Host; model: LauncherModel }>();
  readonly #models = new Map<string, { launcher: string; model: Promise<LauncherModel> }>();
  readonly #all: Signal<readonly Launcher[]> = signal([]);
  readonly #changes: Signal<readonly Change[]> = signal([]);
  /** Places whose control is being made. */
  readonly #showing = new Set<string>();
  readonly #problems = new Set<string>();
  #project: Project | null = null;
  /** `null`: Renku did not say. */
  #write: boolean | null = false;
  #sessions: readonly Session[] = [];
  #hasSessions = false;
  #loading: Promise<void> | null = null;
  /** How often it failed to load, one after the other. */
  #failures = 0;
  #seen = 0;
  #isLeft = false;

  constructor(route: OfProject) {
    this.#route = route;
  }

  /** Looks at the page as it is now. Asks nobody anything until it shows a launcher. */
  async update(): Promise<void> {
    if (!hasAnchors()) {
      return;
    }
    this.#loading ??= this.#load();
    await this.#loading;
    if (showsSessions() && !this.#hasSessions) {
      this.#hasSessions = true;
      this.#sessions = await renku.sessions().catch(() => []);
    }
    if (!this.#isLeft) {
      this.#attach();
    }
  }

  /** The launchers may have changed: the page has asked for them anew. */
  async refresh(): Promise<void> {
    const project = this.#project;
    if (project === null) {
      return;
    }
    // Neither waits for the other: the background may have to be woken.
    const changes = ask({ type: "changes" }).then(
      (found) => {
        this.#changes.value = found;
      },
      () => null,
    );
    this.#all.value = await renku.launchersNow(project.id).catch(() => this.#all.value);
    if (!this.#isLeft) {
      this.#attach();
    }
    await changes;
  }

  freshen(): void {
    for (const { model } of this.#hosts.values()) {
      model.question.freshen();
    }
  }

  leave(): void {
    this.#isLeft = true;
    for (const { host } of this.#hosts.values()) {
      host.remove();
    }
    this.#hosts.clear();
    // Another look at the project is a new one.
    forget();
  }

  async #load(): Promise<void> {
    try {
      const { namespace, slug } = this.#route;
      const project = await renku.project(namespace, slug);
      const [permissions, all, changes] = await Promise.all([
        renku.permissions(project.id).catch(() => ({ write: null })),
        renku.launchers(project.id),
        ask({ type: "changes" }).catch(() => []),
      ]);
      this.#project = project;
      this.#write = permissions.write;
      this.#all.value = all;
      this.#changes.value = changes;
      this.#problems.clear();
      this.#failures = 0;
      void tidy(project.id, all, changes);
    } catch (error) {
      this.#problems.add(error instanceof Error ? error.message : String(error));
      this.#againLater();
    }
  }

  /** Tries again after a while, which grows: a page that changes all the time must not ask all the time. */
  #againLater(): void {
    const wait = Math.min(FIRST_PAUSE * 4 ** this.#failures, LAST_PAUSE);
    this.#failures += 1;
    setTimeout(() => {
      this.#loading = null;
      if (!this.#isLeft) {
        void this.update();
      }
    }, wait);
  }

  #attach(): void {
    if (this.#project === null) {
      return;
    }
    const found = this.#find();
    this.#seen = found.length;
    for (const [key, { host, model }] of this.#hosts) {
      if (this.#all.value.every(({ id }) => id !== model.launcher.id)) {
        host.remove();
        this.#hosts.delete(key);
      }
    }
    for (const one of found) {
      const key = `${one.place} ${one.launcher}`;
      const known = this.#hosts.get(key);
      if (known === undefined) {
        near(one.anchor, () => void this.#show(key, one));
        continue;
      }
      known.host.attach(one.put, one.anchor);
      if (this.#isStale(known.model)) {
        void this.#show(key, one);
      }
    }
  }

  /** Whether somebody has changed the launcher since its control was made. */
  #isStale(model: LauncherModel): boolean {
    const now = this.#all.value.find(({ id }) => id === model.launcher.id);
    return now !== undefined && JSON.stringify(now) !== JSON.stringify(model.launcher);
  }

  #find(): Found[] {
    if (this.#route.page === "start") {
      const { launcher } = this.#route;
      const found = this.#all.value.some(({ id }) => id === launcher) ? findStart(launcher) : null;
      return found === null ? [] : [found];
    }
    return findLaunchers(this.#all.value, this.#sessions);
  }

  async #show(key: string, found: Found): Promise<void> {
    if (this.#showing.has(key)) {
      return;
    }
    this.#showing.add(key);
    try {
      await this.#draw(key, found);
    } finally {
      this.#showing.delete(key);
    }
  }

  async #draw(key: string, found: Found): Promise<void> {
    const launcher = this.#all.value.find(({ id }) => id === found.launcher);
    if (launcher === undefined || this.#isLeft) {
      return;
    }
    const model = await this.#modelOf(launcher);
    if (this.#isLeft || this.#isStale(model)) {
      return;
    }
    const content = <Control id={`repin-${found.place}`} name={launcher.name} question={model.question} acts={actsOf(model)} />;
    const known = this.#hosts.get(key);
    const host = known?.host ?? new Host(found.place, launcher.id, content);
    if (known !== undefined && known.model !== model) {
      host.draw(null);
      host.draw(content);
    }
    this.#hosts.set(key, { host, model });
    host.attach(found.put, found.anchor);
  }

  /** One model for each state of a launcher, wherever it is shown. */
  #modelOf(launcher: Launcher): Promise<LauncherModel> {
    const text = JSON.stringify(launcher);
    const known = this.#models.get(launcher.id);
    if (known?.launcher === text) {
      return known.model;
    }
    const model = this.#make(launcher, known?.model);
    this.#models.set(launcher.id, { launcher: text, model });
    return model;
  }

  async #make(launcher: Launcher, before: Promise<LauncherModel> | undefined): Promise<LauncherModel> {
    const project = this.#project as Project;
    const shared = {
      project,
      write: this.#write,
      all: this.#all,
      changes: this.#changes,
      refresh: () => this.refresh(),
    };
    const model = new LauncherModel(launcher, shared, await subjectOf(launcher, project), (await before)?.said);
    model.looked = model.question.look();
    return model;
  }

  /** What the page means, for the popup. */
  async report(): Promise<PageReport> {
    if (this.#hosts.size === 0 && this.#route.page === "project") {
      await this.#answerUnseen();
    }
    const answers = [];
    for (const { model } of this.#models.values()) {
      const { launcher, question } = await model;
      const judgement = question.judgement.value;
      answers.push({
        name: launcher.name,
        image: imageOf(launcher),
        badge: judgement === null ? t.looking : badge(judgement, question.subject.build !== null),
        tone: tone(judgement),
        right: judgement?.right?.reference ?? null,
      });
    }
    const attached = [...this.#hosts.values()].filter(({ host }) => host.isAttached).length;
    const { namespace, slug } = this.#route;
    return { project: `${namespace}/${slug}`, seen: this.#seen, attached, answers, problems: [...this.#problems] };
  }

  /** Whoever opens the popup wants to know, also where the page has nowhere to show it. */
  async #answerUnseen(): Promise<void> {
    this.#loading ??= this.#load();
    await this.#loading;
    const looks = this.#all.value.slice(0, MOST_UNSEEN).map(async (launcher) => (await this.#modelOf(launcher)).looked);
    await Promise.race([Promise.all(looks), pause(PATIENCE)]);
  }

  /** Undoes a change of a launcher, from the popup. */
  async undo(launcher: string): Promise<string> {
    await this.refresh();
    const now = this.#all.value.find(({ id }) => id === launcher);
    if (now === undefined) {
      return t.noLauncher;
    }
    const model = await this.#modelOf(now);
    await model.undo();
    return model.said.value?.text ?? "";
  }
}
