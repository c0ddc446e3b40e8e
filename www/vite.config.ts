import { defineConfig } from "vitest/config";

import { contentSecurityPolicy } from "./build/csp.ts";
import { precache } from "./build/precache.ts";
import { preloadWasm } from "./build/preload.ts";

/** Files that others refer to by name; all others carry a hash of what they hold. */
const FIXED = new Set(["element", "worker"]);

export default defineConfig({
  // The site works below any path of any host.
  base: "./",
  define: { IS_SITE: "true" },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // What is beside the package's module is found by its address: it must not be bundled while developing.
  optimizeDeps: { exclude: ["repin"] },
  plugins: [contentSecurityPolicy(), preloadWasm(), precache("worker.js")],
  build: {
    outDir: "../dist/www",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: "index.html", element: "src/element/element.ts", worker: "src/worker/worker.ts" },
      output: {
        entryFileNames: ({ name }) => (FIXED.has(name) ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
});
