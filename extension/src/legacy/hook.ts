/** Puts the chosen image into the launch request of the legacy interface, and touches no other request. */
import { type Override, isSameProject, launched, readOverride } from "./override";

type Fetch = typeof globalThis.fetch;

/** What the hook knows of overrides. */
export interface Store {
  readonly read: () => Override | null;
  readonly launched: (override: Override, session: string | null) => void;
}

const TAB: Store = { read: readOverride, launched };

// renku-ui 3.59.1, sessions.api.ts; Renku 2's launches of that version go to …/v2/servers.
const LAUNCH = /^(?:\/ui-server)?\/api\/notebooks\/servers\/?$/u;

/**
 * Hooks into a window's fetch while there is an override; without one, the page's own is what it was. To be called
 * whenever the override may have changed.
 */
export function hookInto(scope: { fetch: Fetch }, store: Store = TAB): () => void {
  let own: Fetch | null = null;
  let hooked: Fetch | null = null;
  return () => {
    const isSet = store.read() !== null;
    // Others, such as the page's error reports, may have wrapped fetch meanwhile.
    if (isSet && scope.fetch !== hooked) {
      own = scope.fetch;
      hooked = launchingFetch(own, store);
      scope.fetch = hooked;
    } else if (!isSet && own !== null && scope.fetch === hooked) {
      scope.fetch = own;
      hooked = null;
    }
  };
}

/** A fetch that launches in the overridden image; everything else goes on as it came. */
export function launchingFetch(own: Fetch, store: Store = TAB): Fetch {
  return function fetch(this: unknown, ...args: Parameters<Fetch>): Promise<Response> {
    const override = isLaunch(args) ? store.read() : null;
    const send = (...sent: Parameters<Fetch>): Promise<Response> => Reflect.apply(own, this, sent);
    return override === null ? send(...args) : launch(args, send, override, store);
  };
}

function isLaunch([input, init]: Parameters<Fetch>): boolean {
  try {
    // RTK's fetchBaseQuery calls the global `fetch` with a `Request`, at the time of the call.
    const isRequest = input instanceof Request;
    const method = init?.method ?? (isRequest ? input.method : "GET");
    const url = new URL(isRequest ? input.url : input, location.href);
    return method.toUpperCase() === "POST" && url.origin === location.origin && LAUNCH.test(url.pathname);
  } catch {
    // No address: fetch itself says so.
    return false;
  }
}

async function launch(args: Parameters<Fetch>, send: Fetch, override: Override, store: Store): Promise<Response> {
  const request = new Request(...args);
  const body = await launchBody(request, override.project);
  if (body === null) {
    return send(request);
  }
  const response = await send(new Request(request, { method: "POST", body: JSON.stringify({ ...body, image: override.image }) }));
  if (response.ok) {
    store.launched(override, await sessionOf(response.clone()));
  }
  return response;
}

/** What a launch of the project says; `null`: it is one of another project, or what we do not know. */
async function launchBody(request: Request, project: string): Promise<object | null> {
  const body = await json(request.clone());
  const isOne = body !== null && "namespace" in body && "project" in body && "commit_sha" in body;
  return isOne && isSameProject(`${String(body.namespace)}/${String(body.project)}`, project) ? body : null;
}

async function sessionOf(response: Response): Promise<string | null> {
  const said = await json(response);
  return said !== null && "name" in said && typeof said.name === "string" ? said.name : null;
}

async function json(message: Request | Response): Promise<object | null> {
  try {
    const read: unknown = await message.json();
    return typeof read === "object" && read !== null && !Array.isArray(read) ? read : null;
  } catch {
    return null;
  }
}
