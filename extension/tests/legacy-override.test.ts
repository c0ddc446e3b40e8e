import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { CHANGED, KEY, READY, forgetLaunched, launched, readLaunched, readOverride, setOverride } from "../src/legacy/override";

const SET = { project: "ada/course", image: "a/b:1" };
const stored = new Map<string, string>();

beforeEach(() => {
  stored.clear();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
  vi.stubGlobal("document", new EventTarget());
});

afterEach(() => vi.unstubAllGlobals());

describe("an override", () => {
  test("is there until it is taken back", () => {
    setOverride(SET);
    expect(readOverride()).toStrictEqual(SET);
    setOverride(null);
    expect(readOverride()).toBeNull();
    expect(stored.size).toBe(0);
  });

  test("is there until the launch, and then is what was asked for", () => {
    setOverride(SET);
    launched(SET, "s1");
    expect(readOverride()).toBeNull();
    expect(readLaunched()).toStrictEqual({ ...SET, session: "s1" });
    forgetLaunched();
    expect(readLaunched()).toBeNull();
  });

  test("is over after a launch that has no name", () => {
    setOverride(SET);
    launched(SET, null);
    expect([readOverride(), readLaunched()]).toStrictEqual([null, null]);
  });

  test("tells whether a hook has heard of it", () => {
    expect(setOverride(SET)).toBeFalsy();
    document.addEventListener(CHANGED, () => document.dispatchEvent(new Event(READY)));
    expect(setOverride(SET)).toBeTruthy();
  });

  test.each([
    ["no JSON", "{"],
    ["null", "null"],
    ["a text", '"a/b:1"'],
    ["no image", '{"project":"ada/course"}'],
    ["an empty image", '{"project":"ada/course","image":""}'],
    ["an image that is none", '{"project":"ada/course","image":{}}'],
    ["one that is too long", JSON.stringify({ ...SET, image: "a".repeat(501) })],
  ])("is none: %s", (_, text) => {
    stored.set(KEY, text);
    expect(readOverride()).toBeNull();
  });

  test("is none where storage is switched off", () => {
    vi.stubGlobal("sessionStorage", {
      getItem: () => {
        throw new Error("SecurityError");
      },
    });
    expect(readOverride()).toBeNull();
  });

  test("has nothing in it but project and image", () => {
    stored.set(KEY, JSON.stringify({ ...SET, more: "x" }));
    expect(readOverride()).toStrictEqual(SET);
  });
});
