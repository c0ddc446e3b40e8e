/** The little that is asked of a GitLab beside the package's questions: names of branches and merge requests. */
import * as v from "valibot";

import type { Ref } from "../protocol/messages";
import type { Located } from "./place";

const Project = v.object({ default_branch: v.nullish(v.string()) });
const Branches = v.array(v.object({ name: v.string(), commit: v.object({ id: v.string(), title: v.optional(v.string(), "") }) }));
const MergeRequests = v.array(v.object({ iid: v.number(), title: v.string(), sha: v.nullish(v.string()) }));

/** A page of each is enough to choose from: typing narrows it. */
const PAGE = 20;

async function get<T>(at: Located, path: string, schema: v.GenericSchema<unknown, T>): Promise<T> {
  const request = new Request(`${at.base}/api/v4/projects/${encodeURIComponent(at.project)}${path}`, {
    headers: at.headers,
    signal: AbortSignal.timeout(20_000),
  });
  const response = await at.fetch(request);
  if (!response.ok) {
    throw new Error(`GitLab answered ${response.status}`);
  }
  return v.parse(schema, await response.json());
}

/** The default branch; `null`: GitLab does not say. */
export async function defaultBranch(at: Located): Promise<string | null> {
  try {
    return (await get(at, "", Project)).default_branch ?? null;
  } catch {
    return null;
  }
}

/** Branches and open merge requests whose names have a part; what is not shown to this person is left out. */
export async function refs(at: Located, part: string): Promise<Ref[]> {
  const search = part === "" ? "" : `&search=${encodeURIComponent(part)}`;
  const none = (): [] => [];
  const [branches, requests] = await Promise.all([
    get(at, `/repository/branches?per_page=${PAGE}${search}`, Branches).catch(none),
    get(at, `/merge_requests?state=opened&per_page=${PAGE}${search}`, MergeRequests).catch(none),
  ]);
  return [
    ...branches.map(({ name, commit }) => ({ revision: name, title: commit.title, commit: oid(commit.id) })),
    ...requests.map(({ iid, title, sha }) => ({ revision: `!${iid}`, title, commit: oid(sha) })),
  ];
}

function oid(text: string | null | undefined): string | null {
  return text != null && /^[0-9a-f]{40}$/u.test(text) ? text : null;
}
