import { describe, expect } from "vitest";

import { ANSWER } from "../src/answer";
import { COURSE } from "../src/course";
import { button, textbox } from "../src/page";
import { scenario } from "../src/stage";

describe("the first view", () => {
  scenario("is useful before wasm has arrived, and what was typed meanwhile is answered", async ({ page, sandbox, open }) => {
    const arrive = await page.tab.hold(".wasm");
    await open();
    await page.get({ role: "heading", name: "Which image is right for this commit?" });
    await page.get({ role: "heading", name: "What this is" });
    await page.fill(textbox("Address"), `${sandbox.says("project")}/-/commit/${COURSE.merge.commit}`);
    await page.click(button("Find the image"));
    await page.reads(ANSWER, "Asking");
    expect(await sandbox.control.log()).toEqual([]);
    arrive();
    await page.reads(ANSWER, `The image of ${COURSE.merge.image} is right`);
  });

  scenario("asks nobody but its own site", async ({ page, sandbox, open }) => {
    await open();
    await page.soon("the wasm is loaded", () => performance.getEntriesByType("resource").some(({ name }) => name.includes(".wasm")));
    const origins = new Set(page.tab.sent.flatMap(({ url }) => (url.startsWith("http") ? new URL(url).origin : [])));
    expect(origins).toEqual(new Set([sandbox.says("site")]));
    expect(await page.run(() => document.cookie)).toBe("");
  });

  scenario("has a policy that permits wasm, and no other evaluation and no inline script", async ({ page, open }) => {
    await open();
    const policy = await page.run(
      () => document.querySelector<HTMLMetaElement>('meta[http-equiv="Content-Security-Policy"]')?.content ?? "",
    );
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).not.toMatch(/'unsafe-(?:inline|eval)'/u);
  });
});
