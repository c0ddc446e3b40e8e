import { defineConfig } from "vitest/config";

/** The same scenarios in each browser, both browsers beside each other: most of the time they wait. */
export default defineConfig({
  test: {
    projects: (["chromium", "firefox"] as const).map((browser) => ({
      test: {
        name: browser,
        include: ["all.test.ts", "extension.test.ts"],
        provide: { browser },
        environment: "node",
        testTimeout: 60_000,
        hookTimeout: 60_000,
      },
    })),
    maxWorkers: 2,
    reporters: ["verbose", "./src/report.ts"],
  },
});
