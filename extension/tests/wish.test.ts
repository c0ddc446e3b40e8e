import { expect, test } from "vitest";

import { pathOf, wishOf } from "../src/pages/wish";

test.each(["renku", "gitlab", "sign-in"] as const)("a wish of the kind %s is read as it was written", (why) => {
  const wish = { host: "https://gitlab.example.org:8443", why };
  expect(wishOf(pathOf(wish).replace("/permit.html", ""), [])).toStrictEqual(wish);
});

test.each([
  "",
  "#",
  "#host=https%3A%2F%2Fgitlab.example.org",
  "#why=gitlab",
  "#host=https%3A%2F%2Fgitlab.example.org&why=everything",
  "#host=http%3A%2F%2Fgitlab.example.org&why=gitlab",
  "#host=https%3A%2F%2F*&why=gitlab",
  "#host=javascript%3Aalert(1)&why=sign-in",
])("%s is no wish", (hash) => {
  expect(wishOf(hash, [])).toBeNull();
});
