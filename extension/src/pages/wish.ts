/** What the permission page is asked for, in its address after the `#`. */
import { originOf } from "./origin";

const WHYS = ["renku", "gitlab", "sign-in", "registry"] as const;

export interface Wish {
  /** The origin of the host that it is about. */
  readonly host: string;
  readonly why: (typeof WHYS)[number];
  /** One more host that goes with it: the GitLab of a registry. */
  readonly beside?: string;
}

/** Reads it; `null`: it is none. It may come from whoever has led here, and is no more than a suggestion to the person. */
export function wishOf(hash: string, tests: readonly string[]): Wish | null {
  const said = new URLSearchParams(hash.replace(/^#/u, ""));
  const why = WHYS.find((one) => one === said.get("why"));
  const host = originOf(said.get("host") ?? "", tests);
  if (why === undefined || host === null) {
    return null;
  }
  const beside = why === "registry" ? originOf(said.get("beside") ?? "", tests) : null;
  return { host, why, ...(beside === null ? {} : { beside }) };
}

/** The page's address for a wish, within the extension. */
export function pathOf(wish: Wish): string {
  return `/permit.html#${new URLSearchParams({ ...wish }).toString()}`;
}
