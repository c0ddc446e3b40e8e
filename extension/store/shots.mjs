/**
 * Pictures for the stores, 1280 by 800, out of the sandbox:
 *
 *   cargo xtask demo                                   (prints two addresses)
 *   node store/shots.mjs http://localhost:PORT [http://localhost:PORT]
 *
 * They go to store/, from dist/chrome-test. Needs what tests/e2e has installed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "../../tests/e2e/node_modules/playwright-core/index.mjs";

const [renku, legacy] = process.argv.slice(2);
if (renku === undefined) {
  throw new Error("usage: node store/shots.mjs RENKU [LEGACY]: the addresses that `cargo xtask demo` prints");
}
const here = import.meta.dirname;
const built = join(here, "../../dist/chrome-test");
const profile = mkdtempSync(join(tmpdir(), "repin-shots-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: false,
  viewport: { width: 1280, height: 800 },
  ignoreDefaultArgs: ["--disable-extensions"],
  args: ["--headless=new", "--no-sandbox", "--hide-scrollbars", `--disable-extensions-except=${built}`, `--load-extension=${built}`],
});
try {
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
  const page = await context.newPage();
  const answered = async (place) => {
    await place.getByRole("status", { name: "Image for this code" }).first().waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll("[data-repin]")].every((one) => one.shadowRoot?.querySelector("[aria-busy=true]") === null),
    );
  };
  const shot = (name, of = page) => of.screenshot({ path: join(here, `${name}.png`) });

  await page.goto(new URL("/p/ada/course", renku).href);
  const controls = page.locator("[data-repin]");
  await answered(controls);
  await shot("1-badges");

  const stale = controls.filter({ hasText: "stale:" }).first();
  await stale.getByRole("button", { name: "Override image" }).click();
  await stale.getByRole("combobox", { name: "Image", exact: true }).click();
  await stale.getByRole("option").first().waitFor();
  await stale.evaluate((one) => one.scrollIntoView({ block: "start" }));
  await shot("2-override");

  const tab = await worker.evaluate(async () => (await chrome.tabs.query({})).find(({ url }) => url?.includes("/p/ada/course"))?.id);
  const popup = await context.newPage();
  await popup.goto(new URL(`/popup.html?tab=${tab}`, `chrome-extension://${new URL(worker.url()).host}`).href);
  await popup.getByRole("region", { name: "Health" }).getByText("Renku 2").waitFor();
  await shot("3-popup", popup);

  if (legacy !== undefined) {
    await page.goto(new URL("/projects/ada/course/sessions/new", legacy).href);
    await answered(page.locator("[data-repin]"));
    await shot("4-legacy");
  }
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
