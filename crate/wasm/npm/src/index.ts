/**
 * Which container image, already built, is right for a commit of a GitLab project?
 *
 * Every question takes the address of a project, in whatever form people paste: its page, that of a commit, a branch, a
 * file or a merge request, a clone's address, one of the API. It rejects with a `RepinError` alone.
 *
 * @module
 */
import { asRepinError } from "./error.js";
import { History } from "./history.js";
import { Host } from "./host.js";
import { answer, now } from "./module.js";
import { data } from "./options.js";
import type { AuditOptions, HistoryOptions, Options, RetagOptions } from "./options.js";
import type * as glue from "./repin.js";
import type { Check, Inputs, PinAudit, Resolution, Retag } from "./types.js";

export { indexedDbCache, memoryCache } from "./cache.js";
export { RepinError } from "./error.js";
export { Glob } from "./glob.js";
export { History } from "./history.js";
export { load } from "./module.js";
export type { Source } from "./module.js";
export type { AuditOptions, Cache, HistoryOptions, Options, Progress, RetagOptions, Token } from "./options.js";
export type * from "./types.js";

/** Names the image that is right for a commit, with the evidence; or says why there is none, and what comes nearest. */
export function resolve(project: string, options: Options = {}): Promise<Resolution> {
  return ask(options, (module, given, host) => module.resolve(project, given, host) as Promise<Resolution>);
}

/** A right image for every commit of a history. */
export function history(project: string, options: HistoryOptions = {}): Promise<History> {
  return ask(options, async (module, given, host) => new History(await module.history(project, given, host)));
}

/** What the image of a commit is built from, and why. */
export function inputs(project: string, options: Options = {}): Promise<Inputs> {
  return ask(options, (module, given, host) => module.inputs(project, given, host) as Promise<Inputs>);
}

/** What is wrong with the recipe at a commit: lost builds, files that start none, pins. */
export function check(project: string, options: Options = {}): Promise<Check> {
  return ask(options, (module, given, host) => module.check(project, given, host) as Promise<Check>);
}

/** What became of an image that was named by hand: of `pin`, else of the one that the commit pins, `null` if it pins none. */
export function audit(project: string, options: AuditOptions = {}): Promise<PinAudit | null> {
  return ask(options, (module, given, host) => module.audit(project, given, host) as Promise<PinAudit | null>);
}

/**
 * Gives a commit its own tag for the image that is right for it: in the registry, without a build. The registry lets in whom
 * the token of its GitLab lets in, and has to answer whoever asks (CORS): Node, an extension with permissions, or a page that
 * the registry was set up to answer. No tag is moved that is there and names another image.
 */
export function retag(project: string, options: RetagOptions = {}): Promise<Retag> {
  // What an earlier answer said is no ground for a deed.
  return ask({ ...options, anew: true }, (module, given, host) => module.retag(project, given, host) as Promise<Retag>);
}

/** What an address says: where the GitLab is, the project's path or number, and the revisions that it can mean. */
export interface Address {
  base: string;
  project: string;
  /** The likeliest first; none, where it names none. */
  revisions: string[];
}

/** Reads an address, without a request. */
export function parseAddress(project: string): Promise<Address> {
  return answer(async (module) => module.parseAddress(project) as Address);
}

/** The version of the package. */
export function version(): Promise<string> {
  return answer(async (module) => module.version());
}

/** The letter of an environment by its number: `A` to `Z`, then `AA`. */
export function letter(number: number): string {
  return now((module) => module.letter(number));
}

async function ask<T>(
  options: HistoryOptions & AuditOptions & RetagOptions,
  work: (module: typeof glue, given: object, host: Host) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  try {
    const given = data(options);
    return await answer((module) => work(module, given, new Host(options, done.signal)));
  } catch (error) {
    throw asRepinError(error);
  } finally {
    done.abort();
  }
}
