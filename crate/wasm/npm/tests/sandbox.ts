import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));

function built(path: string, advice: string): string {
  const file = join(ROOT, path);
  if (!existsSync(file)) {
    throw new Error(`${path} is not there: ${advice}`);
  }
  return file;
}

/** The package as it is published. */
export const PACKAGE = join(built("dist/npm/repin_bg.wasm", "run `cargo xtask build --page`"), "..");

/** What the command `repin` prints. It must be the stand-in's build. */
export function command(...args: string[]): string {
  const repin = built("target/debug/repin", "run `cargo build --package repin-cli`");
  return execFileSync(repin, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

export interface Logged {
  method: string;
  path: string;
  token: boolean;
}

/** A GitLab stand-in, until it is stopped. */
export class Sandbox {
  readonly #child: ChildProcess;
  readonly #said: Map<string, string>;

  private constructor(child: ChildProcess, said: Map<string, string>) {
    this.#child = child;
    this.#said = said;
  }

  static async start(...more: string[]): Promise<Sandbox> {
    const program = built("target/debug/repin-sandbox", "run `cargo build --package repin-sandbox --features server`");
    const child = spawn(program, ["serve", "--until-eof", "--control", ...more], { stdio: ["pipe", "pipe", "inherit"] });
    const said = new Map<string, string>();
    for await (const line of createInterface(child.stdout)) {
      const [name = "", value = ""] = line.split(" ", 2);
      said.set(name, value);
      // It names the token last.
      if (name === "token") {
        return new Sandbox(child, said);
      }
    }
    throw new Error("repin-sandbox ended before it served");
  }

  says(name: string): string {
    const value = this.#said.get(name);
    if (value === undefined) {
      throw new Error(`repin-sandbox says nothing of ${name}`);
    }
    return value;
  }

  /** Lets something go wrong. */
  async fault(fault: object): Promise<void> {
    await this.#control("POST", "/faults", fault);
  }

  async clear(): Promise<void> {
    await this.#control("DELETE", "/faults");
    await this.#control("DELETE", "/log");
  }

  async log(): Promise<Logged[]> {
    return (await this.#control("GET", "/log")) as Logged[];
  }

  /** Pushes a commit to a project's default branch, and returns its id. */
  async push(push: { project: string; title: string; files: Record<string, string> }): Promise<string> {
    const { commit } = (await this.#control("POST", "/commits", push)) as { commit: string };
    return commit;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.stdin?.end();
    await ended;
  }

  async #control(method: string, path: string, body?: object): Promise<unknown> {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(this.says("control") + path, { method, headers: { "X-Repin-Control": "npm" }, ...init });
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${await response.text()}`);
    }
    return response.json();
  }
}
