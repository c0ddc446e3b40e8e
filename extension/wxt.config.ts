import { fileURLToPath } from "node:url";

import { defineConfig } from "wxt";

import { withoutHtml } from "./build/html.ts";
import { manifest } from "./build/manifest.ts";
import { testHosts } from "./build/test-hosts.ts";
import { wasmBeside } from "./build/wasm.ts";

const npm = fileURLToPath(new URL("../dist/npm/", import.meta.url));
const hosts = testHosts();

export default defineConfig({
  srcDir: "src",
  outDir: "../dist",
  // One folder for each browser: what is built for tests, with hosts already permitted, is beside what people install.
  outDirTemplate: hosts.length === 0 ? "{{browser}}" : "{{browser}}-test",
  manifestVersion: 3,
  imports: false,
  manifest: ({ browser }) => manifest(browser === "firefox" ? "firefox" : "chrome", hosts),
  hooks: {
    // The module lies beside the scripts as it is: Vite would write it into them, as text.
    "build:publicAssets": (_, files) => {
      files.push({ absoluteSrc: `${npm}repin_bg.wasm`, relativeDest: "repin_bg.wasm" });
    },
    // Scripts that are registered where they are needed: see build/manifest.ts.
    "build:manifestGenerated": (_, made) => {
      made.content_scripts = manifest("chrome", hosts).content_scripts ?? [];
    },
  },
  vite: () => ({
    define: { TEST_HOSTS: JSON.stringify(hosts) },
    plugins: [wasmBeside(), withoutHtml()],
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: { target: "es2023" },
  }),
});
