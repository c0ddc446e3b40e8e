/** Follows the page: Renku changes its address and its elements without loading a document. */
import type { PageReport } from "../protocol/messages";
import { lists } from "../renku/api";
import { LegacyStartPage } from "./legacy";
import { LegacySessionPage } from "./legacy-session";
import { ProjectPage } from "./renku2";
import { type Route, routeOf } from "./route";
import { SessionPage } from "./session";

/** What one address of Renku is to us. */
export interface Page {
  /** Looks at the page as it is now. */
  update(): Promise<void>;
  leave(): void;
  report(): Promise<PageReport> | PageReport;
  undo?(launcher: string): Promise<string>;
  refresh?(): Promise<void>;
  /** Looks anew at what was found out a while ago. */
  freshen?(): void;
}

/** So long after a look at the tab, the next one counts, in milliseconds. */
const GLANCES = 20_000;

/** Elements that the extension put into a page before it was replaced by a newer one. */
const OURS = "[data-repin]";

export class Pages {
  #path = "";
  #route: Route | null = null;
  #page: Page | null = null;
  #isDue = false;
  #shownAt = 0;
  readonly #observer = new MutationObserver(() => this.#later());
  readonly #requests = new PerformanceObserver((list) => this.#asked(list.getEntries()));

  get route(): Route | null {
    return this.#route;
  }

  get page(): Page | null {
    return this.#page;
  }

  start(signal: AbortSignal): void {
    for (const left of document.querySelectorAll(OURS)) {
      left.remove();
    }
    this.#observer.observe(document, { childList: true, subtree: true });
    this.#requests.observe({ type: "resource" });
    const later = (): void => this.#later();
    addEventListener("popstate", later, { signal });
    addEventListener("hashchange", later, { signal });
    // Another tab can have done something meanwhile.
    document.addEventListener("visibilitychange", (event) => event.isTrusted && this.#shown(), { signal });
    signal.addEventListener("abort", () => this.#stop(), { once: true });
    this.#later();
  }

  #stop(): void {
    this.#observer.disconnect();
    this.#requests.disconnect();
    this.#page?.leave();
    this.#page = null;
  }

  /** Once a frame at most: a page that is drawn anew changes thousands of elements. */
  #later(): void {
    if (!this.#isDue) {
      this.#isDue = true;
      requestAnimationFrame(() => {
        this.#isDue = false;
        this.#update();
      });
    }
  }

  #update(): void {
    if (location.pathname !== this.#path) {
      this.#path = location.pathname;
      this.#page?.leave();
      this.#route = routeOf(location.pathname);
      this.#page = pageOf(this.#route);
    }
    void this.#page?.update();
  }

  /** The tab is looked at again: not for every glance. */
  #shown(): void {
    if (document.visibilityState === "visible" && Date.now() - this.#shownAt > GLANCES) {
      this.#shownAt = Date.now();
      void this.#page?.refresh?.();
      this.#page?.freshen?.();
    }
  }

  /** The page has asked for its launchers: somebody may have changed one. */
  #asked(entries: readonly PerformanceEntry[]): void {
    const isList = (name: string): boolean => new URL(name, location.origin).pathname.endsWith("/session_launchers");
    if (entries.some(({ name, startTime }) => isList(name) && lists.isNews(startTime))) {
      this.#changed();
    }
  }

  #changed(): void {
    void this.#page?.refresh?.();
  }
}

function pageOf(route: Route | null): Page | null {
  switch (route?.page) {
    case "project":
    case "start":
      return new ProjectPage(route);
    case "session":
      return new SessionPage(route);
    case "legacy-start":
      return new LegacyStartPage(route);
    case "legacy-session":
      return new LegacySessionPage(route);
    default:
      return null;
  }
}
