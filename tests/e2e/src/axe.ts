import axe from "axe-core";
import { expect } from "vitest";

import type { Page } from "./page";

/** Nothing that axe knows of is wrong with the page as it is now. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  if (!(await page.run(() => "axe" in globalThis))) {
    await page.tab.evaluate(`${axe.source}; undefined`);
  }
  const violations = await page.run(async () => {
    const { axe: tester } = globalThis as unknown as { axe: typeof axe };
    const found = await tester.run(document, { resultTypes: ["violations"] });
    return found.violations.map(({ id, nodes }) => {
      const places = nodes.map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary}`);
      return `${id} at ${places.join("; ")}`;
    });
  });
  expect(violations, `what axe finds in ${where}`).toEqual([]);
}
