import { afterAll, beforeAll, expect, test } from "vitest";

import { Glob, RepinError, load, resolve } from "repin";
// Where a task of the module traps, this is what finds out.
import { queueMicrotask as guarded } from "repin/guard.js";
import { Sandbox } from "./sandbox.js";

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await Sandbox.start();
  await load();
}, 60_000);
afterAll(() => sandbox.stop());

/** A function of WebAssembly that traps, as a panic does. */
function trap(): () => void {
  // (module (func (export "f") unreachable))
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11];
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)));
  return exports["f"] as () => void;
}

test("whoever waits when the module breaks down is told, and the next question gets an answer", async () => {
  const project = sandbox.says("project");
  const first = resolve(project, {
    // The answer never comes; but the module traps.
    fetch: () => {
      guarded(trap());
      return Promise.race([]);
    },
  });
  const error = await first.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RepinError);
  expect((error as RepinError).code).toBe("internal");
  expect((error as RepinError).cause).toBeInstanceOf(WebAssembly.RuntimeError);
  expect((await resolve(project)).project).toBe("ada/course");
});

test("what the module gave before it broke down cannot be used any more, and says so", async () => {
  const glob = new Glob("*.txt");
  expect(glob.matches("a.txt")).toBe(true);
  guarded(trap());
  await Promise.resolve();
  expect(new Glob("*.md").matches("a.md")).toBe(true);
  expect(() => glob.matches("a.txt")).toThrow(RepinError);
});

test("what was given back cannot be used any more, and says so", () => {
  const glob = new Glob("*.txt");
  glob.free();
  expect(() => glob.matches("a.txt")).toThrow(RepinError);
  expect(new Glob("*.txt").matches("a.txt")).toBe(true);
});
