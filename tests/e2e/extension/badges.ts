import { describe, expect } from "vitest";

import { scenario } from "../src/extension/stage";

describe("badges", () => {
  scenario("say what each launcher's image is", async (stage) => {
    await stage.project("ada/course");
    for (const [name, said] of [
      ["Right", /^right for main$/u],
      ["Stale", /^stale: requirements\.txt changed \d+ commits ago$/u],
      ["Older but right", /^right for main; newer image exists$/u],
      ["Python", /^not one of this project's images$/u],
      ["From code", /^stale: \.renku\/renku\.ini changed in the newest commit$/u],
      ["From a folder", /^right for main: nothing relevant changed since this build, no rebuild needed$/u],
      ["By hand", /^not one of this project's images$/u],
      ["Moved", /^stale: requirements\.txt changed \d+ commits ago; its registry registry\.renkulab\.io is gone$/u],
      ["Unknown tag", /^unknown, because its tag 0ddba11 names a commit that is not here$/u],
      ["Job", /^right for main$/u],
    ] as const) {
      const control = await stage.control("ada/course", name);
      await stage.scrollTo(control);
      expect(await control.says(said), name).toMatch(said);
    }
    await stage.shot("badges");
  });

  scenario("say that the registry does not have an image whose commit is right", async (stage) => {
    const { id, environment } = await stage.launcher("ada/course", "Stale");
    const project = encodeURIComponent(new URL(stage.sandbox.says("spring")).pathname.slice(1));
    const commits = await fetch(`${stage.sandbox.gitlab}/api/v4/projects/${project}/repository/commits?per_page=1`);
    const [head] = (await commits.json()) as { id: string }[];
    const image = environment.container_image.replace(/[^:]+$/u, head?.id.slice(0, 7) ?? "");
    await stage.sandbox.renku.change(id, { environment: { container_image: image } });
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Stale");
    await control.says(/^right for main; the registry does not have it$/u);
  });

  scenario("believe a digest only if it is the one that the registry has", async (stage) => {
    const { id, environment } = await stage.launcher("ada/course", "Right");
    await stage.sandbox.renku.change(id, { environment: { container_image: `${environment.container_image}@sha256:${"0".repeat(64)}` } });
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Right");
    await control.says("unknown, because its digest is not the one of its tag");
    await control.open();
    const digest = await stage.page.reads(control.css(".facts"), /sha256:[0-9a-f]{64}/u);
    const right = /sha256:[0-9a-f]{64}/u.exec(digest)?.[0] ?? "";
    await stage.sandbox.renku.change(id, { environment: { container_image: `${environment.container_image}@${right}` } });
    await stage.page.tab.reload();
    await control.says("right for main");
  });

  scenario("say why nothing is known", async (stage) => {
    for (const [project, name, said] of [
      ["ada/github", "Analysis", "unknown: not a GitLab project"],
      ["ada/none", "Without code", "unknown, because the project has no code repository"],
      ["ada/drafts", "Newest", "unknown, because GitLab does not show the project"],
      ["ada/unbuilt", "Nearest", "stale: environment.yml changed 1 commit ago"],
    ] as const) {
      await stage.project(project);
      await (await stage.control(project, name)).says(said);
    }
  });

  scenario("find the repository that an image belongs to, and ask once where none does", async (stage) => {
    await stage.project("ada/two");
    await (await stage.control("ada/two", "Of the course")).says("stale: environment.yml changed 1 commit ago");
    const control = await stage.control("ada/two", "Of Docker Hub");
    await control.says("choose the one with the code");
    await control.open();
    const chosen = stage.sandbox.says("project");
    await stage.page.run(
      (host, part) => {
        // The browser's own list of a select cannot be operated by every driver.
        const select = document.querySelector(host)?.shadowRoot?.querySelector("select");
        const at = Array.from(select?.options ?? []).findIndex(({ value }) => value.startsWith(part));
        select?.focus();
        return at;
      },
      control.host,
      chosen,
    );
    await stage.page.tab.press("ArrowDown");
    await stage.page.tab.press("ArrowDown");
    await stage.page.tab.press("Enter");
    await control.says("not one of this project's images");
    await stage.page.tab.reload();
    await control.says("not one of this project's images");
  });

  scenario("are asked of Renku where GitLab lists no tags to this person", async (stage) => {
    await stage.project("ada/members");
    const control = await stage.control("ada/members", "Stale");
    await control.says("stale: requirements.txt changed");
    await control.open();
    await stage.page.reads(control.in("status", "Image for this code"), "stale");
    const right = (await stage.launcher("ada/members", "Newest")).environment.container_image;
    await stage.page.soon(
      "the computed image that Renku has found is offered",
      (host, image) =>
        document.querySelector(host)?.shadowRoot?.querySelector<HTMLInputElement>("[role=combobox]")?.value === image,
      control.host,
      right,
    );
  });

  scenario("say what Renku says of an image that GitLab does not list to this person", async (stage) => {
    const { environment } = await stage.launcher("ada/members", "Newest");
    await stage.sandbox.renku.inaccessible(environment.container_image);
    await stage.project("ada/members");
    await (await stage.control("ada/members", "Newest")).says(/^right for main; Renku has no access to it, or it does not exist$/u);
  });

  scenario("are right after a sign-in by Renku's own connection, whose token stays in the background", async (stage) => {
    await stage.project("ada/drafts");
    const control = await stage.control("ada/drafts", "Newest");
    await control.says("unknown, because GitLab does not show the project");
    await control.open();
    const buttons = await stage.page.soon(
      "the connection is offered",
      (host) =>
        Array.from(document.querySelector(host)?.shadowRoot?.querySelectorAll("button") ?? [])
          .map(({ innerText }) => innerText)
          .find((text) => text.startsWith("Use Renku's connection")),
      control.host,
    );
    await control.press(buttons);
    await control.says("stale: environment.yml changed 1 commit ago");
    const token = stage.sandbox.says("token");
    const seen = await stage.page.run(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
    expect(seen).not.toContain(token);
    await stage.page.tab.reload();
    await control.says("stale: environment.yml changed 1 commit ago");
  });

  scenario("are in the side panel, too", async (stage) => {
    await stage.project("ada/course");
    const card = await stage.control("ada/course", "Stale");
    await card.says("stale");
    const { id } = await stage.launcher("ada/course", "Stale");
    await stage.page.run((launcher) => {
      location.hash = `#launcher-${launcher}`;
    }, id);
    const panel = await stage.control("ada/course", "Stale", "panel");
    await panel.says("stale: requirements.txt changed");
    const isByImage = await stage.page.run(
      (host) => document.querySelector(host)?.previousElementSibling?.querySelector("code") !== null,
      panel.host,
    );
    expect(isByImage, "the control is below the image").toBe(true);
    await stage.shot("panel");
  });

  scenario("of fifty launchers are looked at when they come into view, and nobody is asked twice", async (stage) => {
    await stage.project("ada/many");
    await (await stage.control("ada/many", "Launcher 01")).says("right for main");
    const last = await stage.control("ada/many", "Launcher 50");
    expect(await stage.page.has(last.host), "nobody has looked at it yet").toBe(false);
    await stage.page.run(() => {
      scrollTo(0, document.body.scrollHeight);
    });
    await last.says(/right|stale/u);
    const asked = (await stage.sandbox.control.log()).filter(({ method, status }) => method === "GET" && status === 200);
    const paths = asked.map(({ path }) => path);
    expect(paths.filter((path, at) => paths.indexOf(path) !== at)).toEqual([]);
    const renku = (await stage.sandbox.renku.log()).map(({ method, path }) => `${method} ${path}`);
    // The page itself asks for each of them once.
    expect(renku.filter((one) => one.endsWith("/session_launchers")).length).toBeLessThanOrEqual(2);
  });
});
