/** Renku's own API, asked with the session of the page: the content script is who the page's person is. */
import * as v from "valibot";

import { Lists } from "./lists";
import { Build, ConnectionToken, ImageCheck, Launcher, Permissions, Project, RepositoryCheck, Session } from "./model";

/** What Renku refused, or did not answer. */
export class RenkuError extends Error {
  override readonly name = "RenkuError";
  /** The status of HTTP; `null`: there was no answer, so that nobody knows whether it was done. */
  readonly status: number | null;

  constructor(message: string, status: number | null) {
    super(message);
    this.status = status;
  }
}

const PATIENCE = 30_000;
const Refused = v.object({ error: v.object({ message: v.string() }) });

async function send(method: string, path: string, body?: unknown): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(new URL(`/api/data${path}`, location.origin), {
      method,
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE),
      ...(body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new RenkuError("Renku did not answer", null);
  }
  let said: unknown = null;
  try {
    const text = await response.text();
    said = text === "" ? null : JSON.parse(text);
  } catch {
    if (response.ok) {
      throw new RenkuError("Renku's answer was cut off, or is none", null);
    }
  }
  if (!response.ok) {
    const refused = v.safeParse(Refused, said);
    throw new RenkuError(refused.success ? refused.output.error.message : `Renku answered ${response.status}`, response.status);
  }
  return said;
}

function read<T>(schema: v.GenericSchema<unknown, T>, said: unknown): T {
  const found = v.safeParse(schema, said);
  if (!found.success) {
    throw new RenkuError("Renku answered something that Repin does not know", null);
  }
  return found.output;
}

/** Answers that are good until something changes: nothing is asked twice. */
const remembered = new Map<string, Promise<unknown>>();

/** A list without what Repin does not know: one odd launcher must not take the others' answers away. */
function known<T>(schema: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T[]> {
  return v.pipe(
    v.array(v.unknown()),
    v.transform((all) =>
      all.flatMap((one) => {
        const found = v.safeParse(schema, one);
        return found.success ? [found.output] : [];
      }),
    ),
  );
}

function once<T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T> {
  const before = remembered.get(path);
  if (before !== undefined) {
    return before as Promise<T>;
  }
  const answer = send("GET", path).then((said) => read(schema, said));
  remembered.set(path, answer);
  // What failed may be asked again.
  answer.catch(() => remembered.delete(path));
  return answer;
}

/** Forgets what may have changed. */
export function forget(part = ""): void {
  for (const path of remembered.keys()) {
    if (path.includes(part)) {
      remembered.delete(path);
    }
  }
}

/** When launchers were asked for, to tell the page's own requests from ours. */
export const lists = new Lists();

const at = encodeURIComponent;
const checkOf = (image: string): string => `/sessions/images?image_url=${at(image)}`;
const buildsOf = (environment: string): string => `/environments/${at(environment)}/builds`;

/** What Renku said of an image may have changed: it was built meanwhile, or somebody has connected an integration. */
export function forgetImage(image: string): void {
  remembered.delete(checkOf(image));
}

export function forgetBuilds(environment: string): void {
  remembered.delete(buildsOf(environment));
}

export const renku = {
  project: (namespace: string, slug: string) => once(`/namespaces/${at(namespace)}/projects/${at(slug)}`, Project),
  permissions: (project: string) => once(`/projects/${at(project)}/permissions`, Permissions),
  builds: (environment: string) => once(buildsOf(environment), known(Build)),
  image: (image: string) => once(checkOf(image), ImageCheck),
  repository: (url: string) => once(`/repository?url=${at(url)}`, RepositoryCheck),
  /** Sessions come and go: they are asked for when it matters. */
  sessions: async () => read(known(Session), await send("GET", "/sessions")),
  session: async (name: string) => read(Session, await send("GET", `/sessions/${at(name)}`)),
  /** The person's own token of a connection: for the background, and nothing else. */
  connectionToken: async (id: string) => read(ConnectionToken, await send("GET", `/oauth2/connections/${at(id)}/token`)),
  /** The launchers as they are now, whoever changed them. */
  launchersNow(project: string): Promise<Launcher[]> {
    forget(`/projects/${at(project)}/session_launchers`);
    return renku.launchers(project);
  },
  launchers(project: string): Promise<Launcher[]> {
    const path = `/projects/${at(project)}/session_launchers`;
    if (!remembered.has(path)) {
      lists.asks();
    }
    return once(path, known(Launcher));
  },
  async changeImage(launcher: string, image: string): Promise<void> {
    await send("PATCH", `/session_launchers/${at(launcher)}`, { environment: { container_image: image } });
    forget("/session_launchers");
  },
  async createLauncher(body: object): Promise<Launcher> {
    const made = read(Launcher, await send("POST", "/session_launchers", body));
    forget("/session_launchers");
    return made;
  },
  /** Removes a launcher; that somebody was faster is as good. */
  async removeLauncher(launcher: string): Promise<void> {
    try {
      await send("DELETE", `/session_launchers/${at(launcher)}`);
    } catch (error) {
      if (!(error instanceof RenkuError && error.status === 404)) {
        throw error;
      }
    }
    forget("/session_launchers");
  },
};
