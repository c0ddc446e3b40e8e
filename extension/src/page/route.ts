/** What a page of Renku is about, by its address. */

export type Route =
  | { readonly page: "project"; readonly namespace: string; readonly slug: string }
  | { readonly page: "start"; readonly namespace: string; readonly slug: string; readonly launcher: string }
  | { readonly page: "session"; readonly namespace: string; readonly slug: string; readonly session: string }
  | { readonly page: "legacy-start"; readonly project: string }
  | { readonly page: "legacy-session"; readonly project: string; readonly session: string };

// renku-ui, client/src/routing/routes.constants.ts (4.29.0); with /v2/projects until 3.x.
const PROJECT = /^\/(?:p|v2\/projects)\/([^/]+)\/([^/]+)\/?$/u;
const START = /^\/(?:p|v2\/projects)\/([^/]+)\/([^/]+)\/sessions\/([^/]+)\/start\/?$/u;
const SESSION = /^\/(?:p|v2\/projects)\/([^/]+)\/([^/]+)\/sessions\/show\/([^/]+)\/?$/u;
// renku-ui, client/src/utils/helpers/url/Url.js (3.59.1): namespaces can be nested.
const LEGACY_START = /^\/projects\/(.+\/[^/]+)\/sessions\/new\/?$/u;
const LEGACY_SESSION = /^\/projects\/(.+\/[^/]+)\/sessions\/show\/([^/]+)\/?$/u;

/** The path of a project's page, which names the project in our records. */
export function projectPath({ namespace, slug }: { readonly namespace: string; readonly slug: string }): string {
  return `/p/${encodeURIComponent(namespace)}/${encodeURIComponent(slug)}`;
}

/** What the page at a path is about; `null`: nothing that concerns images. */
export function routeOf(pathname: string): Route | null {
  const project = PROJECT.exec(pathname);
  if (project !== null) {
    return { page: "project", namespace: text(project[1]), slug: text(project[2]) };
  }
  const start = START.exec(pathname);
  if (start !== null) {
    return { page: "start", namespace: text(start[1]), slug: text(start[2]), launcher: text(start[3]) };
  }
  const session = SESSION.exec(pathname);
  if (session !== null) {
    return { page: "session", namespace: text(session[1]), slug: text(session[2]), session: text(session[3]) };
  }
  const legacy = LEGACY_START.exec(pathname);
  if (legacy !== null) {
    return { page: "legacy-start", project: text(legacy[1]) };
  }
  const running = LEGACY_SESSION.exec(pathname);
  return running === null ? null : { page: "legacy-session", project: text(running[1]), session: text(running[2]) };
}

function text(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? "");
  } catch {
    return part ?? "";
  }
}
