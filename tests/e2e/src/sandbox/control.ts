import { does } from "./does";

/** A request that the GitLab stand-in got. */
export interface Logged {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Whether a token came with it. */
  readonly token: boolean;
}

interface Where {
  /** A part of the path and query; without, everywhere. */
  readonly path?: string;
  /** Only the first so many. */
  readonly first?: number;
}

/** What goes wrong. */
export type Fault = Where &
  (
    | { readonly kind: "latency"; readonly milliseconds: number }
    | { readonly kind: "rate-limited"; readonly retry_after: number }
    | { readonly kind: "html"; readonly status: number }
    | { readonly kind: "oversized"; readonly bytes: number }
    | { readonly kind: "redirect"; readonly to: string }
    | {
        readonly kind:
          | "application-limit"
          | "html-instead-of-json"
          | "cut-before-headers"
          | "cut-in-body"
          | "wrong-shape"
          | "endless-pages";
      }
  );

/** A push of one commit to a project's default branch. */
export interface Push {
  readonly project: string;
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
}

/** What tests do to a running stand-in. */
export class Control {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Every request since the log was cleared, without the preflights that browsers send by themselves. */
  async log(): Promise<Logged[]> {
    const all = (await this.#does("GET", "/log")) as Logged[];
    return all.filter(({ method }) => method !== "OPTIONS");
  }

  async fault(fault: Fault): Promise<void> {
    await this.#does("POST", "/faults", fault);
  }

  async clearFaults(): Promise<void> {
    await this.#does("DELETE", "/faults");
  }

  /** Pushes a commit, and returns its id. */
  async push(push: Push): Promise<string> {
    const { commit } = (await this.#does("POST", "/commits", push)) as { commit: string };
    return commit;
  }

  /** Lets an image of this tag be there. */
  async tag(project: string, tag: string): Promise<void> {
    await this.#does("POST", "/tags", { project, tag });
  }

  /** As if nothing had gone wrong and nobody had asked. */
  async reset(): Promise<void> {
    await this.clearFaults();
    await this.#does("DELETE", "/log");
  }

  #does(method: string, path: string, body?: unknown): Promise<unknown> {
    return does(this.#url, method, path, body);
  }
}
