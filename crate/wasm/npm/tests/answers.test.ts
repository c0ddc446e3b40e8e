import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import {
  type Cache,
  Glob,
  type Progress,
  RepinError,
  type Resolution,
  audit,
  check,
  history,
  inputs,
  letter,
  load,
  memoryCache,
  parseAddress,
  resolve,
  version,
} from "repin";
import { PACKAGE, Sandbox, command } from "./sandbox.js";

let sandbox: Sandbox;
let project: string;

beforeAll(async () => {
  sandbox = await Sandbox.start();
  project = sandbox.says("project");
}, 60_000);
afterEach(() => sandbox.clear());
afterAll(() => sandbox.stop());

/** What the command says of the same question. */
function said(...args: string[]): unknown {
  return JSON.parse(command(...args, "--format", "json", "--no-cache"));
}

/** The error of a question. */
async function failure(question: Promise<unknown>): Promise<RepinError> {
  const error: unknown = await question.then(
    (answer) => new Error(`an answer: ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RepinError);
  return error as RepinError;
}

describe("the answers are those of the command", () => {
  // An image of before, of later, of its own, none, one whose build failed: see the sample course.
  for (const commit of ["ce46f90", "b742154", "581f63d", "1a916aa", "main"]) {
    test(`resolve ${commit}`, async () => {
      let expected: unknown;
      try {
        expected = said("resolve", project, "--commit", commit);
      } catch (error) {
        // Where there is no image, the command's exit code says so, and its output is the answer all the same.
        expected = JSON.parse((error as { stdout: string }).stdout);
      }
      const answer = await resolve(project, { commit });
      // How many bytes came differs by their packing, and rounds by which answer came first.
      const { cost: spent, ...same } = expected as Resolution;
      expect({ ...answer, cost: null }).toEqual({ ...same, cost: null });
      expect(answer.cost?.requests).toBe(spent?.requests);
    });
  }

  test("history, inputs, check", async () => {
    const options = { maxRequests: "none" } as const;
    const course = await history(project, options);
    expect(course.entries).toEqual(said("history", project, "--max-requests", "none"));
    expect(course.rows).toHaveLength(course.entries.length);
    expect(await inputs(project)).toEqual(said("inputs", project));
    let expected: unknown;
    try {
      expected = said("check", project, "--max-requests", "none");
    } catch (error) {
      expected = JSON.parse((error as { stdout: string }).stdout);
    }
    expect(await check(project, options)).toEqual(expected);
  });

  test("a history answers for its commits as resolve does, without a request", async () => {
    const course = await history(project, { maxRequests: "none" });
    await sandbox.clear();
    const known = course.entries.map(({ commit }) => ({ commit, answer: course.resolution(commit), older: course.older(commit) }));
    expect(await sandbox.log()).toEqual([]);
    expect(course.unseen.size).toBe(0);
    let compared = 0;
    for (const { commit, answer, older } of known) {
      const asked = await resolve(project, { commit, maxRequests: "none" });
      expect(answer === null, commit).toBe(asked.status !== "found");
      if (answer !== null) {
        const { digest: _digest, created_at: _created, ...image } = asked.image ?? {};
        expect(answer.image, commit).toMatchObject(image);
        expect(answer.environment, commit).toEqual(asked.environment);
        compared += 1;
      }
      if (older !== null) {
        expect(older.changed.length, commit).toBeGreaterThan(0);
      }
    }
    expect(compared).toBeGreaterThan(10);
    expect(known.filter(({ older }) => older !== null).length).toBeGreaterThan(5);
    expect(course.svg()).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect([...course.letters.values()].map(letter).slice(0, 3)).toEqual(["A", "B", "C"]);
    course.free();
  }, 60_000);

  test("the picture is the command's", async () => {
    const course = await history(project, { maxRequests: "none" });
    expect(course.svg()).toBe(command("history", project, "--format", "svg", "--max-requests", "none", "--no-cache"));
  });

  test("an image named by hand", async () => {
    const { image } = await resolve(project, { commit: "ce46f90" });
    const reference = image?.reference ?? "";
    const state = async (commit: string, pin: string): Promise<string | undefined> =>
      (await audit(project, { commit, pin }))?.state.state;
    expect(await state("ce46f90", reference)).toBe("right");
    expect(await state("main", reference)).toBe("stale");
    expect(await state("main", "docker.io/library/python:3.12")).toBe("foreign");
    expect(await state("main", reference.replace(/:[^:]*$/, ":latest"))).toBe("floating");
  });
});

describe("what a caller gives", () => {
  test("tags and patterns", async () => {
    const answer = await resolve(project, { commit: "ce46f90", tags: ["2c5c1f9"], inputs: ["requirements.txt", "*.yml"] });
    expect(answer.inputs.source).toBe("option");
    expect(answer.image?.tag).toBe("2c5c1f9");
    expect((await sandbox.log()).filter(({ path }) => path.includes("/registry/"))).toEqual([]);
  });

  test("a fetch of its own, and progress", async () => {
    const urls: string[] = [];
    const told: Progress[] = [];
    const answer = await resolve(project, {
      fetch: (request) => {
        urls.push(request.url);
        return fetch(request);
      },
      onProgress: (progress) => told.push(progress),
    });
    expect(urls).toHaveLength(answer.cost?.requests ?? 0);
    expect(told.at(-1)).toEqual({ sent: urls.length, answered: urls.length, bytes: answer.cost?.bytes, waiting: false });
    for (const [at, { sent, answered }] of told.entries()) {
      expect(answered).toBeLessThanOrEqual(sent);
      expect(sent + answered).toBe(at + 1);
    }
  });

  test("that it waits before it asks again is told", async () => {
    await sandbox.fault({ kind: "html", status: 503, first: 1 });
    const told: Progress[] = [];
    await resolve(project, { onProgress: (progress) => told.push(progress) });
    expect(told.some(({ waiting }) => waiting)).toBe(true);
    expect(told.at(-1)?.waiting).toBe(false);
  });

  test("a fetch that misbehaves is an error, no crash", async () => {
    const cases: [(request: Request) => Promise<Response>, string][] = [
      [() => Promise.reject(new Error("no")), "unreachable"],
      [
        () => {
          throw new TypeError("no");
        },
        "unreachable",
      ],
      [() => Promise.resolve({} as Response), "bad-answer"],
      [() => Promise.resolve(new Response("]")), "bad-answer"],
      // JSON that ends too soon was cut off.
      [() => Promise.resolve(new Response("[")), "unreachable"],
    ];
    for (const [broken, code] of cases) {
      expect((await failure(resolve(project, { fetch: broken }))).code).toBe(code);
    }
  }, 60_000);

  test("a cache, which saves requests; one that fails is none", async () => {
    const cache = memoryCache();
    const first = await resolve(project, { cache });
    const again = await resolve(project, { cache });
    expect(again.image).toEqual(first.image);
    expect(again.cost?.requests).toBeLessThan(first.cost?.requests ?? 0);
    await cache.clear();
    expect((await resolve(project, { cache })).cost?.requests).toBe(first.cost?.requests);
    const broken: Cache = { get: () => Promise.reject(new Error("no")), put: () => Promise.reject(new Error("no")) };
    expect((await resolve(project, { cache: broken })).image).toEqual(first.image);
  });

  test("a cache in memory keeps no more than it may", async () => {
    const cache = memoryCache(10);
    await cache.put("a", new Uint8Array(6));
    await cache.put("b", new Uint8Array(4));
    await cache.get("a");
    await cache.put("c", new Uint8Array(3));
    expect(await cache.get("b"), "it was used longest ago").toBeUndefined();
    expect((await cache.get("a"))?.byteLength).toBe(6);
    await cache.put("d", new Uint8Array(11));
    expect(await cache.get("d")).toBeUndefined();
  });

  test("a token goes into a header of that GitLab's and nowhere else", async () => {
    const hidden = sandbox.says("private");
    const secret = sandbox.says("token");
    expect((await failure(resolve(hidden))).code).toBe("not-found");
    const seen: string[] = [];
    const keys: string[] = [];
    const cache: Cache = {
      get: async (key) => {
        keys.push(key);
        return undefined;
      },
      put: async (key, value) => {
        keys.push(key, new TextDecoder().decode(value));
      },
    };
    const answer = await resolve(hidden, {
      token: secret,
      cache,
      fetch: async (request) => {
        const body = await request.clone().text();
        seen.push(request.url, body);
        // GraphQL takes it as a bearer's.
        const sent = request.headers.get("private-token") ?? request.headers.get("authorization");
        expect([secret, `Bearer ${secret}`]).toContain(sent);
        return fetch(request);
      },
    });
    expect(answer.project).toBe("ada/drafts");
    expect(seen.concat(keys, JSON.stringify(answer)).join("\n")).not.toContain(secret);
    const expired = await failure(resolve(hidden, { token: { kind: "private", secret: sandbox.says("expired-token") } }));
    expect([expired.code, expired.status]).toEqual(["unauthorized", 401]);
  });

  test("an aborted signal ends the requests", async () => {
    const controller = new AbortController();
    controller.abort();
    expect((await failure(resolve(project, { signal: controller.signal }))).code).toBe("cancelled");
    await sandbox.clear();
    await sandbox.fault({ kind: "latency", milliseconds: 60_000 });
    const later = new AbortController();
    const aborted: boolean[] = [];
    const error = await failure(
      resolve(project, {
        signal: later.signal,
        fetch: (request) => {
          request.signal.addEventListener("abort", () => aborted.push(true));
          later.abort();
          return fetch(request);
        },
      }),
    );
    expect(error.code).toBe("cancelled");
    expect(aborted.length).toBeGreaterThan(0);
  });
});

describe("errors have codes", () => {
  test("of addresses, options and revisions", async () => {
    const cases: [() => Promise<unknown>, string][] = [
      [() => resolve("nonsense"), "bad-address"],
      [() => parseAddress("https://gitlab.com/"), "bad-address"],
      [() => resolve(project, { commit: "nope" }), "unknown-revision"],
      [() => resolve(project, { image: "registry.example.org/a/b:tag" }), "bad-option"],
      [() => resolve(project, { token: "two words" }), "bad-option"],
      [() => resolve(project, { maxRequests: 0 }), "bad-option"],
      [() => resolve(project, { commit: 7 as unknown as string }), "bad-option"],
      [() => resolve(project, { tags: "a" as unknown as string[] }), "bad-option"],
      [() => resolve(project, { maxRequests: 1 }), "request-limit"],
      [() => resolve(`${project}-which-is-not-there`), "not-found"],
      [() => resolve("http://127.0.0.1:9/group/name"), "unreachable"],
    ];
    for (const [question, code] of cases) {
      const error = await failure(question());
      expect(error.code, error.message).toBe(code);
      expect(error.message).not.toBe("");
    }
  }, 60_000);

  const faults: [string, object, string][] = [
    ["a rate limit", { kind: "rate-limited", retry_after: 3600 }, "rate-limited"],
    ["HTML with status 502", { kind: "html", status: 502 }, "server"],
    ["a page instead of JSON", { kind: "html-instead-of-json" }, "bad-answer"],
    ["another shape", { kind: "wrong-shape" }, "bad-answer"],
    ["a cut connection", { kind: "cut-before-headers" }, "unreachable"],
    ["too long an answer", { kind: "oversized", bytes: 200_000_000 }, "too-large"],
    ["a redirect to elsewhere", { kind: "redirect", to: "http://127.0.0.2:9/" }, "redirected"],
  ];
  for (const [name, fault, code] of faults) {
    test(`of a GitLab in trouble: ${name}`, async () => {
      await sandbox.fault(fault);
      // With a token no redirect is followed.
      const error = await failure(resolve(project, { token: sandbox.says("token") }));
      expect(error.code, error.message).toBe(code);
      if (code === "rate-limited") {
        expect(error.retryAt?.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
      }
    }, 70_000);
  }
});

test("patterns are GitLab's", async () => {
  await load();
  const matches = (pattern: string, path: string): boolean => new Glob(pattern).matches(path);
  expect(matches("docker/**/*", "docker/a/b")).toBe(true);
  expect(matches("docker/**", "docker/a/b")).toBe(false);
  expect(matches("{a,b}.txt", "b.txt")).toBe(true);
  expect(matches("{a", "a")).toBe(false);
});

test("the version is the package's", async () => {
  const manifest = JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8")) as { version: string };
  expect(await version()).toBe(manifest.version);
});
