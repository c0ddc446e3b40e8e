/** The commit's own tag for the image that is right for it: in the registry, without a build. */
import { type Retag, resolve, retag } from "repin";

import type { Place, Tagged } from "../protocol/messages";
import { originOfRegistry } from "../registry";
import { parts } from "../reference";
import { anonymousFetch, freshFetch } from "./fetch";
import { isPermitted } from "./hosts";
import { Lack } from "./lack";
import { locate } from "./place";

export async function tag(place: Place, commit: string, digest: string | null): Promise<Tagged> {
  // Renku's page cannot stand in for a login of the registry, so that this GitLab is asked as its own token's person.
  const at = await locate({ repository: place.repository, revision: commit });
  if (at.options.token === undefined) {
    throw new Lack("no-token", "Repin has no token of this GitLab that could push to its registry", "Sign in first.");
  }
  const { image } = await resolve(at.address, at.options);
  const registry = parts(image?.reference ?? "")?.registry;
  if (registry == null) {
    throw new Lack("incomplete", "which registry has the image is not known", null);
  }
  for (const origin of [originOfRegistry(registry), new URL(at.base).origin]) {
    if (!(await isPermitted(origin))) {
      throw new Lack("not-permitted", `the browser does not let Repin ask ${new URL(origin).host}`, "Allow it first.");
    }
  }
  const how = digest === null ? { dryRun: true } : { digest };
  return taggedOf(await retag(at.address, { ...at.options, fetch: send, ...how }));
}

/** A registry is looked at anew each time: what it said a moment ago is no ground to change it. */
function send(request: Request): Promise<Response> {
  return new URL(request.url).pathname.includes("/api/") ? anonymousFetch(request) : freshFetch(request);
}

function taggedOf({ source, tags: [own] }: Retag): Tagged {
  if (own === undefined) {
    throw new Lack("incomplete", "the commit has no tag of its own", null);
  }
  const { reference, done } = own;
  return { source: source.reference, digest: source.digest, from: source.commit, reference, isThere: done !== "would-tag" };
}
