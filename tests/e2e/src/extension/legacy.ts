import type { Target } from "../driver/tab";
import type { LegacyServer } from "../sandbox/renku";
import { LauncherControl } from "./control";
import type { Stage } from "./stage";

/** The selects of the page that starts a session, by their numbers there. */
const SELECTS = { branch: 2, commit: 3 } as const;

const button = (name: string): Target => ({ role: "button", name });

/** The page of a legacy Renku that starts a session, and what comes of it. */
export class LegacyPage {
  readonly #stage: Stage;
  readonly #project: string;
  /** Under "Docker image". */
  readonly control: LauncherControl;
  /** At the end of the page: beside a session, or where nothing is to be chosen. */
  readonly bar: LauncherControl;

  constructor(stage: Stage, project = "ada/course", page = stage.page) {
    this.#stage = stage;
    this.#project = project;
    this.control = new LauncherControl(page, "start", project);
    this.bar = new LauncherControl(page, "session", project);
  }

  /** The address of a page of the project. */
  at(path = "/sessions/new"): string {
    return `${this.#stage.sandbox.says("renku-legacy")}/projects/${this.#project}${path}`;
  }

  async open(query = ""): Promise<void> {
    await this.#stage.page.tab.goto(this.at(`/sessions/new${query}`));
  }

  async branch(name: string): Promise<void> {
    await this.#choose("branch", name);
  }

  /** Chooses a commit by its short id, from further back if need be. */
  async commit(shortId: string): Promise<void> {
    await this.#choose("commit", shortId);
  }

  async openList(which: keyof typeof SELECTS): Promise<void> {
    await this.#stage.page.click(select(which));
    await this.#stage.page.get(list(which));
  }

  async closeList(which: keyof typeof SELECTS): Promise<void> {
    await this.#stage.page.click(select(which));
    await this.#stage.page.gone(list(which));
  }

  async fetchMore(): Promise<void> {
    await this.#stage.page.click(`${list("commit")} button`);
  }

  async #choose(which: keyof typeof SELECTS, text: string): Promise<void> {
    const { page, until } = this.#stage;
    await this.openList(which);
    const id = await until(`${text} is in the list`, async () => {
      const found = await page.run(
        (menu, wanted) => {
          const options = [...document.querySelectorAll(`${menu} [role=option]`)];
          return options.find((one) => (one.querySelector(".fw-bold") ?? one).textContent === wanted)?.id;
        },
        list(which),
        text,
      );
      if (found === undefined && (await page.has(`${list(which)} button`))) {
        await this.fetchMore();
      }
      return found;
    });
    await page.click(`#${id}`);
    await page.gone(list(which));
  }

  /** Lets the next session be in the image that is offered, or in one that is typed. */
  async useOnce(image?: string): Promise<string> {
    const { page } = this.#stage;
    await this.control.open();
    if (image !== undefined) {
      await this.control.type(image);
    }
    await page.reads(this.control.css(".facts"), "Renku has access");
    const chosen = await this.offered();
    await this.control.press("Use once");
    await this.control.said("Now start the session");
    await this.isNext(chosen);
    return chosen;
  }

  /** The image in the open dialogue. */
  offered(): Promise<string> {
    return this.#stage.page.run(
      (host) => document.querySelector(host)?.shadowRoot?.querySelector<HTMLInputElement>("[role=combobox]")?.value ?? "",
      this.control.host,
    );
  }

  /** Waits until the control says that the next session is in an image. */
  async isNext(image: string): Promise<void> {
    await this.#stage.page.reads(this.control.css(".control"), `The next session starts in ${image}`);
  }

  /** Presses a button of the page that starts a session, and waits for the session's page. */
  async start(name: "Start Session" | "Start with base image" = "Start Session"): Promise<string> {
    await this.#press(name);
    return this.started();
  }

  async #press(name: string): Promise<void> {
    await this.#stage.page.soon(
      `“${name}” can be pressed`,
      (text) => [...document.querySelectorAll("button")].some((one) => one.textContent === text && !one.disabled),
      name,
    );
    await this.#stage.page.click(button(name));
  }

  /** Starts a session that Renku refuses, and waits until the page says so. */
  async startInVain(): Promise<void> {
    await this.#press("Start Session");
    await this.#stage.page.reads(".alert-danger", "An error occurred");
  }

  /** The name of the session that was started. */
  started(): Promise<string> {
    return this.#stage.page.soon("the session is shown", () => /\/sessions\/show\/([^/]+)$/u.exec(location.pathname)?.[1]);
  }

  async end(): Promise<void> {
    await this.#stage.page.click(button("Delete session"));
  }

  async server(name: string): Promise<LegacyServer | undefined> {
    return (await this.#stage.sandbox.renku.state()).servers.find((one) => one.name === name);
  }

  /** What launches asked for. */
  async launches(): Promise<unknown[]> {
    const log = await this.#stage.sandbox.renku.log();
    const sent = log.filter(({ method, path }) => method === "POST" && path === "/ui-server/api/notebooks/servers");
    return sent.map(({ body }) => body);
  }

  /** Starts a session as the person would elsewhere, in an image that is there. */
  async elsewhere(branch: string, shortId: string, image: string): Promise<void> {
    const api = `${this.#stage.sandbox.says("renku-legacy")}/ui-server/api`;
    const commit = await fetch(`${api}/projects/${encodeURIComponent(this.#project)}/repository/commits/${shortId}`);
    const { id } = (await commit.json()) as { id: string };
    const [namespace, project] = this.#project.split("/");
    const body = JSON.stringify({ namespace, project, branch, commit_sha: id, image });
    const { status } = await fetch(`${api}/notebooks/servers`, { method: "POST", body });
    if (status !== 201) {
      throw new Error(`no session was started, but ${status}`);
    }
    await this.#stage.sandbox.renku.clearLog();
  }

  /** The override as the tab has it. */
  override(): Promise<string | null> {
    return this.#stage.page.run(() => sessionStorage.getItem("repin.override"));
  }
}

function select(which: keyof typeof SELECTS): string {
  return `.select-control:has(#react-select-${SELECTS[which]}-input)`;
}

function list(which: keyof typeof SELECTS): string {
  return `#react-select-${SELECTS[which]}-listbox`;
}
