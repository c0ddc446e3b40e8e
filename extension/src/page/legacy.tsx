/** The page of a legacy Renku that starts a session: the control under "Docker image", and marks in the list of commits. */
import { Badge } from "../control/badge";
import { Control } from "../control/control";
import { trusted } from "../control/trusted";
import { Next, actsOf } from "../legacy/acts";
import { type Selection, findImage, findSelection, isSettled } from "../legacy/anchors";
import { legacy } from "../legacy/api";
import { Marks } from "../legacy/marks";
import type { Project } from "../legacy/model";
import { NextImage } from "../legacy/next";
import { CHANGED } from "../legacy/override";
import { StartModel, questionOf } from "../legacy/start";
import { why } from "../protocol/ask";
import type { PageReport, Why } from "../protocol/messages";
import { badge, t, tone } from "../text/messages";
import { Host } from "./host";
import type { Route } from "./route";

type OfStart = Extract<Route, { page: "legacy-start" }>;

export class LegacyStartPage {
  readonly #route: OfStart;
  readonly #next: NextImage;
  readonly #host: Host;
  /** The override where the page shows no choice of images: while it starts by itself, or has a session already. */
  readonly #bar: Host;
  readonly #left = new AbortController();
  #project: Promise<Project> | null = null;
  #marks: Marks | null = null;
  #selection = "";
  #model: StartModel | null = null;
  #problem: Why | null = null;
  #isSeen = false;

  constructor(route: OfStart) {
    this.#route = route;
    this.#next = new NextImage(route.project);
    this.#host = new Host("start", route.project, <Pending />);
    this.#bar = new Host("session", route.project, <Bar next={this.#next} />);
    const changed = (): void => {
      this.#next.update();
      // The page itself may be as it was: nobody else would take an empty bar away.
      void this.update();
    };
    document.addEventListener(CHANGED, changed, { signal: this.#left.signal });
  }

  /** Looks at the page as it is now. Asks nobody anything until it shows an image. */
  async update(): Promise<void> {
    const image = findImage();
    this.#isSeen = image !== null;
    this.#showBar(image === null && this.#next.image.value !== null);
    if (image === null) {
      return;
    }
    this.#host.attach((element) => image.append(element), image);
    const selection = findSelection();
    if (selection === null) {
      return;
    }
    const key = `${selection.branch} ${selection.shortId}`;
    if (key !== this.#selection) {
      // What was said of another commit does not hold for this one.
      this.#host.draw(<Pending />);
      if (isSettled(image)) {
        this.#selection = key;
        await this.#show(key, selection);
      }
    }
    await this.#marks?.update(selection.branch);
  }

  #showBar(isWanted: boolean): void {
    if (isWanted) {
      this.#bar.attach((element) => document.body.append(element), document.body);
    } else if (this.#bar.isAttached) {
      this.#bar.element.remove();
    }
  }

  async #show(key: string, selection: Selection): Promise<void> {
    this.#host.draw(<Pending />);
    try {
      this.#project ??= legacy.project(this.#route.project);
      const project = await this.#project;
      this.#marks ??= new Marks(project.web_url);
      const question = await questionOf(project, selection);
      if (key !== this.#selection || this.#left.signal.aborted) {
        return;
      }
      this.#problem = null;
      this.#model = new StartModel(project, question, this.#next);
      // What is typed into the control of one commit is not meant for another's.
      this.#host.draw(<Control key={key} id="repin-start" name={this.#route.project} question={question} acts={actsOf(this.#model)} />);
      await question.look();
    } catch (error) {
      if (key === this.#selection) {
        this.#project = null;
        this.#problem = why(error);
        this.#host.draw(<Problem reason={this.#problem} next={this.#next} onAgain={() => void this.#show(key, selection)} />);
      }
    }
  }

  leave(): void {
    this.#left.abort();
    this.#host.remove();
    this.#bar.remove();
  }

  report(): PageReport {
    const { question } = this.#model ?? {};
    const judgement = question?.judgement.value ?? null;
    const answer = {
      name: this.#selection,
      image: question?.subject.image ?? null,
      badge: judgement === null ? t.looking : badge(judgement),
      tone: tone(judgement),
      right: judgement?.right?.reference ?? null,
    };
    return {
      project: this.#route.project,
      seen: this.#isSeen ? 1 : 0,
      attached: this.#host.isAttached ? 1 : 0,
      answers: question === undefined ? [] : [answer],
      problems: this.#problem === null ? [] : [this.#problem.message],
    };
  }
}

function Pending() {
  return (
    <div class="control">
      <Badge judgement={null} isBuild={false} />
    </div>
  );
}

function Bar({ next }: { readonly next: NextImage }) {
  return (
    <div class="control">
      <Next next={next} onRemove={() => next.remove()} />
    </div>
  );
}

function Problem({ reason, next, onAgain }: { readonly reason: Why; readonly next: NextImage; readonly onAgain: () => void }) {
  return (
    <div class="control">
      <div class="line">
        <span class="badge" role="status" aria-label={t.status}>
          {t.because(reason)}
        </span>
        <button type="button" onClick={trusted(onAgain)}>
          {t.again}
        </button>
        <Next next={next} onRemove={() => next.remove()} />
      </div>
    </div>
  );
}
