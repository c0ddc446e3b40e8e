import { describe, expect } from "vitest";

import { ALERT, ANSWER, openAnswer, settled } from "../src/answer";
import { COURSE } from "../src/course";
import { button } from "../src/page";
import type { Fault } from "../src/sandbox/control";
import { scenario } from "../src/stage";

const FAULTS: readonly (readonly [name: string, fault: Fault, says: string])[] = [
  ["is out of order", { kind: "html", status: 502 }, "GitLab itself is in trouble."],
  ["answers with a sign-in page", { kind: "html-instead-of-json" }, "What answered is not a GitLab, or it is out of order."],
  ["answers in another shape", { kind: "wrong-shape" }, "What answered is not a GitLab, or it is out of order."],
  ["breaks connections off", { kind: "cut-before-headers" }, "GitLab cannot be reached."],
  ["breaks answers off", { kind: "cut-in-body" }, "GitLab cannot be reached."],
  ["answers without end", { kind: "oversized", bytes: 300_000_000 }, "GitLab's answer is too large to be read."],
];

describe("a GitLab that", () => {
  for (const [name, fault, says] of FAULTS) {
    scenario(`${name}: it is said, and asking again helps`, async ({ page, sandbox, open }) => {
      await sandbox.control.fault(fault);
      await open({ project: sandbox.says("project"), commit: COURSE.merge.commit });
      await page.reads(ALERT, says);
      await page.reads(ANSWER, "Next:");
      await sandbox.control.clearFaults();
      await page.click(button("Ask again"));
      await settled(page);
      await page.reads(ANSWER, `The image of ${COURSE.merge.image} is right for ${COURSE.merge.short}.`);
    });
  }

  scenario("gives pages without end does not keep the page busy for ever", async ({ page, sandbox, open }) => {
    await sandbox.control.fault({ kind: "endless-pages" });
    await open({ project: sandbox.says("project"), commit: COURSE.merge.commit });
    await settled(page);
    expect((await sandbox.control.log()).length).toBeLessThanOrEqual(62);
  });

  scenario("fails in the middle leaves the answer and says that the history is missing", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("project"), COURSE.merge.commit);
    await sandbox.control.fault({ kind: "html", status: 503 });
    await stage.open({ project: sandbox.says("fork") });
    await page.reads(ANSWER, "GitLab itself is in trouble.");
  });
});
