// Writes element.js and element.d.ts for the npm package into a folder: `--outDir FOLDER`, or ELEMENT_OUT_DIR.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { build } from "vite";

const { values } = parseArgs({ options: { outDir: { type: "string" } } });
const given = values.outDir ?? process.env.ELEMENT_OUT_DIR;
if (given === undefined) {
  throw new Error("say where to: --outDir FOLDER");
}
const outDir = resolve(given);
const root = fileURLToPath(new URL("..", import.meta.url));

await build({ root, configFile: join(root, "vite.element.config.ts"), build: { outDir } });

const types = mkdtempSync(join(tmpdir(), "repin-element-"));
try {
  const tsc = join(root, "node_modules/.bin/tsc");
  execFileSync(tsc, ["-p", join(root, "tsconfig.element.json"), "--outDir", types], { stdio: "inherit" });
  const declarations = readFileSync(join(types, "element/element.d.ts"), "utf8");
  writeFileSync(join(outDir, "element.d.ts"), declarations.replaceAll('from "repin"', 'from "./index.js"'));
} finally {
  rmSync(types, { recursive: true });
}
