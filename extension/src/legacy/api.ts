/** The API of a legacy Renku, asked with the session of the page. */
import * as v from "valibot";

import type { Access } from "../control/question";
import { RenkuError } from "../renku/api";
import { pinOf } from "./ini";
import { Commit, Config, Project, Registries, type Server, Servers, Tag } from "./model";
import { proxied } from "./proxy";

const PATIENCE = 30_000;
const CONFIG = "/ui-server/api/renku/config.show";
const VERSIONED_CONFIG = /^\/ui-server\/api\/renku\/(?:[\w.]+\/){0,2}config\.show$/u;

const at = encodeURIComponent;

/** Something of GitLab's; `null`: there is no such thing. */
async function gitlab<T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T | null> {
  const { status, body } = await gitlabText(path);
  return status === 404 ? null : parse(schema, body);
}

async function gitlabText(path: string): Promise<{ readonly status: number; readonly body: string }> {
  let answer: { readonly status: number; readonly body: string };
  try {
    answer = await proxied(`/api/v4/projects/${path}`);
  } catch {
    throw new RenkuError("Renku did not answer", null);
  }
  if (answer.status >= 400 && answer.status !== 404) {
    throw new RenkuError(`Renku's GitLab answered ${answer.status}`, answer.status);
  }
  return answer;
}

async function get(address: URL): Promise<Response> {
  try {
    return await fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    throw new RenkuError("Renku did not answer", null);
  }
}

function parse<T>(schema: v.GenericSchema<unknown, T>, body: string): T {
  let read: unknown = null;
  try {
    read = JSON.parse(body);
  } catch {
    throw new RenkuError("Renku's answer was cut off, or is none", null);
  }
  const found = v.safeParse(schema, read);
  if (!found.success) {
    throw new RenkuError("Renku answered something that Repin does not know", null);
  }
  return found.output;
}

export const legacy = {
  async project(path: string): Promise<Project> {
    const project = await gitlab(at(path), Project);
    if (project === null) {
      throw new RenkuError("Renku's GitLab has no such project, or does not show it", 404);
    }
    return project;
  },

  /** The whole id of a commit that the page shows eight digits of. */
  async commit(project: Project, shortId: string): Promise<string> {
    const commit = await gitlab(`${project.id}/repository/commits/${at(shortId)}`, Commit);
    if (commit === null) {
      throw new RenkuError(`Renku's GitLab does not know the commit ${shortId}`, 404);
    }
    return commit.id;
  },

  /** The image that the project pins at a commit, read as the interface does; `null`: it pins none. */
  async pin(project: Project, commit: string): Promise<string | null> {
    const address = new URL(configPath(), location.origin);
    address.search = new URLSearchParams({ git_url: project.web_url, commit_sha: commit }).toString();
    const response = await get(address).catch(() => null);
    const config = v.safeParse(Config, response?.ok === true ? await response.json().catch(() => null) : null);
    if (config.success) {
      const image = config.output.result.config["interactive.image"];
      return typeof image === "string" && image !== "" ? image : null;
    }
    const { status, body } = await gitlabText(`${project.id}/repository/files/${at(".renku/renku.ini")}/raw?ref=${commit}`);
    return status === 404 ? null : pinOf(body);
  },

  /** The image of a commit that pins none: of that very commit, as CI tags it; `null`: there is none. */
  async built(project: Project, commit: string): Promise<string | null> {
    // renku-notebooks 1.31.1, notebooks.py: the first seven digits, and nothing else.
    const tag = commit.slice(0, 7);
    const registries = await gitlab(`${project.id}/registry/repositories`, Registries).catch(() => null);
    // projectGitLab.api.ts, getRenkuRegistry: of several, the one without a name is CI's.
    const registry = registries?.length === 1 ? registries[0] : registries?.find(({ name }) => name === "");
    if (registry !== undefined) {
      return (await gitlab(`${project.id}/registry/repositories/${registry.id}/tags/${tag}`, Tag))?.location ?? null;
    }
    const prefix = project.container_registry_image_prefix?.toLowerCase();
    if (prefix === undefined || prefix === "") {
      return null;
    }
    const { access } = await legacy.check(`${prefix}:${tag}`);
    return access === "no" ? null : `${prefix}:${tag}`;
  },

  /** Whether sessions can have an image, as the backend itself says. */
  async check(image: string): Promise<Access> {
    const address = new URL("/ui-server/api/notebooks/images", location.origin);
    address.searchParams.set("image_url", image);
    try {
      const { ok, status } = await get(address);
      if (ok) {
        return { access: "yes", platforms: [] };
      }
      return status === 404 ? { access: "no" } : { access: "unknown", message: `Renku answered ${status}` };
    } catch (error) {
      return { access: "unknown", message: error instanceof Error ? error.message : String(error) };
    }
  },

  /** This person's sessions, of every project. */
  async servers(): Promise<Server[]> {
    const response = await get(new URL("/ui-server/api/notebooks/servers", location.origin));
    if (!response.ok) {
      throw new RenkuError(`Renku answered ${response.status}`, response.status);
    }
    return Object.values(parse(Servers, await response.text()).servers);
  },
};

/** The address under which the page itself asks the core service: versions are in it. */
function configPath(): string {
  const asked = performance.getEntriesByType("resource").map(({ name }) => new URL(name, location.origin).pathname);
  return asked.findLast((path) => VERSIONED_CONFIG.test(path)) ?? CONFIG;
}
