/** Where a question goes: which GitLab, which project, which state of it, and by what means. */
import { type Options, indexedDbCache, load, parseAddress } from "repin";
import { browser } from "wxt/browser";

import type { Place } from "../protocol/messages";
import { anonymousFetch } from "./fetch";
import { throughPage } from "./through";
import { tokenOf } from "./tokens";
import { NotGitLab } from "./why";

/** A place, and how it is asked. */
export interface Located {
  /** What the questions of the package are asked about: the project, or a merge request of it. */
  readonly address: string;
  readonly base: string;
  /** The project's path. */
  readonly project: string;
  readonly options: Options;
  readonly fetch: (request: Request) => Promise<Response>;
  /** The headers that carry the token, if there is one. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Hosts of code that are no GitLab: asking them would only tell them what somebody looks at. */
const OTHERS = new Set(["github.com", "bitbucket.org", "codeberg.org", "huggingface.co", "zenodo.org", "dev.azure.com"]);

let loaded: Promise<void> | undefined;
const cache = indexedDbCache();

/** The most requests of one answer: people wait for it. */
const PATIENCE = 60;

export async function locate(place: Place, tab?: number): Promise<Located> {
  const { hostname } = new URL(place.repository);
  if (OTHERS.has(hostname.replace(/^www\./u, ""))) {
    throw new NotGitLab(`the code is on ${hostname}`);
  }
  loaded ??= load(new URL("/repin_bg.wasm", browser.runtime.getURL("/")));
  await loaded;
  const { base, project } = await parseAddress(place.repository);
  const token = place.through === "page" ? undefined : await tokenOf(new URL(base).origin);
  const fetch = place.through === "page" && tab !== undefined ? throughPage(tab) : anonymousFetch;
  const request = /^!(\d{1,10})$/u.exec(place.revision ?? "")?.[1];
  const own = `${base}/${project}`;
  return {
    address: request === undefined ? own : `${own}/-/merge_requests/${request}`,
    base,
    project,
    fetch,
    headers: token === undefined ? {} : header(token),
    options: {
      fetch,
      cache,
      maxRequests: PATIENCE,
      ...(token === undefined ? {} : { token: { kind: token.kind, secret: token.secret } }),
      ...(place.revision === null || request !== undefined ? {} : { commit: place.revision }),
    },
  };
}

function header({ kind, secret }: { kind: "private" | "bearer"; secret: string }): Record<string, string> {
  return kind === "private" ? { "private-token": secret } : { authorization: `Bearer ${secret}` };
}
