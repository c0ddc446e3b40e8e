import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { createInterface } from "node:readline";

import { sandboxProgram, site } from "../paths";
import { Control } from "./control";
import { RenkuControl } from "./renku";

/** What the sandbox serves, by its own names. */
type Name =
  | "project"
  | "fork"
  | "private"
  | "hostile"
  | "long"
  | "site"
  | "spring"
  | "renku"
  | "renku-legacy"
  | "control"
  | "registry"
  | "expired-token"
  | "token";

interface Wanted {
  /** A project of so many commits. */
  readonly long?: number;
  /** A real registry; an open one answers pages of other sites. */
  readonly registry?: "closed" | "open";
}

/** A GitLab stand-in, a Renku and the page, each on its own port, until it is stopped. */
export class Sandbox {
  readonly control: Control;
  readonly renku: RenkuControl;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #said: ReadonlyMap<string, string>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, said: ReadonlyMap<string, string>) {
    this.#child = child;
    this.#said = said;
    this.control = new Control(this.says("control"));
    this.renku = new RenkuControl(this.says("control"));
  }

  /** Starts it, with what somebody wants beside the rest. */
  static async start({ long, registry }: Wanted = {}): Promise<Sandbox> {
    const options = ["serve", "--until-eof", "--control", "--hostile", "--renku", "--site", site()];
    const more = [
      ...(long === undefined ? [] : ["--long", String(long)]),
      ...(registry === undefined ? [] : [registry === "open" ? "--open-registry" : "--registry"]),
    ];
    const child = spawn(sandboxProgram(), [...options, ...more], { stdio: ["pipe", "pipe", "inherit"] });
    const said = new Map<string, string>();
    for await (const line of createInterface(child.stdout)) {
      const [name = "", value = ""] = line.split(" ", 2);
      said.set(name, value);
      // It names the token last.
      if (name === "token") {
        return new Sandbox(child, said);
      }
    }
    throw new Error("repin-sandbox ended before it served; it says why above");
  }

  /** What it says of something that it serves. */
  says(name: Name): string {
    const value = this.#said.get(name);
    if (value === undefined) {
      throw new Error(`repin-sandbox says nothing of ${name}`);
    }
    return value;
  }

  /** The origin of the GitLab. */
  get gitlab(): string {
    return new URL(this.says("project")).origin;
  }

  /** Ends it: from then on nobody answers. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.stdin.end();
      await ended;
    }
  }
}
