import { afterEach, expect, test, vi } from "vitest";

import { sharedFetch } from "./shared";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Stands for the network: answers with what was asked, and counts. */
function network(status: number): string[] {
  const sent: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const body = await request.text();
    sent.push(`${request.method} ${request.url} ${body}`.trim());
    return new Response(`answer to ${body}`, { status });
  });
  return sent;
}

function post(body: string): Request {
  return new Request("https://gitlab.example.org/api/graphql", { method: "POST", body });
}

test("equal requests are sent once, and each gets a whole answer", async () => {
  const sent = network(200);
  const url = "https://gitlab.example.org/api/v4/projects/1";
  const [one, other] = await Promise.all([sharedFetch(new Request(url)), sharedFetch(new Request(url))]);
  const later = await sharedFetch(new Request(url));
  expect(await Promise.all([one, other, later].map((answer) => answer.text()))).toEqual(["answer to ", "answer to ", "answer to "]);
  expect(sent).toEqual([`GET ${url}`]);
});

test("the end of one question is not the end of the others", async () => {
  const signals: AbortSignal[] = [];
  vi.stubGlobal("fetch", ({ signal }: Request) => {
    signals.push(signal);
    return Promise.resolve(new Response("shared"));
  });
  const done = new AbortController();
  const url = "https://gitlab.example.org/api/v4/projects/2";
  await sharedFetch(new Request(url, { signal: done.signal }));
  done.abort();
  expect(await (await sharedFetch(new Request(url))).text()).toBe("shared");
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
});

test("questions that differ in their bodies are different", async () => {
  const sent = network(200);
  const texts = await Promise.all(["a", "b"].map(async (body) => (await sharedFetch(post(body))).text()));
  expect(texts).toEqual(["answer to a", "answer to b"]);
  expect(sent).toHaveLength(2);
});

test("what failed is asked for again", async () => {
  const failing = network(503);
  await sharedFetch(post("again"));
  await sharedFetch(post("again"));
  expect(failing).toHaveLength(2);
});
