/** What the permission page is asked for, in its address after the `#`. */
import { originOf } from "./origin";

const WHYS = ["renku", "gitlab", "sign-in"] as const;

export interface Wish {
  /** The origin of the host that it is about. */
  readonly host: string;
  readonly why: (typeof WHYS)[number];
}

/** Reads it; `null`: it is none. It may come from whoever has led here, and is no more than a suggestion to the person. */
export function wishOf(hash: string, tests: readonly string[]): Wish | null {
  const said = new URLSearchParams(hash.replace(/^#/u, ""));
  const why = WHYS.find((one) => one === said.get("why"));
  const host = originOf(said.get("host") ?? "", tests);
  return why === undefined || host === null ? null : { host, why };
}

/** The page's address for a wish, within the extension. */
export function pathOf({ host, why }: Wish): string {
  return `/permit.html#${new URLSearchParams({ host, why }).toString()}`;
}
