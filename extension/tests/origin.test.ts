import { expect, test } from "vitest";

import { originOf, pageOf } from "../src/pages/origin";

const TESTS = ["http://localhost", "http://127.0.0.1:80"];

test.each([
  ["renku.example.org", "https://renku.example.org"],
  [" https://Renku.Example.org/p/a/b?x=1#y ", "https://renku.example.org"],
  ["renku.example.org:8443/p", "https://renku.example.org:8443"],
  ["https://somebody:secret@renku.example.org/", "https://renku.example.org"],
  ["https://münster.example/", "https://xn--mnster-3ya.example"],
  ["http://localhost:4000/p/a/b", "http://localhost:4000"],
  ["http://127.0.0.1:1", "http://127.0.0.1:1"],
])("%s is the host %s", (text, origin) => {
  expect(originOf(text, TESTS)).toBe(origin);
});

test.each(["", "http://renku.example.org", "https://*/", "https://*.org", "*", "javascript:alert(1)", "file:///etc", "a b", "https://", "ftp://a.b"])(
  "%s is no host",
  (text) => {
    expect(originOf(text, TESTS)).toBeNull();
  },
);

test("what people install takes no unencrypted host", () => {
  expect(originOf("http://localhost:4000", [])).toBeNull();
});

test.each([
  ["/p/a/b", "https://renku.example.org/p/a/b"],
  ["https://renku.example.org/p", "https://renku.example.org/p"],
  ["//evil.example/p", null],
  ["https://evil.example/p", null],
  ["javascript:alert(1)", null],
])("the page %s is %s", (page, address) => {
  expect(pageOf("https://renku.example.org", page)).toBe(address);
});
