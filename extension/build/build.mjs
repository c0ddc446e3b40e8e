/** Builds the extension for both browsers, and packs what the stores take: the same files give the same bytes. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { zipSync } from "fflate";
import { build } from "wxt";

const extension = fileURLToPath(new URL("..", import.meta.url));
const root = join(extension, "..");
const dist = join(root, "dist");
const isTest = (process.env.REPIN_TEST_HOSTS ?? "").trim() !== "";

/** The first day that a zip file can name, so that no clock is in it. */
const NO_TIME = new Date(1980, 0, 1);

process.env.NODE_ENV = "production";
process.chdir(extension);
for (const browser of ["chrome", "firefox"]) {
  await build({ root: extension, browser, manifestVersion: 3 });
  if (!isTest) {
    pack(join(dist, browser), files(join(dist, browser)), `repin-${browser}.zip`);
  }
}
if (!isTest) {
  // What reviewers build from, by the README's own words: everything but the tests' recordings.
  const wanted = tracked().filter((path) => !/(^|\/)(corpus|snapshots)\//u.test(path));
  if (wanted.length > 0) {
    pack(root, wanted.map((path) => join(root, path)), "repin-firefox-sources.zip");
  }
}

/** The files of the repository, as they are now; none where these sources were unpacked and are no repository. */
function tracked() {
  if (!existsSync(join(root, ".git"))) {
    return [];
  }
  const list = execFileSync("git", ["ls-files", "-z"], { cwd: root, maxBuffer: 1 << 28 }).toString().split("\0");
  return list.filter((path) => path !== "" && existsSync(join(root, path)));
}

function files(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

function pack(folder, paths, name) {
  const entries = paths.map((path) => [relative(folder, path).replaceAll("\\", "/"), readFileSync(path)]);
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  writeFileSync(join(dist, name), zipSync(Object.fromEntries(entries), { mtime: NO_TIME, level: 9 }));
}
