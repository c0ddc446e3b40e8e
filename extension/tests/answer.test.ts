/** Who may ask the background, and what it understands. */
import { beforeEach, describe, expect, test, vi } from "vitest";

const asked = vi.hoisted(() => ({ judged: 0, kept: [] as unknown[], stored: {} as Record<string, unknown>, tab: "" }));

vi.mock("wxt/browser", () => ({
  browser: {
    storage: {
      local: {
        get: (key: string) => Promise.resolve({ [key]: asked.stored[key] }),
        set: (values: object) => Promise.resolve(Object.assign(asked.stored, values)),
      },
    },
    permissions: { contains: ({ origins }: { origins: string[] }) => Promise.resolve(origins[0] === "https://renkulab.io/*") },
    runtime: { getURL: (path: string) => `chrome-extension://own${path}` },
    tabs: { create: ({ url }: { url: string }) => Promise.resolve(Object.assign(asked, { tab: url })) },
  },
}));
vi.mock("../src/background/judge", () => ({
  judge: () => {
    asked.judged += 1;
    return Promise.resolve({ judged: asked.judged });
  },
}));
vi.mock("../src/background/commits", () => ({ commits: () => Promise.resolve({}), details: () => Promise.resolve(null) }));
vi.mock("../src/background/place", () => ({ locate: () => Promise.reject(new Error("nowhere")) }));
vi.mock("../src/background/tokens", () => ({
  tokenOf: (gitlab: string) => Promise.resolve(gitlab === "https://entered.example.org" ? { kind: "private" } : undefined),
  keepToken: (token: unknown) => Promise.resolve(asked.kept.push(token)),
}));

const { reply } = await import("../src/background/answer");

const OWN = "own-id";
const GOOD = { id: OWN, url: "https://renkulab.io/p/ada/course", frameId: 0, tab: { id: 7 } };
const place = { repository: "https://gitlab.com/ada/course.git", revision: null };
const QUESTION = { type: "judge", place, image: null };
const say = (said: unknown, sender: object = GOOD) => reply(said, sender as Parameters<typeof reply>[1], OWN);

beforeEach(() => {
  Object.assign(asked, { judged: 0, kept: [], stored: {}, tab: "" });
});

describe("who asks", () => {
  test("a page of a permitted Renku is answered", async () => {
    expect(await say(QUESTION)).toMatchObject({ ok: true });
  });

  test("another extension gets no answer at all", async () => {
    expect(await say(QUESTION, { ...GOOD, id: "other" })).toBeNull();
  });

  test.each<[string, object]>([
    ["a frame in the page", { ...GOOD, frameId: 3 }],
    ["what is in no tab", { id: OWN, url: GOOD.url, frameId: 0 }],
    ["a page without an address", { id: OWN, frameId: 0, tab: { id: 7 } }],
    ["another host", { ...GOOD, url: "https://evil.example.org/p/ada/course" }],
    ["a host that looks like it", { ...GOOD, url: "https://renkulab.io.evil.example.org/" }],
    ["the host without encryption", { ...GOOD, url: "http://renkulab.io/" }],
    ["an opaque origin", { ...GOOD, url: "about:blank" }],
  ])("%s is refused", async (_, sender) => {
    expect(await say(QUESTION, sender)).toMatchObject({ ok: false, why: { code: "forbidden" } });
    expect(asked.judged).toBe(0);
  });
});

describe("what is asked", () => {
  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a text", "judge"],
    ["a list", [QUESTION]],
    ["no such question", { type: "tokens" }],
    ["a name that every object has", { type: "toString" }],
    ["a file as the repository", { ...QUESTION, place: { ...place, repository: "file:///etc/passwd" } }],
    ["a script as the repository", { ...QUESTION, place: { ...place, repository: "javascript:alert(1)" } }],
    ["the extension's own address", { ...QUESTION, place: { ...place, repository: "chrome-extension://own/x" } }],
    ["an endless repository", { ...QUESTION, place: { ...place, repository: `https://x.org/${"a".repeat(9999)}` } }],
    ["another way through", { ...QUESTION, place: { ...place, through: "proxy" } }],
    ["an image that is none", { ...QUESTION, image: 7 }],
    ["no commit", { type: "details", place, commit: "HEAD" }],
    ["a token for no host", { type: "connect", gitlab: "gitlab.com", token: "x", until: null }],
    ["a token that is empty", { type: "connect", gitlab: "https://gitlab.com", token: "", until: null }],
    ["a page of no reason", { type: "permit", host: "https://gitlab.com", why: "everything" }],
  ])("%s is not understood", async (_, said) => {
    expect(await say(said)).toMatchObject({ ok: false, why: { code: "bad-message" } });
    expect([asked.judged, asked.kept, asked.tab]).toEqual([0, [], ""]);
  });

  test("the same is answered once within a moment", async () => {
    const other = { ...QUESTION, image: "a/b:c" };
    const answers = await Promise.all([say(other), say(other)]);
    expect(answers[0]).toEqual(answers[1]);
    expect(asked.judged).toBe(1);
    await say({ type: "again" });
    await say(other);
    expect(asked.judged).toBe(2);
  });

  test("a connection's token is kept for its origin, and not in the place of one that was entered", async () => {
    await say({ type: "connect", gitlab: "https://gitlab.com/ada/course.git", token: "secret", until: 5 });
    await say({ type: "connect", gitlab: "https://entered.example.org/x", token: "secret", until: null });
    expect(asked.kept).toEqual([{ gitlab: "https://gitlab.com", kind: "bearer", secret: "secret", until: 5 }]);
  });

  test("the permission page gets an origin, and nothing else of an address", async () => {
    await say({ type: "permit", host: "https://user:pass@gitlab.example.org/a?b#c", why: "gitlab" });
    expect(asked.tab).toBe("chrome-extension://own/permit.html#host=https%3A%2F%2Fgitlab.example.org&why=gitlab");
  });
});

describe("what is remembered", () => {
  const change = {
    host: "https://other.example.org",
    project: "P",
    page: "/p/ada/course",
    launcher: "L",
    name: "Analysis",
    before: "a/b:1",
    after: "a/b:2",
    at: 1,
  };
  const changes = async () => {
    const said = await say({ type: "changes" });
    return said?.ok === true ? said.value : said;
  };

  test("is of the host that asks, whatever it says", async () => {
    await say({ type: "changed", change });
    expect(await changes()).toEqual([{ ...change, host: "https://renkulab.io" }]);
  });

  test("is undone to what was before the first of several changes", async () => {
    await say({ type: "changed", change });
    await say({ type: "changed", change: { ...change, before: "a/b:2", after: "a/b:3" } });
    expect(await changes()).toMatchObject([{ before: "a/b:1", after: "a/b:3" }]);
    await say({ type: "changed", change: { ...change, before: "a/b:3", after: "a/b:1" } });
    expect(await changes()).toEqual([]);
  });

  test("of another host is not shown, and not removed", async () => {
    asked.stored["changes"] = [change];
    expect(await changes()).toEqual([]);
    await say({ type: "unchanged", launcher: "L" });
    expect(asked.stored["changes"]).toEqual([change]);
  });

  test("what is no record is left out", async () => {
    asked.stored["changes"] = [{ ...change, host: "https://renkulab.io", at: "now" }, "x", null];
    expect(await changes()).toEqual([]);
  });
});
