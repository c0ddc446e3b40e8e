import { describe, expect } from "vitest";

import { pressAll } from "../src/extension/events";
import { scenario } from "../src/extension/stage";

describe("a hostile page", () => {
  scenario("cannot press the control's buttons", async (stage) => {
    const control = await stage.opened("ada/course", "Stale");
    await stage.page.run(pressAll, control.host);
    await stage.quiet();
    expect(await stage.deeds()).toEqual([]);
    expect(new URL(stage.page.tab.url()).pathname).toBe("/p/ada/course");
    await stage.page.get(control.in("combobox", "Image"));
  });

  scenario("gets nothing for any message that it can send", async (stage) => {
    await stage.project("ada/github");
    await (await stage.control("ada/github", "Analysis")).says("unknown");
    await stage.sandbox.control.reset();
    await stage.sandbox.renku.clearLog();
    const heard = await stage.page.run(
      async (project, ids) => {
        const place = { repository: project, revision: null };
        const messages: unknown[] = [
          { type: "judge", place, image: null },
          { type: "commits", place },
          { type: "refs", place, part: "" },
          { type: "details", place, commit: "0".repeat(40) },
          { type: "changes" },
          { type: "onces" },
          { type: "connect", gitlab: project, token: "stolen", until: null },
          { type: "permit", host: project, why: "sign-in" },
          { type: "report" },
          { type: "undo", launcher: "x" },
          { type: "fetch", path: "/api/v4/projects/1" },
          null,
          "judge",
          [],
          { type: {} },
        ];
        const answers: unknown[] = [];
        addEventListener("message", ({ data, source }) => source !== window && answers.push(data));
        // The page's own world has no such function, unless an extension lets pages in.
        const runtime = (globalThis as unknown as { chrome?: { runtime?: { sendMessage?: (...all: unknown[]) => void } } }).chrome?.runtime;
        for (const message of messages) {
          window.postMessage(message, "*");
          document.dispatchEvent(new CustomEvent("repin", { detail: message }));
          document.dispatchEvent(new CustomEvent("repin:override", { detail: message }));
          for (const id of ids) {
            try {
              runtime?.sendMessage?.(id, message, (answer: unknown) => answers.push(answer));
            } catch {
              // It is refused.
            }
          }
        }
        await new Promise((resolve) => {
          setTimeout(resolve, 500);
        });
        return answers.filter((one) => one !== undefined);
      },
      stage.sandbox.says("private"),
      [new URL(stage.extension.page("x")).host],
    );
    expect(heard).toEqual([]);
    expect(await stage.sandbox.control.log()).toEqual([]);
    expect(await stage.deeds()).toEqual([]);
  });

  scenario("cannot bring a name, a title or a tag to life", async (stage) => {
    await stage.project("eve/hostile");
    const { launchers, projects } = await stage.sandbox.renku.state();
    const project = projects.find(({ namespace }) => namespace === "eve");
    for (const launcher of launchers.filter((one) => one.project_id === project?.id)) {
      const host = `[data-repin="card"][data-repin-launcher="${launcher.id}"]`;
      await stage.page.run((one) => document.querySelector(one)?.scrollIntoView(), host);
      await stage.page.reads({ role: "status", name: "Image for this code", within: host }, /right|stale|unknown/u);
    }
    const right = launchers.filter((one) => one.project_id === project?.id).at(-1);
    const host = `[data-repin="card"][data-repin-launcher="${right?.id}"]`;
    await stage.page.click({ role: "button", name: "Override image", within: host });
    await stage.page.click({ role: "combobox", name: "Image", within: host });
    await stage.page.soon(
      "commits are listed",
      (one) => (document.querySelector(one)?.shadowRoot?.querySelectorAll("[role=option]").length ?? 0) > 2,
      host,
    );
    await stage.shot("hostile");
  });
});
