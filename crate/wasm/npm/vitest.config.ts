import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

const npm = fileURLToPath(new URL("../../../dist/npm/", import.meta.url));

/** The tests are about the package as it is published. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^repin$/u, replacement: `${npm}node.js` },
      { find: /^repin[/]/u, replacement: npm },
    ],
  },
  test: { include: ["tests/**/*.test.ts"], testTimeout: 30_000, server: { deps: { external: [/dist\/npm/u] } } },
});
