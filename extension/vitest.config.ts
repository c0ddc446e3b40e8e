import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { TEST_HOSTS: "[]" },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: { include: ["tests/**/*.test.ts"] },
});
