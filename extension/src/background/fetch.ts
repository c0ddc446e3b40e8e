/** How the background asks a GitLab: without cookies, and the same thing only once within a moment. */

/** So long is an answer good for the next question: the badge of a launcher, that of the next one, the list of images. */
const MOMENT = 30_000;
/** Answers that are larger are not kept; so many are. */
const LARGE = 2_000_000;
const MOST = 300;

interface Answer {
  readonly status: number;
  readonly headers: [string, string][];
  readonly body: Uint8Array<ArrayBuffer>;
}

interface Kept {
  readonly at: number;
  /** `null`: it was none that can be kept. */
  readonly answer: Promise<Answer | null>;
}

const kept = new Map<string, Kept>();

/** The fetch of the background: cookies are never sent, so that nobody is asked on behalf of another window's person. */
export async function anonymousFetch(request: Request): Promise<Response> {
  const key = await keyOf(request);
  const before = kept.get(key);
  if (before !== undefined && Date.now() - before.at < MOMENT) {
    const answer = await before.answer;
    if (answer !== null) {
      return new Response(answer.body, answer);
    }
  }
  let tell: (answer: Answer | null) => void = () => {};
  const answer = new Promise<Answer | null>((resolve) => {
    tell = resolve;
  });
  kept.set(key, { at: Date.now(), answer });
  makeRoom();
  try {
    const { response, whole } = await send(request);
    if (whole === null) {
      kept.delete(key);
    }
    tell(whole);
    return response;
  } catch (error) {
    kept.delete(key);
    tell(null);
    throw error;
  }
}

/** The response, and all of it where that can be kept. */
async function send(request: Request): Promise<{ response: Response; whole: Answer | null }> {
  const answered = await fetch(
    new Request(request, { credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" }),
  );
  if (!answered.ok || answered.body === null) {
    return { response: answered, whole: null };
  }
  const head = { status: answered.status, headers: [...answered.headers.entries()] };
  const reader = answered.body.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  while (bytes <= LARGE) {
    const { done, value } = await reader.read();
    if (done) {
      const body = new Uint8Array(await new Blob(parts).arrayBuffer());
      return { response: new Response(body, head), whole: { ...head, body } };
    }
    parts.push(value);
    bytes += value.byteLength;
  }
  // Too large to be kept: the asker reads on by itself, within its own limits.
  return { response: new Response(joined(parts, reader), head), whole: null };
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

function makeRoom(): void {
  for (const old of kept.keys()) {
    if (kept.size <= MOST) {
      return;
    }
    kept.delete(old);
  }
}

async function keyOf(request: Request): Promise<string> {
  const secret = request.headers.get("private-token") ?? request.headers.get("authorization") ?? "";
  const body = request.method === "GET" ? "" : await request.clone().text();
  return JSON.stringify([request.method, request.url, secret, body]);
}
