/** What one control knows: the image of its launcher, what the background says of it, and the images that there are. */
import { type Signal, batch, signal } from "@preact/signals";

import { ask, why } from "../protocol/ask";
import type { Build, Commits, Judgement, Place, Ref, Right, Why } from "../protocol/messages";
import { nothing } from "../protocol/nothing";
import { parts } from "../reference";

/** Whether this person's sessions can have an image. */
export type Access =
  | { readonly access: "yes"; readonly platforms: readonly string[] }
  | { readonly access: "no" | "integration" }
  | { readonly access: "unknown"; readonly message: string };

/** What a question is about. */
export interface Subject {
  /** Names the Renku project, for what is remembered of it. */
  readonly project: string;
  readonly image: string | null;
  /** Where the code is, as far as the project says. */
  readonly repositories: readonly string[];
  readonly revision: string | null;
  readonly build: { readonly repository: string; readonly context: string; readonly builds: readonly Build[] } | null;
  readonly through?: "page";
  /** Renku's own check of an image. */
  readonly check: (image: string) => Promise<Access>;
  /** Forgets what the page itself remembers of answers. */
  readonly forget?: () => void;
}

/** So long is an answer good for somebody who opens the control, in milliseconds. */
const FRESH = 120_000;

export class Question {
  /** `null`: not known yet. */
  readonly judgement = signal<Judgement | null>(null);
  /** The repository that is compared; `null`: it has to be chosen. */
  readonly repository = signal<string | null>(null);
  readonly revision: Signal<string | null>;
  readonly commits = signal<Commits | Why | "asked" | null>(null);
  readonly refs = signal<readonly Ref[]>([]);
  readonly #subject: Subject;
  /** The number of the last look: what an older one says no longer counts. */
  #look = 0;
  #lookedAt = 0;
  /** Whether an earlier answer does not do. */
  #anew = false;

  constructor(subject: Subject) {
    this.#subject = subject;
    this.revision = signal(subject.revision);
  }

  get subject(): Subject {
    return this.#subject;
  }

  get repositories(): readonly string[] {
    return this.#subject.build === null ? this.#subject.repositories : [this.#subject.build.repository];
  }

  /** Looks at the image, for whatever revision and repository are chosen. */
  async look(anew = false): Promise<void> {
    this.#look += 1;
    this.#anew = anew;
    const number = this.#look;
    this.#lookedAt = Date.now();
    batch(() => {
      this.judgement.value = null;
      this.commits.value = null;
    });
    const found = await this.#find().catch((error: unknown) => ({ judgement: none(this.#subject.image, why(error).message), repository: null }));
    if (number === this.#look) {
      batch(() => {
        this.judgement.value = found.judgement;
        this.repository.value = found.repository;
      });
    }
  }

  /** Looks anew, if what is known is not of just now: somebody may have pushed meanwhile. */
  freshen(): void {
    if (this.judgement.peek() !== null && Date.now() - this.#lookedAt > FRESH) {
      void this.look();
    }
  }

  /** Looks anew: nothing that was answered before counts. */
  async again(): Promise<void> {
    this.#subject.forget?.();
    await ask({ type: "again" }).catch(() => null);
    await this.look(true);
  }

  /** Another branch, commit or merge request; empty: the default branch. */
  async choose(revision: string): Promise<void> {
    const wanted = revision.trim() === "" ? null : revision.trim();
    if (wanted !== this.revision.value) {
      this.revision.value = wanted;
      await this.look();
    }
  }

  /** The repository that somebody chooses; it is remembered. */
  async chooseRepository(repository: string): Promise<void> {
    await ask({ type: "chosen", project: this.#subject.project, repository }).catch(() => null);
    await this.look();
  }

  async loadCommits(): Promise<void> {
    const place = this.place();
    // What Renku builds from code is not in the registry of the code's project.
    if (place === null || this.commits.value !== null || this.#subject.build !== null) {
      return;
    }
    this.commits.value = "asked";
    const number = this.#look;
    const found = await ask({ type: "commits", place }).catch(why);
    if (number === this.#look) {
      this.commits.value = found;
    }
  }

  async loadRefs(part: string): Promise<void> {
    const place = this.place();
    if (place !== null) {
      this.refs.value = await ask({ type: "refs", place, part }).catch(() => []);
    }
  }

  details(commit: string): Promise<Right | null> {
    const place = this.place();
    return place === null ? Promise.resolve(null) : ask({ type: "details", place, commit });
  }

  place(repository = this.repository.value): Place | null {
    const { through } = this.#subject;
    return repository === null
      ? null
      : { repository, revision: this.revision.value, ...(through === undefined ? {} : { through }) };
  }

  async #find(): Promise<{ judgement: Judgement; repository: string | null }> {
    const { image, build, project } = this.#subject;
    const all = this.repositories;
    const [only] = all;
    if (only === undefined) {
      return { judgement: none(image, "the project has no code repository"), repository: null };
    }
    if (all.length === 1 || build !== null) {
      return { judgement: await this.#judge(only), repository: only };
    }
    // By the image, if that says it; what somebody chose counts where no image does.
    const own = all.find((one) => isOf(image, one));
    for (const repository of own === undefined ? all : [own]) {
      const judgement = await this.#judge(repository);
      if (own !== undefined || belongs(judgement)) {
        return { judgement, repository };
      }
    }
    const remembered = await ask({ type: "chosen", project }).catch(() => null);
    if (remembered !== null && all.includes(remembered)) {
      return { judgement: await this.#judge(remembered), repository: remembered };
    }
    const message = `the project has ${all.length} repositories, and none has this image: choose the one with the code`;
    return { judgement: none(image, message), repository: null };
  }

  async #judge(repository: string): Promise<Judgement> {
    const { image, build } = this.#subject;
    const place = this.place(repository);
    if (place === null) {
      return none(image, "the repository is not known");
    }
    const question = {
      type: "judge" as const,
      place,
      image,
      ...(this.#anew ? { anew: true as const } : {}),
      ...(build === null ? {} : { build: { context: build.context, builds: [...build.builds] } }),
    };
    try {
      const judgement = await ask(question);
      const confirmed = await this.#confirmed(judgement.candidates);
      const best = confirmed === null ? judgement : await ask({ ...question, confirmed: [confirmed] });
      return await this.#checked(best);
    } catch (error) {
      return nothing("the default branch", why(error));
    }
  }

  /** Where GitLab has not seen the launcher's image, Renku says whether it is there. */
  async #checked(judgement: Judgement): Promise<Judgement> {
    const { image } = this.#subject;
    const isKnown = judgement.state.state === "right" || judgement.state.state === "stale";
    if (image === null || !isKnown || judgement.seen || judgement.gone !== null || judgement.moved !== null) {
      return judgement;
    }
    const { access } = await this.#subject.check(image);
    return access === "no" ? { ...judgement, gone: "renku" } : judgement;
  }

  /** The first of the images that Renku has access to; `null`: none. */
  async #confirmed(candidates: readonly string[]): Promise<string | null> {
    for (const candidate of candidates) {
      const { access } = await this.#subject.check(candidate);
      if (access === "yes") {
        return candidate;
      }
    }
    return null;
  }
}

/** Whether an image's name is that of the repository's own registry. */
function isOf(image: string | null, repository: string): boolean {
  if (!URL.canParse(repository)) {
    return false;
  }
  const path = new URL(repository).pathname.replaceAll(/^\/|\.git$|\/$/gu, "").toLowerCase();
  return image !== null && parts(image)?.repository === path;
}

/** Whether an image is one of a repository's, right or not. */
function belongs({ state, moved }: Judgement): boolean {
  return moved !== null || state.state === "right" || state.state === "stale" || state.state === "floating";
}

function none(image: string | null, message: string): Judgement {
  const judgement = nothing("the default branch", { code: "no-repository", message, hint: null });
  return image === null ? { ...judgement, state: { state: "none" } } : judgement;
}
