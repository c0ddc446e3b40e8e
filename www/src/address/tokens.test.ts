import { beforeEach, expect, test } from "vitest";

import { forgetToken, forgetTokens, takeToken, tokenFor, tokenState } from "./tokens";

const HERE = "https://gitlab.com";
const THERE = "https://gitlab.example.org";

/** Node has no storage of a tab. */
class TabStorage {
  readonly [key: string]: unknown;
  getItem(key: string): string | null {
    return Object.hasOwn(this, key) ? String(this[key]) : null;
  }
  setItem(key: string, value: string): void {
    Object.assign(this, { [key]: value });
  }
  removeItem(key: string): void {
    Reflect.deleteProperty(this, key);
  }
}

beforeEach(() => {
  Object.assign(globalThis, { sessionStorage: new TabStorage() });
  forgetTokens();
});

test("a token is for its origin alone", () => {
  takeToken(HERE, "secret", false);
  expect(tokenFor(HERE)).toBe("secret");
  expect(tokenFor(THERE)).toBeNull();
  expect(tokenState(HERE)).toBe("memory");
});

test("only a token that is to be kept outlives the page", () => {
  takeToken(HERE, "one", true);
  takeToken(THERE, "two", false);
  expect(Object.values(globalThis.sessionStorage)).toEqual(["one"]);
  expect(tokenState(HERE)).toBe("kept");
  takeToken(HERE, "three", false);
  expect(Object.values(globalThis.sessionStorage)).toEqual([]);
});

test("what is forgotten is nowhere any more", () => {
  takeToken(HERE, "one", true);
  takeToken(THERE, "two", true);
  forgetToken(HERE);
  expect(tokenFor(HERE)).toBeNull();
  expect(tokenFor(THERE)).toBe("two");
  forgetTokens();
  expect(tokenFor(THERE)).toBeNull();
});
