import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** Ends the report with `N passed, N failed`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    let passed = 0;
    let failed = errors.length;
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        passed += state === "passed" ? 1 : 0;
        failed += state === "failed" ? 1 : 0;
      }
    }
    // Whoever was run by hand with a filter knows what was left out; nothing at all is no success.
    console.log(`\n${passed} passed, ${failed} failed`);
  }
}
