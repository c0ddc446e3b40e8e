// What has to be sent before a question can be asked: `node sizes.mjs DIST`. Prints a table.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const [dist] = process.argv.slice(2);
const wrapper = ["index.js", "module.js", "guard.js", "host.js", "options.js", "history.js", "error.js", "glob.js", "cache.js"];

function row(name, files) {
  const read = files.map((file) => readFileSync(join(dist, file)));
  const sum = (of) => read.map(of).reduce((all, one) => all + one, 0);
  const [raw, gzipped] = [sum((bytes) => bytes.byteLength), sum((bytes) => gzipSync(bytes, { level: 9 }).byteLength)];
  console.log(`| ${name} | ${(raw / 1000).toFixed(0)} kB | ${(gzipped / 1000).toFixed(0)} kB |`);
}

console.log("| | bytes | gzipped |\n|---|---|---|");
row("repin_bg.wasm", ["repin_bg.wasm"]);
row("repin.js (glue)", ["repin.js"]);
row("the package's own", wrapper);
row("all", ["repin_bg.wasm", "repin.js", ...wrapper]);
