// How long it takes until the first question can be asked: `node instantiate.mjs DIST RUNS`. In Chromium, streaming from loopback,
// each time in a new context without a cache; beside it, in the same page, the same bytes fetched and not compiled.
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { createReadStream } from "node:fs";
import { basename, extname, join } from "node:path";

import { chromium } from "playwright-core";

const [dist, runs] = process.argv.slice(2);
const types = { ".js": "text/javascript", ".wasm": "application/wasm" };

const server = createServer((request, response) => {
  const file = basename(new URL(request.url, "http://localhost").pathname);
  if (file === "page") {
    response.setHeader("content-type", "text/html").end("<!doctype html><title>bench</title>");
    return;
  }
  response.setHeader("content-type", types[extname(file)] ?? "text/plain");
  response.setHeader("cache-control", "no-store");
  createReadStream(join(dist, file))
    .on("error", () => response.writeHead(404).end())
    .pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
  executablePath: execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim(),
  args: ["--no-sandbox", "--disable-gpu"],
});
const times = { fetched: [], loaded: [] };
for (let run = 0; run <= Number(runs); run += 1) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${origin}/page`);
  const [fetched, loaded] = await page.evaluate(async () => {
    const { load } = await import("/index.js");
    // The connection, and the server's files, are warm for both.
    await (await fetch("/repin_bg.wasm?first")).arrayBuffer();
    const start = performance.now();
    await (await fetch("/repin_bg.wasm?alone")).arrayBuffer();
    const middle = performance.now();
    await load();
    return [middle - start, performance.now() - middle];
  });
  // The first run warms the server's files.
  if (run > 0) {
    times.fetched.push(fetched);
    times.loaded.push(loaded);
  }
  await context.close();
}
await browser.close();
server.close();

const sorted = (list) => list.toSorted((a, b) => a - b);
const best = (list) => sorted(list)[0];
const median = (list) => sorted(list)[Math.floor(list.length / 2)];
console.log("| in Chromium | fastest | median |\n|---|---|---|");
console.log(`| fetched | ${best(times.fetched).toFixed(1)} ms | ${median(times.fetched).toFixed(1)} ms |`);
console.log(`| fetched, compiled and instantiated | ${best(times.loaded).toFixed(1)} ms | ${median(times.loaded).toFixed(1)} ms |`);
console.log(`| ratio | ${(best(times.loaded) / best(times.fetched)).toFixed(2)} | ${(median(times.loaded) / median(times.fetched)).toFixed(2)} |`);
