import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The same scenarios in each browser, beside each other: some of the time they wait. */
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
    sequence: {
      /** The longest first: a run ends when the last one does. */
      sequencer: class extends BaseSequencer {
        override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
          const length = ({ moduleId, project }: TestSpecification) =>
            (moduleId.endsWith("extension.test.ts") ? 2 : 0) + (project.name === "firefox" ? 1 : 0);
          return Promise.resolve(files.toSorted((one, other) => length(other) - length(one)));
        }
      },
    },
    reporters: ["verbose", "./src/report.ts"],
  },
});
