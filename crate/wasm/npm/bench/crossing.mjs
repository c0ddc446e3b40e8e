// What it costs that a history crosses into JavaScript: `node crossing.mjs MODULE PROJECT RUNS`. MODULE is a folder with a module of
// the feature `bench`, which has both ways.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, project, runs] = process.argv.slice(2);
const glue = await import(pathToFileURL(join(folder, "repin.js")));
glue.initSync({ module: readFileSync(join(folder, "repin_bg.wasm")) });

const host = {
  fetch: (request) => fetch(request),
  wantsProgress: false,
  hasCache: false,
  cancelled: new Promise(() => {}),
};
const history = await glue.history(project, { unlimited: true, limit: 10_000 }, host);
const ways = { "object by object": () => history.entries(), "JSON text, written and parsed": () => history.entriesByText() };
const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
let length = 0;
for (let run = 0; run <= Number(runs); run += 1) {
  for (const [name, way] of Object.entries(ways)) {
    const start = performance.now();
    length = way().length;
    if (run > 0) {
      times[name].push(performance.now() - start);
    }
  }
}
const best = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, Math.min(...list)]));
console.log(`| ${length} commits cross by | fastest | ratio |\n|---|---|---|`);
for (const [name, time] of Object.entries(best)) {
  console.log(`| ${name} | ${time.toFixed(1)} ms | ${(time / best["JSON text, written and parsed"]).toFixed(2)} |`);
}
