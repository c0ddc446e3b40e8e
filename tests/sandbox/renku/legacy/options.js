// What a session of the legacy interface is started with: the branch, the commit, and the image that follows from them.

import { get, query, refresh, set } from "../store.js";

/** How often an image that is not there is looked for. */
const AGAIN = 5000;

/** The project of the page on GitLab, by its path. */
export function projectOf(path) {
  return query(`/projects/${encodeURIComponent(path)}?statistics=true&doNotTrack=undefined`);
}

/** The branches that can be chosen: merged ones are left out, as long as they are not the chosen one. */
export function branchesOf(project) {
  const first = query(`/projects/${project.id}/repository/branches/${encodeURIComponent(project.default_branch)}`);
  const all = query(`/projects/${project.id}/repository/branches?`);
  const error = first.error ?? all.error;
  if (first.data === undefined || all.data === undefined) {
    return { list: undefined, error };
  }
  const list = [first.data, ...all.data.filter((branch) => !branch.default && !branch.merged)];
  return { list: list.map(({ name }) => ({ id: name, name })), error };
}

/** The commits of a branch, as many pages of them as were asked for; `more` gets the next one. */
export function commitsOf(project, branch) {
  const pages = get("pages") ?? 1;
  const list = [];
  let last = null;
  for (let page = 1; page <= pages; page += 1) {
    const which = page === 1 ? "" : `&page=${page}&per_page=20`;
    last = query(`/projects/${project.id}/repository/commits?${new URLSearchParams({ ref_name: branch })}${which}`);
    list.push(...(last.data ?? []));
  }
  const more = last.next ? () => set({ pages: pages + 1 }) : null;
  return { list: list.length > 0 ? list : undefined, error: last.error, more };
}

/** What the project's settings say at a commit. */
export function configOf(project, branch, commit) {
  query("/renku/versions");
  const at = new URLSearchParams({
    git_url: project.web_url,
    ...(commit === undefined ? { branch } : { commit_sha: commit.id }),
  });
  return query(`/renku/10/config.show?${at}`);
}

/**
 * The image that a session would get, and whether it is there: `{ status, pinned?, build? }` with the status "unknown", "available",
 * "not-available" or "building".
 */
export function imageOf(project, branch, commit) {
  const config = configOf(project, branch, commit);
  if (config.data === undefined) {
    return { status: "unknown" };
  }
  const pinned = config.data.result.config["interactive.image"];
  if (pinned !== undefined) {
    const { loading, error, data } = query(`/notebooks/images?${new URLSearchParams({ image_url: pinned })}`);
    return { pinned, status: status(loading && data === undefined && error === undefined, error === undefined) };
  }
  return builtOf(project, commit);
}

function status(unknown, there) {
  if (unknown) {
    return "unknown";
  }
  return there ? "available" : "not-available";
}

/** The image that the project's CI made for the commit: in the registry, or on its way. */
function builtOf(project, commit) {
  const at = `/projects/${project.id}`;
  const registries = query(`${at}/registry/repositories`);
  if (registries.loading && registries.data === undefined) {
    return { status: "unknown" };
  }
  const list = registries.data ?? [];
  const registry = list.length === 1 ? list[0] : list.find(({ name }) => name === "");
  if (registry !== undefined) {
    const tag = query(`${at}/registry/repositories/${registry.id}/tags/${commit.id.slice(0, 7)}`);
    if (tag.loading && tag.error === undefined) {
      return { status: "unknown" };
    }
    if (tag.error === undefined) {
      return { status: "available" };
    }
  }
  const pipelines = query(`${at}/pipelines?sha=${commit.id}`);
  const jobs = (pipelines.data ?? []).map(({ id }) => query(`${at}/pipelines/${id}/jobs`));
  if ([pipelines, ...jobs].some((one) => one.loading && one.data === undefined)) {
    return { status: "unknown" };
  }
  const build = jobs.flatMap(({ data }) => data ?? []).find(({ name }) => name === "image_build");
  const going = ["running", "created", "pending", "stopping"].includes(build?.status);
  return { status: going ? "building" : "not-available", build };
}

/** Looks again for an image that is not there, as long as this is called. */
export function lookAgain(image) {
  clearTimeout(lookAgain.timer);
  if (image?.status === "not-available" || image?.status === "building") {
    lookAgain.timer = setTimeout(() => refresh("/notebooks/images", `/projects/${image.project}/registry/`), AGAIN);
  }
}
