import { defineConfig } from "vitest/config";

/** The same scenarios in each browser, one browser after the other: they share the machine. */
export default defineConfig({
  test: {
    projects: (["chromium", "firefox"] as const).map((browser) => ({
      test: {
        name: browser,
        include: ["all.test.ts"],
        provide: { browser },
        environment: "node",
        testTimeout: 60_000,
        hookTimeout: 60_000,
      },
    })),
    fileParallelism: false,
    reporters: ["verbose", "./src/report.ts"],
  },
});
