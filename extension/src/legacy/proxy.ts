/** GitLab behind a legacy Renku, asked through the page's own proxy and session: only reading, and only of projects. */
import type { Fetched } from "../protocol/messages";

const API = "/api/v4/projects/";
// renku-gateway until 1.7: what it has no service for goes to GitLab, with this person's token.
const PROXY = "/ui-server/api/projects/";

const PATIENCE = 30_000;
/** So long is an answer good for the next question: the background asks much of what the page's control asks. */
const MOMENT = 30_000;
/** A page of GitLab's largest list is smaller. */
const LARGEST = 8_000_000;
const MOST = 300;

/** What GitLab's client needs of an answer's head. */
const HEADERS = /^(?:content-type|date|etag|link|retry-after|ratelimit-.+|x-next-page|x-page|x-per-page|x-total|x-total-pages|x-gitlab-.+)$/u;

/** The page's address for a path of GitLab's API; `null`: it is none that may be asked for. */
export function proxyAddress(path: string, origin: string): URL | null {
  if (!path.startsWith(API)) {
    return null;
  }
  const rest = path.slice(API.length);
  const address = new URL(PROXY + rest, origin);
  // An address that was read as another one than is written leads elsewhere, and so may one that is decoded on the way.
  const isAsWritten = address.href === origin + PROXY + rest && address.hash === "";
  const isBelow = decoded(address.pathname)?.split(/[/\\]/u).every((part) => part !== ".." && part !== ".") ?? false;
  if (!isAsWritten || !isBelow) {
    return null;
  }
  if (/^[^/]+$/u.test(address.pathname.slice(PROXY.length))) {
    // renku-ui's server takes a question for a project as a visit (lastProjectsMiddleware.ts).
    address.searchParams.set("doNotTrack", "true");
  }
  return address;
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

const kept = new Map<string, { readonly at: number; readonly answer: Promise<Fetched> }>();

/** The answer to a question of GitLab's API; the same one is asked once within a moment. */
export async function proxied(path: string): Promise<Fetched> {
  const before = kept.get(path);
  if (before !== undefined && performance.now() - before.at < MOMENT) {
    return before.answer;
  }
  const answer = send(path);
  kept.delete(path);
  kept.set(path, { at: performance.now(), answer });
  for (const old of kept.keys()) {
    if (kept.size <= MOST) {
      break;
    }
    kept.delete(old);
  }
  // That there is nothing is an answer, too; that something went wrong is none.
  const isGood = await answer.then(({ status }) => status < 400 || status === 404, () => false);
  if (!isGood) {
    kept.delete(path);
  }
  return answer;
}

/** Somebody wants to know it anew. */
export function forgetProxied(): void {
  kept.clear();
}

async function send(path: string): Promise<Fetched> {
  const address = proxyAddress(path, location.origin);
  if (address === null) {
    throw new TypeError("this is no question for GitLab");
  }
  const response = await fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
  const headers = [...response.headers].filter(([name]) => HEADERS.test(name));
  return { status: response.status, headers, body: await text(response) };
}

/** The body, if it is no larger than anything that is asked for. */
async function text(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let read = "";
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    read += decoder.decode(part.value, { stream: true });
    if (read.length > LARGEST) {
      await reader?.cancel();
      throw new TypeError("the answer is too large");
    }
  }
  return read + decoder.decode();
}
