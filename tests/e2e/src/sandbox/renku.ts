import { does } from "./does";

/** A request to one of the two APIs of the Renku stand-in. */
export interface RenkuLogged {
  readonly server: "renku" | "renku-legacy";
  readonly method: string;
  /** The path and the query. */
  readonly path: string;
  /** 0 where nothing was answered. */
  readonly status: number;
  /** The body, where it is JSON. */
  readonly body: unknown;
}

/** A project of Renku 2. */
export interface RenkuProject {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly slug: string;
  readonly repositories: readonly string[];
  readonly write: boolean;
}

/** What sessions of a launcher run in. */
export interface RenkuEnvironment {
  readonly id: string;
  readonly name: string;
  readonly container_image: string;
  readonly environment_kind: "GLOBAL" | "CUSTOM";
  readonly environment_image_source: "image" | "build";
  readonly default_url: string;
  readonly port: number;
  readonly uid: number;
  readonly gid: number;
  readonly working_directory?: string;
  readonly mount_directory?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly strip_path_prefix: boolean;
  readonly build_parameters?: Readonly<Record<string, unknown>>;
}

/** A launcher. */
export interface RenkuLauncher {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly description?: string;
  readonly environment: RenkuEnvironment;
  readonly resource_class_id?: number;
  readonly disk_storage?: number;
  readonly env_variables?: readonly { readonly name: string; readonly value?: string }[];
  readonly launcher_type: "interactive" | "non-interactive";
}

/** A session of Renku 2. */
export interface RenkuSession {
  readonly name: string;
  readonly image: string;
  readonly project_id: string;
  readonly launcher_id: string;
  readonly status: { readonly state: "starting" | "running" | "hibernated" | "failed" };
}

/** A session of the legacy interface. */
export interface LegacyServer {
  readonly name: string;
  readonly image: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What the stand-in knows. */
export interface RenkuState {
  readonly projects: readonly RenkuProject[];
  readonly launchers: readonly RenkuLauncher[];
  readonly sessions: readonly RenkuSession[];
  readonly servers: readonly LegacyServer[];
}

interface Where {
  readonly method?: string;
  /** A part of the path and query; without, everywhere. */
  readonly path?: string;
  /** Only the first so many. */
  readonly first?: number;
}

/** What goes wrong. After `cut-after` what was asked for is done. */
export type RenkuFault = Where &
  (
    | { readonly kind: "cut-before-headers" | "cut-after" }
    | { readonly kind: "status"; readonly status: number }
    | { readonly kind: "latency"; readonly milliseconds: number }
  );

/** What tests do to a running Renku stand-in. */
export class RenkuControl {
  readonly #url: string;

  /** Takes the address of the sandbox's control. */
  constructor(url: string) {
    this.#url = `${url}/renku`;
  }

  /** Every request to the APIs since the log was cleared. */
  async log(): Promise<RenkuLogged[]> {
    return (await this.#does("GET", "/log")) as RenkuLogged[];
  }

  async clearLog(): Promise<void> {
    await this.#does("DELETE", "/log");
  }

  async state(): Promise<RenkuState> {
    return (await this.#does("GET", "/state")) as RenkuState;
  }

  /** The launcher of a name in a project as `ada/course`. */
  async launcher(project: string, name: string): Promise<RenkuLauncher> {
    const { projects, launchers } = await this.state();
    const id = projects.find(({ namespace, slug }) => `${namespace}/${slug}` === project)?.id;
    const found = launchers.find((launcher) => launcher.project_id === id && launcher.name === name);
    if (found === undefined) {
      throw new Error(`${project} has no launcher ${name}`);
    }
    return found;
  }

  /** Lets the person change a project, or not. */
  async permit(project: string, write: boolean): Promise<void> {
    await this.#does("POST", "/permissions", { project, write });
  }

  /** Starts a session of a launcher as the person would elsewhere. */
  async session(launcher: string, state: "running" | "hibernated", image?: string): Promise<RenkuSession> {
    const body = image === undefined ? { launcher, state } : { launcher, state, image };
    return (await this.#does("POST", "/sessions", body)) as RenkuSession;
  }

  /** Changes a launcher as somebody else does: a PATCH. */
  async change(launcher: string, patch: unknown): Promise<RenkuLauncher> {
    return (await this.#does("POST", `/launchers/${launcher}`, patch)) as RenkuLauncher;
  }

  /** Lets the image check say no to an image. */
  async inaccessible(image: string): Promise<void> {
    await this.#does("POST", "/inaccessible", { image });
  }

  async fault(fault: RenkuFault): Promise<void> {
    await this.#does("POST", "/faults", fault);
  }

  async clearFaults(): Promise<void> {
    await this.#does("DELETE", "/faults");
  }

  /** As at the start, and as if nobody had asked. */
  async reset(): Promise<void> {
    await this.clearFaults();
    await this.#does("DELETE", "/state");
    await this.clearLog();
  }

  #does(method: string, path: string, body?: unknown): Promise<unknown> {
    return does(this.#url, method, path, body);
  }
}
