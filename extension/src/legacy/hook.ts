/** Puts the chosen image into the launch request of the legacy interface, and touches no other request. */
import { type Override, readOverride } from "./override";

type Fetch = typeof globalThis.fetch;

// renku-ui 3.59.1: RTK's fetchBaseQuery calls the global `fetch` with a `Request` at the time of the call.
const LAUNCH = /\/api\/notebooks\/servers\/?$/u;

/** A fetch that launches in the overridden image; everything else goes on as it came. */
export function launchingFetch(real: Fetch, read: () => Override | null = readOverride): Fetch {
  return function fetch(this: unknown, ...args: Parameters<Fetch>): Promise<Response> {
    const override = isLaunch(args) ? read() : null;
    return override === null
      ? Reflect.apply(real, this, args)
      : withImage(new Request(...args), override).then((request) => Reflect.apply(real, this, [request]));
  };
}

function isLaunch([input, init]: Parameters<Fetch>): boolean {
  const isRequest = input instanceof Request;
  const method = init?.method ?? (isRequest ? input.method : "GET");
  const url = new URL(isRequest ? input.url : input, location.href);
  return method.toUpperCase() === "POST" && url.origin === location.origin && LAUNCH.test(url.pathname);
}

/** The launch of that project, with the image; the launch of another one, or what is none, as it is. */
async function withImage(request: Request, { project, image }: Override): Promise<Request> {
  try {
    const body: unknown = await request.clone().json();
    if (typeof body === "object" && body !== null && "namespace" in body && "project" in body) {
      if (`${String(body.namespace)}/${String(body.project)}` === project) {
        return new Request(request, { body: JSON.stringify({ ...body, image }) });
      }
    }
  } catch {
    // No JSON: it is no launch that we know.
  }
  return request;
}
