// The page on which a session of the legacy interface is started.

import { h } from "../dom.js";
import { DockerImage, Options } from "./fields.js";
import { start } from "./launch.js";
import { branchesOf, commitsOf, imageOf, lookAgain, projectOf } from "./options.js";
import { get, query, refresh, send, set } from "../store.js";

export function Start(here) {
  const asked = projectOf(here.path);
  if (asked.error !== undefined) {
    return h("div", { className: "list" }, h("h1", null, "Project not found"), h("p", null, asked.error.text));
  }
  const project = asked.data;
  const servers = query("/notebooks/servers");
  if (project === undefined || servers.data === undefined) {
    return h("p", { className: "list" }, "Checking existing sessions");
  }
  const { url, pools } = surroundings(project);
  const own = Object.values(servers.data.servers).filter(
    ({ annotations: known }) => `${known["renku.io/namespace"]}/${known["renku.io/projectName"]}` === here.path,
  );
  const chosen = choices(here, project);
  if (own.length === 0 && !get("starting") && wantsStart(here, chosen)) {
    start(here, chosen, chosen.image.pinned);
  }
  const quick = here.search.get("autostart") !== null && get("wrong") === undefined && own.length === 0;
  if (get("starting") || quick) {
    return [
      h("div", { key: "back" }, Back(here)),
      Starting(),
      quick && h("div", { key: "options", className: "d-none" }, DockerImage(chosen)),
    ];
  }
  return [
    h("div", { key: "back" }, Back(here)),
    h(
      "div",
      { key: "page", className: "legacy" },
      h(
        "div",
        null,
        h("h2", null, "Start session"),
        h("p", null, "On the project ", h("b", { className: "text-break" }, here.path)),
      ),
      h("div", null, Wrong(), own.length > 0 ? Existing(here, own) : Options(here, chosen, url, pools)),
    ),
  ];
}

/** What else the page asks for: who the person is, whether the project can be used, and what a session may have. */
function surroundings(project) {
  const of = new URLSearchParams({ git_url: project.web_url, branch: project.default_branch });
  for (const path of [
    "/user",
    `/renku/cache.migrations_check?${of}`,
    `/renku/project.lock_status?${of}`,
    "/notebooks/version",
  ]) {
    query(path);
  }
  return { url: query("/notebooks/server_options").data?.defaultUrl, pools: query("/data/resource_pools").data };
}

/** What is chosen, or would be. */
function choices(here, project) {
  const branches = branchesOf(project);
  const wanted = get("branch") ?? here.search.get("branch") ?? project.default_branch;
  const branch = branches.list?.find(({ name }) => name === wanted);
  const commits = branch === undefined ? { list: undefined } : commitsOf(project, branch.name);
  const at = get("commit") ?? here.search.get("commit");
  const commit = commits.list?.find(({ id }) => id === at) ?? commits.list?.[0];
  const image = commit === undefined ? { status: "unknown" } : imageOf(project, branch.name, commit);
  lookAgain({ ...image, project: project.id });
  return { branches, branch, commits, commit, image };
}

/** Whether a quick start has all that it needs; else it says why not. */
function wantsStart(here, { image }) {
  if (here.search.get("autostart") === null || get("wrong") !== undefined) {
    return false;
  }
  if (image.status === "not-available") {
    queueMicrotask(() =>
      set({
        wrong:
          "The session could not start because no image is available. Please select a different commit or start the session with the base image.",
      }),
    );
  } else if (image.status === "building") {
    queueMicrotask(() =>
      set({
        wrong:
          "The session could not start because the image is still building. Please wait for the build to finish, or start the session with the base image.",
      }),
    );
  }
  return image.status === "available";
}

function Back(here) {
  return h("a", { className: "btn btn-link", "data-cy": "go-back-button", href: here.root }, `Back to ${here.path}`);
}

function Starting() {
  return h(
    "div",
    { key: "starting", className: "progress-box" },
    h("h2", null, "Step 1 of 2: Preparing session"),
    h("p", { className: "pb-0" }, "Preparing session"),
    h("div", null, "Requesting session"),
  );
}

function Wrong() {
  const wrong = get("wrong");
  return (
    wrong !== undefined &&
    h("div", { className: "alert alert-danger", role: "alert" }, h("p", { className: "mb-0" }, wrong))
  );
}

function Existing(here, own) {
  const end = (name) => async () => {
    await send("DELETE", `/notebooks/servers/${name}`);
    refresh("/notebooks/servers");
  };
  return h(
    "div",
    null,
    h(
      "div",
      { className: "alert alert-warning", role: "alert" },
      h(
        "p",
        { className: "mb-0" },
        "A session already exists for this project. Please delete all existing sessions before starting a new one.",
      ),
    ),
    own.map(({ name, image }) =>
      h(
        "div",
        { key: name, className: "card card-body" },
        h("a", { href: `${here.root}/sessions/show/${name}` }, name),
        h("code", null, image),
        h(
          "button",
          {
            type: "button",
            className: "btn btn-outline-danger btn-sm",
            "data-cy": "delete-session-button",
            onClick: end(name),
          },
          "Delete session",
        ),
      ),
    ),
  );
}
