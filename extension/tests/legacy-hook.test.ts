import { beforeEach, describe, expect, test, vi } from "vitest";

import { type Store, hookInto, launchingFetch } from "../src/legacy/hook";
import type { Override } from "../src/legacy/override";

const ORIGIN = "https://renku.example.org";
const SERVERS = `${ORIGIN}/ui-server/api/notebooks/servers`;
const IMAGE = "registry.example.org/ada/course:abc1234";
const LAUNCH = { branch: "main", commit_sha: "1".repeat(40), namespace: "ada", project: "course", storage: 5 };

vi.stubGlobal("location", new URL(`${ORIGIN}/projects/ada/course/sessions/new`));

type Fetch = typeof globalThis.fetch;

/** A fetch that keeps what it was called with, and answers as a launch is answered. */
function recorder(answer: () => Response = () => Response.json({ name: "ada-course-1" }, { status: 201 })) {
  const calls: Parameters<Fetch>[] = [];
  const own: Fetch = (...args) => {
    calls.push(args);
    return Promise.resolve(answer());
  };
  return { calls, own };
}

function storeOf(override: Override | null) {
  const launched: [Override, string | null][] = [];
  const store: Store = { read: () => override, launched: (...all) => launched.push(all) };
  return { store, launched };
}

const SET: Override = { project: "ada/course", image: IMAGE };

function post(body: unknown, url = SERVERS): Request {
  return new Request(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

async function sent([input, init]: Parameters<Fetch>): Promise<unknown> {
  const text = await new Request(input, init).text();
  return text === "" ? null : JSON.parse(text);
}

describe("a launch of the project gets the image", () => {
  test.each<[string, Parameters<Fetch>, object]>([
    ["as RTK sends it", [post(LAUNCH)], LAUNCH],
    ["with another image in it", [post({ ...LAUNCH, image: "renku/other:1" })], LAUNCH],
    ["as address and init", [SERVERS, { method: "POST", body: JSON.stringify(LAUNCH) }], LAUNCH],
    ["as a URL", [new URL(SERVERS), { method: "post", body: JSON.stringify(LAUNCH) }], LAUNCH],
    ["as a request whose init says how", [new Request(SERVERS), { method: "POST", body: JSON.stringify(LAUNCH) }], LAUNCH],
    ["with a slash at its end", [post(LAUNCH, `${SERVERS}/`)], LAUNCH],
    ["without the ui-server", [post(LAUNCH, `${ORIGIN}/api/notebooks/servers`)], LAUNCH],
    ["of a project that is written in another case", [post({ ...LAUNCH, namespace: "Ada" })], { ...LAUNCH, namespace: "Ada" }],
  ])("%s", async (_, args, body) => {
    const { calls, own } = recorder();
    await launchingFetch(own, storeOf(SET).store)(...args);
    expect(calls).toHaveLength(1);
    expect(await sent(calls[0] as Parameters<Fetch>)).toStrictEqual({ ...body, image: IMAGE });
  });

  test("and nothing else about it is different", async () => {
    const { calls, own } = recorder();
    const request = new Request(SERVERS, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Own": "1" },
      credentials: "include",
      body: JSON.stringify(LAUNCH),
    });
    await launchingFetch(own, storeOf(SET).store)(request);
    const [made] = calls[0] as [Request];
    expect([made.url, made.method, made.credentials, made.headers.get("content-type"), made.headers.get("x-own")]).toStrictEqual([
      SERVERS,
      "POST",
      "include",
      "application/json",
      "1",
    ]);
  });

  test("and can be given up", async () => {
    const controller = new AbortController();
    const { own } = recorder();
    const aborting: Fetch = (...args) => {
      (args[0] as Request).signal.throwIfAborted();
      return own(...args);
    };
    controller.abort();
    const request = new Request(SERVERS, { method: "POST", body: JSON.stringify(LAUNCH), signal: controller.signal });
    const { store, launched } = storeOf(SET);
    await expect(launchingFetch(aborting, store)(request)).rejects.toThrow(/aborted/u);
    expect(launched).toStrictEqual([]);
  });

  test("in a group of groups", async () => {
    const { calls, own } = recorder();
    const body = { ...LAUNCH, namespace: "a/b/c" };
    await launchingFetch(own, storeOf({ project: "a/b/c/course", image: IMAGE }).store)(post(body));
    expect(await sent(calls[0] as Parameters<Fetch>)).toStrictEqual({ ...body, image: IMAGE });
  });
});

describe("everything else goes on as it came", () => {
  const body = JSON.stringify(LAUNCH);
  test.each<[string, Parameters<Fetch>]>([
    ["a look at the sessions", [SERVERS]],
    ["a session's end", [`${SERVERS}/ada-course-1`, { method: "DELETE" }]],
    ["a change of a session", [`${SERVERS}/ada-course-1`, { method: "PATCH", body: "{}" }]],
    ["a put", [SERVERS, { method: "PUT", body }]],
    ["another path", [`${ORIGIN}/ui-server/api/notebooks/images`, { method: "POST", body }]],
    ["a path that only ends so", [`${ORIGIN}/elsewhere/ui-server/api/notebooks/servers`, { method: "POST", body }]],
    ["Renku 2's launch", [`${ORIGIN}/ui-server/api/notebooks/v2/servers`, { method: "POST", body }]],
    ["another host", ["https://elsewhere.example.org/ui-server/api/notebooks/servers", { method: "POST", body }]],
    ["another port", [`${ORIGIN}:8443/ui-server/api/notebooks/servers`, { method: "POST", body }]],
    ["no address", ["https://[", { method: "POST", body }]],
  ])("%s, by the very arguments", async (_, args) => {
    const { calls, own } = recorder();
    await launchingFetch(own, storeOf(SET).store)(...args);
    expect(calls).toStrictEqual([args]);
  });

  test.each<[string, string]>([
    ["a launch of another project", JSON.stringify({ ...LAUNCH, project: "other" })],
    ["a launch of a project whose path begins alike", JSON.stringify({ ...LAUNCH, namespace: "x/ada" })],
    ["a launch without a commit", JSON.stringify({ namespace: "ada", project: "course" })],
    ["no JSON", "namespace=ada&project=course"],
    ["a list", JSON.stringify([LAUNCH])],
    ["nothing", ""],
  ])("%s, with the same body", async (_, text) => {
    const { calls, own } = recorder();
    const { store, launched } = storeOf(SET);
    await launchingFetch(own, store)(new Request(SERVERS, { method: "POST", body: text }));
    const [request] = calls[0] as [Request];
    expect(await request.text()).toBe(text);
    expect(launched).toStrictEqual([]);
  });

  test("a launch while nothing is set", async () => {
    const { calls, own } = recorder();
    const args: Parameters<Fetch> = [post(LAUNCH)];
    await launchingFetch(own, storeOf(null).store)(...args);
    expect(calls).toStrictEqual([args]);
  });

  test("what fetch itself refuses", async () => {
    const { calls, own } = recorder();
    const used = post(LAUNCH);
    await used.text();
    await expect(launchingFetch(own, storeOf(SET).store)(used)).rejects.toThrow(TypeError);
    expect(calls).toStrictEqual([]);
  });
});

describe("what became of the launch", () => {
  test.each<[string, () => Response, [Override, string | null][]]>([
    ["taken", () => Response.json({ name: "s1" }, { status: 201 }), [[SET, "s1"]]],
    ["an existing session", () => Response.json({ name: "s1" }), [[SET, "s1"]]],
    ["taken, without a word", () => new Response(null, { status: 204 }), [[SET, null]]],
    ["refused", () => Response.json({ error: {} }, { status: 422 }), []],
    ["out of order", () => new Response("", { status: 502 }), []],
  ])("%s", async (_, answer, noted) => {
    const { own } = recorder(answer);
    const { store, launched } = storeOf(SET);
    const response = await launchingFetch(own, store)(post(LAUNCH));
    expect(launched).toStrictEqual(noted);
    expect(await response.text()).toBe(await answer().text());
  });
});

describe("the hook", () => {
  let override: Override | null = null;
  const store: Store = { read: () => override, launched: () => null };
  beforeEach(() => {
    override = null;
  });

  test("leaves the page's fetch alone while nothing is set", () => {
    const { own } = recorder();
    const scope = { fetch: own };
    const update = hookInto(scope, store);
    update();
    expect(scope.fetch).toBe(own);
    override = SET;
    update();
    expect(scope.fetch).not.toBe(own);
    override = null;
    update();
    expect(scope.fetch).toBe(own);
  });

  test("works above what the page put around fetch meanwhile", async () => {
    const { calls, own } = recorder();
    const scope = { fetch: own };
    const update = hookInto(scope, store);
    update();
    scope.fetch = (...args) => own(...args);
    override = SET;
    update();
    await scope.fetch(post(LAUNCH));
    expect(await sent(calls[0] as Parameters<Fetch>)).toMatchObject({ image: IMAGE });
  });

  test("does not take away what the page put around it", () => {
    const { own } = recorder();
    const scope = { fetch: own };
    const update = hookInto(scope, store);
    override = SET;
    update();
    const hooked = scope.fetch;
    const around: Fetch = (...args) => hooked(...args);
    scope.fetch = around;
    override = null;
    update();
    expect(scope.fetch).toBe(around);
  });
});
