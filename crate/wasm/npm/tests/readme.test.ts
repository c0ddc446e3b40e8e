import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, test } from "vitest";

import { PACKAGE, Sandbox } from "./sandbox.js";

const run = promisify(execFile);
let sandbox: Sandbox;
let folder: string;

beforeAll(async () => {
  sandbox = await Sandbox.start();
  folder = await mkdtemp(join(tmpdir(), "repin-readme-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(PACKAGE, join(folder, "node_modules/repin"));
}, 60_000);
afterAll(async () => {
  await sandbox.stop();
  await rm(folder, { recursive: true });
});

/** The examples of the README, in order, each with what it must print in the sandbox. */
const EXAMPLES: [string, RegExp][] = [
  ["a right image", /^docker pull \S+\/ada\/course:[0-9a-f]{7}\n$|^(missing|failed) /],
  ["a history", /^[0-9a-f]{7} A [0-9a-f]{7}|none /],
  ["errors", /^ask for a token: .*read_api/],
  ["loading", /^https:\/\/gitlab\.com\n$/],
];

test("the README's examples run, and answer", async () => {
  const readme = await readFile(join(PACKAGE, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code ?? "");
  expect(blocks).toHaveLength(EXAMPLES.length);
  for (const [at, [name, printed]] of EXAMPLES.entries()) {
    // The projects of the examples are those of the sandbox.
    const code = (blocks[at] ?? "")
      .replaceAll("https://gitlab.com/group/name", sandbox.says("project"))
      .replaceAll("https://gitlab.com/group/private", sandbox.says("private"));
    const file = join(folder, `${at}.mjs`);
    await writeFile(file, code);
    const { stdout, stderr } = await run("node", [file]);
    expect(stderr, name).toBe("");
    expect(stdout, name).toMatch(printed);
  }
});
