import { execFileSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

import { type BrowserContext, type Page, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { PACKAGE, Sandbox } from "./sandbox.js";

const TYPES: Record<string, string> = { ".js": "text/javascript", ".wasm": "application/wasm" };
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src *";
/** A page's whole script: no bundler has seen it. */
const SCRIPT = `import * as repin from "/index.js";
globalThis.repin = repin;`;
/** A worker's whole script. */
const WORKER = `import { resolve } from "/index.js";
onmessage = async ({ data }) => postMessage((await resolve(data)).project);`;
/** An extension's background: it says what it found in its own storage of names, the title of its button. */
const BACKGROUND = `import { load, resolve } from "./index.js";
globalThis.ask = async (project) => {
  await load(chrome.runtime.getURL("repin_bg.wasm"));
  return (await resolve(project)).project;
};`;
const MANIFEST = {
  manifest_version: 3,
  name: "Repin's package in a background",
  version: "1",
  background: { service_worker: "background.js", type: "module" },
  content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'" },
};

declare global {
  var repin: typeof import("repin");
}

let sandbox: Sandbox;
let server: Server;
let origin: string;
let extension: string;
let profile: string;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  sandbox = await Sandbox.start();
  const own: Record<string, string> = { "page.js": SCRIPT, "worker.js": WORKER };
  server = createServer((request, response) => {
    void (async () => {
      const name = new URL(request.url ?? "/", "http://localhost").pathname.slice(1);
      response.setHeader("content-security-policy", POLICY);
      if (name === "page") {
        response.setHeader("content-type", "text/html").end('<!doctype html><title>a page</title><script type="module" src="/page.js"></script>');
        return;
      }
      response.setHeader("content-type", TYPES[extname(name)] ?? "text/plain");
      response.end(own[name] ?? (await readFile(join(PACKAGE, name))));
    })();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  extension = await mkdtemp(join(tmpdir(), "repin-extension-"));
  await cp(PACKAGE, extension, { recursive: true });
  await writeFile(join(extension, "manifest.json"), JSON.stringify(MANIFEST));
  await writeFile(join(extension, "background.js"), BACKGROUND);
  profile = await mkdtemp(join(tmpdir(), "repin-profile-"));
  context = await chromium.launchPersistentContext(profile, {
    executablePath: execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim(),
    headless: false,
    ignoreDefaultArgs: ["--disable-extensions"],
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
    ],
  });
  page = await context.newPage();
  await page.goto(`${origin}/page`);
}, 120_000);
afterAll(async () => {
  await context.close();
  server.close();
  await sandbox.stop();
  await rm(extension, { recursive: true });
  await rm(profile, { recursive: true, force: true });
});

test("in a page without a bundler, under a strict policy", async () => {
  const project = await page.evaluate(
    async (asked) => (await globalThis.repin.resolve(asked)).project,
    sandbox.says("project"),
  );
  expect(project).toBe("ada/course");
});

test("in a web worker", async () => {
  const project = await page.evaluate(
    ([from, asked]) =>
      new Promise((answer, fail) => {
        const worker = new Worker(`${from}/worker.js`, { type: "module" });
        worker.addEventListener("message", ({ data }) => answer(data));
        worker.addEventListener("error", ({ message }) => fail(new Error(message)));
        worker.postMessage(asked);
      }),
    [origin, sandbox.says("project")] as const,
  );
  expect(project).toBe("ada/course");
});

test("in an extension's background", async () => {
  const background = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
  const project = await background.evaluate(
    (asked) => (globalThis as unknown as { ask(project: string): Promise<string> }).ask(asked),
    sandbox.says("project"),
  );
  expect(project).toBe("ada/course");
});

test("what is kept in IndexedDB is there after a reload, within its limit", async () => {
  const ask = (): Promise<[number, (number | undefined)[]]> =>
    page.evaluate(
      async (asked) => {
        const { indexedDbCache, resolve } = globalThis.repin;
        const answer = await resolve(asked, { cache: indexedDbCache("kept") });
        const small = indexedDbCache("small", 10);
        await small.put("a", new Uint8Array(6));
        await small.put("b", new Uint8Array(7));
        await small.put("c", new Uint8Array(11));
        const sizes = [];
        for (const key of ["a", "b", "c"]) {
          sizes.push((await small.get(key))?.byteLength);
        }
        return [answer.cost?.requests ?? 0, sizes] as [number, (number | undefined)[]];
      },
      sandbox.says("project"),
    );
  const [first, sizes] = await ask();
  expect(sizes).toEqual([undefined, 7, undefined]);
  await page.reload();
  const [again] = await ask();
  expect(again).toBeLessThan(first);
});
