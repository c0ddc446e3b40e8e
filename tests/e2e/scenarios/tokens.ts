import { describe, expect } from "vitest";

import { ALERT, ANSWER, settled } from "../src/answer";
import { Page, button, textbox } from "../src/page";
import { Sandbox } from "../src/sandbox/process";
import { type Stage, scenario } from "../src/stage";
import { stored } from "../src/storage";

const TOKEN = "#token";
const KEEP = { role: "checkbox", name: "Keep it for this tab’s reloads" } as const;

describe("tokens", () => {
  scenario("are asked for where a project is private", async ({ page, sandbox, open }) => {
    await open({ project: sandbox.says("private") });
    await page.reads(ALERT, "There is no such project, or it is private.");
    expect(await (await page.get(TOKEN)).attribute("type")).toBe("password");
    expect(await page.run(() => document.querySelector("details.private")?.hasAttribute("open"))).toBe(true);
  });

  scenario("open a private project, and stay in memory", async (stage) => {
    const { page, sandbox } = stage;
    const token = await openPrivate(stage);
    await expectUnseen(stage, token);
    expect(await stored(page)).not.toContain(token);
    expect(await stored(page), "what was learnt with it is not kept either").not.toContain("Week 7");
    await page.tab.reload();
    await page.reads(ANSWER, "There is no such project, or it is private.");
    const log = await sandbox.control.log();
    expect(log.some((entry) => entry.token)).toBe(true);
  });

  scenario("are kept for this tab alone, when that is asked for", async (stage) => {
    const { page } = stage;
    const token = await openPrivate(stage, true);
    await expectUnseen(stage, token);
    await page.tab.reload();
    await settled(page);
    await page.reads(ANSWER, "1a916aa");
    const other = new Page(await page.tab.sibling());
    await other.tab.goto(page.tab.url());
    await other.reads(ANSWER, "There is no such project, or it is private.");
    expect(await other.text("body")).not.toContain("Week 7");

    await page.click("details.private summary");
    await page.click(button("Forget token"));
    await page.soon("it is forgotten", () => document.querySelector("#token-help")?.textContent?.includes("There is no token"));
    expect(await stored(page)).not.toContain(token);
    expect(await stored(page), "what was learnt with it is forgotten too").not.toContain("Week 7");
    await page.tab.reload();
    await page.reads(ANSWER, "There is no such project, or it is private.");
  });

  scenario("that expired are said to be", async ({ page, sandbox, open }) => {
    await open({ project: sandbox.says("private") });
    await page.get(ALERT);
    await page.fill(TOKEN, sandbox.says("expired-token"));
    await page.click(button("Find the image"));
    await page.reads(ALERT, "GitLab does not accept the token.");
  });

  scenario("go to the GitLab that they were typed for, and to no other", async ({ page, sandbox, open }) => {
    const other = await Sandbox.start();
    try {
      await open();
      await page.fill(textbox("Address"), sandbox.says("private"));
      await page.click("details.private summary");
      await page.fill(TOKEN, sandbox.says("token"));
      await page.fill(textbox("Address"), other.says("private"));
      await page.click(button("Find the image"));
      await page.get(ALERT);
      expect((await other.control.log()).filter((entry) => entry.token)).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  scenario("do not follow a redirect to another server", async (stage) => {
    const other = await Sandbox.start();
    try {
      const { page, sandbox, open } = stage;
      await sandbox.control.fault({ kind: "redirect", to: `${other.gitlab}/api/v4/projects/ada%2Fdrafts` });
      await open({ project: sandbox.says("private") });
      await page.get(ALERT);
      await page.click("details.private summary");
      await page.fill(TOKEN, sandbox.says("token"));
      await page.click(button("Find the image"));
      await page.get(ALERT);
      await page.get("section.answer[aria-busy=false]");
      expect((await other.control.log()).filter((entry) => entry.token)).toEqual([]);
    } finally {
      await other.stop();
    }
  });
});

/** Opens the private project with the token, and returns the token. */
async function openPrivate({ page, sandbox, open }: Stage, keep = false): Promise<string> {
  const token = sandbox.says("token");
  await open({ project: sandbox.says("private") });
  await page.get(ALERT);
  await page.fill(TOKEN, token);
  if (keep) {
    await page.click(KEEP);
  }
  await page.click(button("Find the image"));
  await page.reads(ANSWER, "1a916aa");
  await settled(page);
  return token;
}

/** The token is in no address and in no text, and only the GitLab got it. */
async function expectUnseen({ page, sandbox }: Stage, token: string): Promise<void> {
  expect(page.tab.url()).not.toContain(token);
  expect(await page.run(() => document.documentElement.outerHTML)).not.toContain(token);
  expect(page.tab.console.join("\n")).not.toContain(token);
  const carriers = page.tab.sent.filter(({ headers }) => Object.values(headers).some((value) => value.includes(token)));
  expect(new Set(carriers.map(({ url }) => new URL(url).origin))).toEqual(new Set([sandbox.gitlab]));
  expect(page.tab.sent.filter(({ url }) => url.includes(token))).toEqual([]);
}
