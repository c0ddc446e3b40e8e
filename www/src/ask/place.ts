import type { Address } from "repin";

/** A project, and where it is. */
export interface Place {
  /** The GitLab: `https://gitlab.com`, or one below a path. */
  readonly base: string;
  /** Where a token for it goes, and no further. */
  readonly origin: string;
  /** `group/name` */
  readonly project: string;
  /** The project's own page. */
  readonly url: string;
}

/** The place that an address names. One of the API may name a project by its number: then `path` is its name. */
export function placeOf(address: Address, path: string | null = null): Place {
  const base = address.base.replace(/\/$/u, "");
  const project = path ?? address.project;
  return { base, origin: new URL(base).origin, project, url: `${base}/${project}` };
}

/** The page of a commit in its GitLab. */
export function commitPage(place: Place, commit: string): string {
  return `${place.url}/-/commit/${commit}`;
}
