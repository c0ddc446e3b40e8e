import { describe, expect } from "vitest";

import { expectAccessible } from "../src/axe";
import { scenario } from "../src/extension/stage";

describe("the dialogue", () => {
  scenario("finds images by commit, title, date and branch, and works by the keyboard alone", async (stage) => {
    await stage.project("ada/course");
    const control = await stage.control("ada/course", "Stale");
    await control.says("stale");
    await stage.page.focus(control.in("button", "Override image"));
    await stage.page.tab.press("Enter");
    await stage.page.get(control.in("combobox", "Image"));
    await stage.page.soon(
      "the images of commits are there",
      (host) => (document.querySelector(host)?.shadowRoot?.querySelectorAll("[role=option]").length ?? 0) > 3,
      control.host,
    );
    const field = control.in("combobox", "Image");
    for (const [typed, found] of [
      ["pyarrow", /Use pyarrow/u],
      ["839e73e", /839e73e/u],
      ["2024-03-25", /2024-03-25/u],
    ] as const) {
      await stage.page.fill(field, typed);
      await stage.until(`${typed} finds its commits alone`, async () => {
        const offered = await control.offers();
        return offered.length > 0 && offered.every((one) => found.test(one));
      });
    }
    await stage.page.fill(field, "pyarrow");
    await stage.page.tab.press("ArrowDown");
    await stage.page.tab.press("Enter");
    await stage.page.soon(
      "the image of that commit is chosen",
      (host) => document.querySelector(host)?.shadowRoot?.querySelector<HTMLInputElement>("[role=combobox]")?.value.endsWith(":839e73e"),
      control.host,
    );
    await stage.page.reads(control.css(".facts"), "Renku has access");
    await stage.page.reads(control.css(".facts"), "Platforms: linux/amd64");
    await stage.page.tab.press("Escape");
    await stage.page.gone(control.in("combobox", "Image"));
    const focused = await stage.page.run((host) => document.querySelector(host)?.shadowRoot?.activeElement?.textContent, control.host);
    expect(focused).toBe("Override image");
  });

  scenario("is about another branch, commit or merge request if somebody says so", async (stage) => {
    await stage.project("ada/unbuilt");
    const control = await stage.control("ada/unbuilt", "Nearest");
    await control.says("stale: environment.yml changed 1 commit ago");
    await control.open();
    await stage.page.reads(control.css(".lack"), "No image is right for main");
    const which = control.in("combobox", "Branch, commit or merge request");
    await stage.page.fill(which, "72dcd89");
    await stage.page.tab.press("Enter");
    await control.says("right for 72dcd89");
    // Of another revision, the commits are others, and they are there again.
    await stage.page.soon(
      "the images of commits are there",
      (host) => (document.querySelector(host)?.shadowRoot?.querySelectorAll("[role=option]").length ?? 0) > 3,
      control.host,
    );
    await stage.page.fill(which, "polars");
    await stage.page.tab.press("Enter");
    await control.says(/for polars|changed/u);
    await stage.page.fill(which, "no-such-branch");
    await stage.page.tab.press("Enter");
    await control.says("unknown, because");
  });

  scenario("is accessible, in light pages and where little room is", async (stage) => {
    const control = await stage.opened("ada/course", "Stale");
    await stage.hideRest(control);
    await expectAccessible(stage.page, "the open control");
    await stage.page.tab.resize(360, 800);
    await expectAccessible(stage.page, "the open control at 360 pixels");
    await stage.shot("360");
  });

  scenario("follows a page that is dark", async (stage) => {
    await stage.page.tab.goto(stage.at("/"));
    await stage.page.run(() => {
      const style = document.createElement("style");
      style.textContent = "body, body * { background-color: #111 !important; color: #eee !important; }";
      document.head.append(style);
    });
    await stage.page.click('a[href="/p/ada/course"]');
    const control = await stage.control("ada/course", "Stale");
    await control.says("stale");
    await control.open();
    await stage.page.reads(control.css(".facts"), "Renku has access");
    expect(await stage.page.run((host) => document.querySelector(host)?.getAttribute("data-scheme"), control.host)).toBe("dark");
    await stage.hideRest(control);
    await expectAccessible(stage.page, "the open control in a dark page");
    await stage.shot("dark");
  });
});
