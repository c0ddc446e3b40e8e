import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { publint } from "publint";
import { expect, test } from "vitest";

import { PACKAGE } from "./sandbox.js";

test("the package is clean under publint", async () => {
  const { messages } = await publint({ pkgDir: PACKAGE, strict: true, pack: "npm" });
  expect(messages).toEqual([]);
});

test("what is packed is what is needed, and no source of a person's machine", () => {
  const packed = execFileSync("npm", ["pack", "--dry-run", "--json", "--silent"], { cwd: PACKAGE, encoding: "utf8" });
  const [pack] = JSON.parse(packed) as [{ files: { path: string }[] }];
  const files = pack.files.map(({ path }) => path);
  for (const name of ["LICENSE", "README.md", "index.js", "index.d.ts", "node.js", "element.js", "element.d.ts", "repin_bg.wasm"]) {
    expect(files).toContain(name);
  }
  expect(files.filter((name) => !/^[\w.-]+\.(js|d\.ts|wasm|json|md)$|^LICENSE$/.test(name))).toEqual([]);
  for (const name of files) {
    expect(readFileSync(join(PACKAGE, name), "latin1"), name).not.toMatch(/\/(root|home|work)\/[\w.]/);
  }
});

test("a TypeScript project gets types", () => {
  const folder = mkdtempSync(join(tmpdir(), "repin-types-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(PACKAGE, join(folder, "node_modules/repin"));
    writeFileSync(
      join(folder, "use.ts"),
      `import { type Resolution, RepinError, history, resolve } from "repin";
       const answer: Resolution = await resolve("https://gitlab.com/group/name", { commit: "main", maxRequests: "none" });
       const tag: string | undefined = answer.image?.tag;
       const status: "found" | "building" | "failed" | "missing" | "predicted" | "unknown" = answer.status;
       // @ts-expect-error: there is no such option
       await resolve("x", { branch: "main" });
       // @ts-expect-error: an image may not be there
       const image: string = answer.image.tag;
       const entries = (await history("x", { limit: 7 })).entries.map(({ commit }) => commit.slice(0, 7));
       try { throw new RepinError("moved", "x"); } catch (error) { if (error instanceof RepinError && error.code === "moved") console.log(tag, status, image, entries); }
      `,
    );
    const tsc = join(import.meta.dirname, "../node_modules/.bin/tsc");
    for (const resolution of ["bundler", "nodenext"]) {
      const module = resolution === "bundler" ? "esnext" : "nodenext";
      const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom", "--types", "", "--module", module];
      writeFileSync(join(folder, "package.json"), '{"type":"module"}');
      execFileSync(tsc, [...options, "--moduleResolution", resolution, "use.ts"], { cwd: folder, stdio: "pipe" });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** What may be sent for a question, at most: README.md, "Speed", says what of. */
const MOST = 612_000;

test("module and glue are no larger than they were", () => {
  const names = ["repin_bg.wasm", "repin.js", "index.js", "module.js", "guard.js", "host.js", "options.js", "history.js", "error.js", "glob.js", "cache.js"];
  const bytes = names.map((name) => gzipSync(readFileSync(join(PACKAGE, name)), { level: 9 }).byteLength);
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(MOST);
});
