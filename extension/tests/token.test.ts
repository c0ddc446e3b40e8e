import { expect, test, vi } from "vitest";

import { type Tested, testToken } from "../src/pages/token";

const SELF = "/api/v4/personal_access_tokens/self";
const USER = "/api/v4/user";

type Answers = Readonly<Record<string, readonly [number, unknown]>>;

/** A GitLab that answers so; what it is not told of is not found. */
function gitlab(answers: Answers) {
  return vi.fn<typeof fetch>((url) => {
    const [status, body] = answers[new URL(String(url)).pathname] ?? [404, { error: "404 Not Found" }];
    return Promise.resolve(Response.json(body, { status }));
  });
}

const CASES: readonly [string, Answers, Tested][] = [
  ["enough", { [SELF]: [200, { scopes: ["read_api"], expires_at: "2030-01-02" }] }, { is: "good", until: Date.UTC(2030, 0, 2) }],
  ["more than enough, without an end", { [SELF]: [200, { scopes: ["api"], expires_at: null }] }, { is: "good", until: null }],
  ["too few scopes", { [SELF]: [200, { scopes: ["read_user"] }] }, { is: "scopes", scopes: ["read_user"] }],
  ["scopes that may not even say so", { [SELF]: [403, { error: "insufficient_scope" }] }, { is: "scopes", scopes: [] }],
  ["revoked", { [SELF]: [401, { message: "401 Unauthorized" }] }, { is: "refused" }],
  ["an older GitLab", { [USER]: [200, { username: "ada" }] }, { is: "good", until: null }],
  ["an older GitLab that refuses it", { [USER]: [401, {}] }, { is: "refused" }],
  ["something else", { [SELF]: [200, "hello"], [USER]: [200, "hello"] }, { is: "other" }],
  ["nothing there", {}, { is: "other" }],
];

test.each(CASES)("a token of %s", async (_, answers, expected) => {
  await expect(testToken("https://gitlab.example.org", "glpat-abc", gitlab(answers))).resolves.toStrictEqual(expected);
});

test("the token goes to its GitLab alone, in a header, without cookies and never on", async () => {
  const send = gitlab({});
  await testToken("https://gitlab.example.org", "glpat-abc", send);
  expect(send.mock.calls.map(([url]) => url)).toStrictEqual([`https://gitlab.example.org${SELF}`, `https://gitlab.example.org${USER}`]);
  for (const [, init] of send.mock.calls) {
    expect(init).toMatchObject({ headers: { "private-token": "glpat-abc" }, credentials: "omit", redirect: "error" });
  }
});

test("a GitLab that does not answer is silent", async () => {
  const send = vi.fn<typeof fetch>(() => Promise.reject(new TypeError("Failed to fetch")));
  await expect(testToken("https://gitlab.example.org", "glpat-abc", send)).resolves.toStrictEqual({ is: "silent" });
});

test.each(["", "two words", "glpat-ä", "a\nb"])("%j is sent nowhere", async (secret) => {
  const send = gitlab({});
  await expect(testToken("https://gitlab.example.org", secret, send)).resolves.toStrictEqual({ is: "form" });
  expect(send).not.toHaveBeenCalled();
});
