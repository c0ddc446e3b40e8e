import { expect, test } from "vitest";

import { failureOf, isOutage, wantsToken } from "./failure";

function error(fields: object): Error {
  return Object.assign(new Error("said by the server"), fields);
}

test("what the package says is kept", () => {
  const retryAt = new Date(0);
  expect(failureOf(error({ code: "rate-limited", hint: "wait", retryAt }))).toEqual({
    code: "rate-limited",
    message: "said by the server",
    hint: "wait",
    retryAt,
  });
});

test("where it gives no hint, there is one", () => {
  expect(failureOf(error({ code: "unauthorized", hint: null })).hint).toContain("read_api");
});

test.each([
  [new TypeError("Failed to fetch dynamically imported module: x"), "not-loaded"],
  [new TypeError("x is not a function"), "internal"],
  [error({ code: "toString" }), "internal"],
  ["text", "internal"],
  [null, "internal"],
])("%s is %s", (thrown, code) => {
  expect(failureOf(thrown).code).toBe(code);
});

test("outages and secrets are told apart", () => {
  const [unreachable, absent] = [failureOf(error({ code: "unreachable" })), failureOf(error({ code: "not-found" }))];
  expect([isOutage(unreachable), wantsToken(unreachable)]).toEqual([true, false]);
  expect([isOutage(absent), wantsToken(absent)]).toEqual([false, true]);
});
