/** How the background asks a GitLab: without cookies, and the same thing only once within a moment. */
import { Moment } from "./moment";

/** Answers that are larger are not kept. */
const LARGE = 2_000_000;

interface Answer {
  readonly status: number;
  readonly headers: [string, string][];
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Why an answer is not kept: whoever asked gets the response itself, everybody else asks again. */
class NotKept extends Error {
  response: Response | null;

  constructor(response: Response) {
    super("not kept");
    this.response = response;
  }
}

const kept = new Moment<Answer>();

/** The fetch of the background: cookies are never sent, so that nobody is asked on behalf of another window's person. */
export async function anonymousFetch(request: Request): Promise<Response> {
  const key = await keyOf(request);
  try {
    const answer = await kept.get(key, () => send(request.clone()));
    return new Response(answer.body, answer);
  } catch (error) {
    if (!(error instanceof NotKept)) {
      throw error;
    }
    const { response } = error;
    error.response = null;
    return response ?? freshFetch(request);
  }
}

/** Forgets what was answered: somebody has signed in, or wants to look again. */
export function forgetAnswers(): void {
  kept.clear();
}

/** The same, where what was answered a moment ago does not count. */
export function freshFetch(request: Request): Promise<Response> {
  return fetch(new Request(request, { credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" }));
}

async function send(request: Request): Promise<Answer> {
  const response = await freshFetch(request);
  if (!response.ok || response.body === null) {
    throw new NotKept(response);
  }
  const head = { status: response.status, headers: [...response.headers.entries()] };
  const reader = response.body.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  while (bytes <= LARGE) {
    const { done, value } = await reader.read();
    if (done) {
      return { ...head, body: new Uint8Array(await new Blob(parts).arrayBuffer()) };
    }
    parts.push(value);
    bytes += value.byteLength;
  }
  // The asker reads on by itself, within its own limits.
  throw new NotKept(new Response(joined(parts, reader), head));
}

function joined(parts: Uint8Array<ArrayBuffer>[], reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>): ReadableStream {
  return new ReadableStream({
    async pull(controller) {
      const part = parts.shift() ?? (await reader.read()).value;
      if (part === undefined) {
        controller.close();
      } else {
        controller.enqueue(part);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

async function keyOf(request: Request): Promise<unknown> {
  const secret = request.headers.get("private-token") ?? request.headers.get("authorization") ?? "";
  const body = request.method === "GET" ? "" : await request.clone().text();
  return [request.method, request.url, secret, body];
}
