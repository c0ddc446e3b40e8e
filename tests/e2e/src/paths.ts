import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Where screenshots and consoles go. */
export const EVIDENCE = join(ROOT, "target/e2e");

/** The page as it is published. */
export function site(): string {
  return there(join(ROOT, "dist/www"), "run `cargo xtask build`");
}

/** The extension as it is built for tests, with the hosts of the sandbox permitted. */
export function extension(browser: "chrome" | "firefox"): string {
  return there(join(ROOT, `dist/${browser}-test`), "run `cargo xtask build --test-host http://localhost http://127.0.0.1`");
}

/** The GitLab stand-in. */
export function sandboxProgram(): string {
  return there(
    join(ROOT, "target/debug/repin-sandbox"),
    "run `cargo build --package repin-sandbox --features server`",
  );
}

/** A browser's program, under one of the names that it has. */
export function browserProgram(names: readonly string[]): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error(`${names.join(" or ")} is not installed: on Debian, run \`apt-get install ${names[0]}\``);
  }
  return found;
}

function there(path: string, advice: string): string {
  if (!existsSync(path)) {
    throw new Error(`${path} is not there: ${advice}`);
  }
  return path;
}
