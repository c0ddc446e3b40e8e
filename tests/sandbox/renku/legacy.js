// The legacy interface: the page on which a session is started, and the one on which it is shown. All of it is made here; the
// document is empty.

import { h, Tree } from "./dom.js";
import { branchesOf, commitsOf, imageOf, lookAgain, projectOf } from "./options.js";
import { Select } from "./select.js";
import { get, onChange, query, refresh, send, set, setBase } from "./store.js";

const root = new Tree(document.querySelector("#root"), follow);

/** The place that the address names. */
function place() {
  const parts = location.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const at = parts.indexOf("sessions");
  if (parts[0] !== "projects" || at < 3) {
    return { name: "home" };
  }
  const path = parts.slice(1, at).join("/");
  const [verb, server] = parts.slice(at + 1);
  const names = { new: "start", show: "show" };
  return { name: names[verb] ?? "list", path, server, root: `/projects/${path}`, search: new URLSearchParams(location.search) };
}

function go(address, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  arrived();
}

function follow(event, link) {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!event.defaultPrevented && plain && link.target === "" && link.origin === location.origin) {
    event.preventDefault();
    go(link.href);
  }
}

function arrived() {
  set({ menu: null, branch: undefined, commit: undefined, pages: 1, starting: false, wrong: undefined, info: false });
}

addEventListener("popstate", arrived);

function Home() {
  const paths = ["ada/course", "ada/spring", "ben/course"];
  return h(
    "div",
    { className: "list" },
    h("h1", null, "Projects"),
    h(
      "ul",
      null,
      paths.map((path) => h("li", { key: path }, h("a", { href: `/projects/${path}/sessions/new` }, path))),
    ),
  );
}

function Start(here) {
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
  const own = Object.values(servers.data.servers).filter(({ annotations: known }) => `${known["renku.io/namespace"]}/${known["renku.io/projectName"]}` === here.path);
  const chosen = choices(here, project);
  if (own.length === 0 && !get("starting") && wantsStart(here, chosen)) {
    start(here, chosen, chosen.image.pinned);
  }
  const quick = here.search.get("autostart") !== null && get("wrong") === undefined && own.length === 0;
  if (get("starting") || quick) {
    return [h("div", { key: "back" }, Back(here)), Starting(), quick && h("div", { key: "options", className: "d-none" }, DockerImage(chosen))];
  }
  return [
    h("div", { key: "back" }, Back(here)),
    h(
      "div",
      { key: "page", className: "legacy" },
      h("div", null, h("h2", null, "Start session"), h("p", null, "On the project ", h("b", { className: "text-break" }, here.path))),
      h("div", null, Wrong(), own.length > 0 ? Existing(here, own) : Options(here, chosen, url, pools)),
    ),
  ];
}

/** What else the page asks for: who the person is, whether the project can be used, and what a session may have. */
function surroundings(project) {
  const of = new URLSearchParams({ git_url: project.web_url, branch: project.default_branch });
  for (const path of ["/user", `/renku/cache.migrations_check?${of}`, `/renku/project.lock_status?${of}`, "/notebooks/version"]) {
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
    queueMicrotask(() => set({ wrong: "The session could not start because no image is available. Please select a different commit or start the session with the base image." }));
  } else if (image.status === "building") {
    queueMicrotask(() => set({ wrong: "The session could not start because the image is still building. Please wait for the build to finish, or start the session with the base image." }));
  }
  return image.status === "available";
}

async function start(here, { branch, commit }, image) {
  const [project, ...namespace] = here.path.split("/").toReversed();
  queueMicrotask(() => set({ starting: true, menu: null }));
  const { data, error } = await once({
    branch: branch.name,
    commit_sha: commit.id,
    default_url: get("url") ?? "/lab",
    environment_variables: {},
    ...(image === undefined ? {} : { image }),
    lfs_auto_fetch: false,
    namespace: namespace.toReversed().join("/"),
    project,
    resource_class_id: 1,
    storage: 5,
  });
  if (error === undefined) {
    refresh("/notebooks/servers");
    go(`${here.root}/sessions/show/${data.name}`, true);
  } else {
    set({ starting: false, wrong: `An error occurred when trying to start a new session. Error message: ${error.text}` });
  }
}

/** The start that is under way: drawing the page again does not start again. */
let going = null;
function once(body) {
  going ??= send("POST", "/notebooks/servers", body).finally(() => {
    going = null;
  });
  return going;
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
  return wrong !== undefined && h("div", { className: "alert alert-danger", role: "alert" }, h("p", { className: "mb-0" }, wrong));
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
      h("p", { className: "mb-0" }, "A session already exists for this project. Please delete all existing sessions before starting a new one."),
    ),
    own.map(({ name, image }) =>
      h(
        "div",
        { key: name, className: "card card-body" },
        h("a", { href: `${here.root}/sessions/show/${name}` }, name),
        h("code", null, image),
        h("button", { type: "button", className: "btn btn-outline-danger btn-sm", "data-cy": "delete-session-button", onClick: end(name) }, "Delete session"),
      ),
    ),
  );
}

function Options(here, chosen, url, pools) {
  return h(
    "form",
    { className: "form-rk-green", onSubmit: (event) => event.preventDefault() },
    DockerImage(chosen),
    Branch(chosen),
    Commit(chosen),
    Url(url),
    h("div", { className: "field-group", "data-cy": "session-class" }, h("div", { className: "form-label" }, "Session class"), h("div", { "data-cy": "session-class-select" }, pools?.[0].classes[0].name ?? "")),
    h("div", { className: "field-group", "data-cy": "session-secrets" }, h("div", { className: "form-label" }, "User Secrets"), h("div", { className: "form-text my-1" }, "No secrets defined yet.")),
    Launch(here, chosen),
  );
}

function DockerImage({ image }) {
  if (image.status === "unknown") {
    return h("div", { className: "field-group" }, h("div", { className: "form-label" }, "Loading Docker image status..."));
  }
  return image.pinned === undefined ? Built(image) : Pinned(image);
}

function Pinned({ pinned, status }) {
  const there = status === "available";
  const [color, text] = there ? ["success", "pinned available"] : ["danger", "pinned not available"];
  const shown = get("info") === true;
  const info = there
    ? [
        h("input", { type: "text", disabled: true, id: "customImage", className: "form-control", value: pinned }),
        h("small", { className: "form-text text-muted" }, "This project specifies a pinned image. A pinned image has advantages for projects with many forks, but it will not reflect changes to the ", h("code", null, "Dockerfile"), " or any project dependency files."),
      ]
    : "Pinned Docker image not found. Since this project specifies a pinned image, it is unlikely to work with a base image.";
  return h(
    "div",
    { className: "field-group" },
    h(
      "div",
      { className: "form-label" },
      "Docker image ",
      h("span", { className: `badge bg-${color}` }, text),
      h("button", { type: "button", className: "ms-3 p-0 btn-sm btn btn-link", onClick: () => set({ info: !shown }) }, "more info"),
      h("div", { className: shown ? "collapse show" : "collapse" }, h("div", { className: "mt-3" }, info)),
    ),
  );
}

function Built({ status, build }) {
  const label = (color, text) => h("div", { className: "form-label" }, "Docker image ", h("span", { className: `badge bg-${color}` }, text));
  if (status === "available") {
    return h("div", { className: "field-group" }, label("success", "available"));
  }
  const link = build && h("a", { id: "imageCheckPipeline", role: "button", target: "_blank", rel: "noreferrer noopener", href: build.web_url }, "View pipeline in GitLab");
  if (status === "building") {
    return h(
      "div",
      { className: "field-group" },
      label("warning", "building"),
      h("div", null, h("div", { className: "form-label mt-3" }, "The Docker image for the session is being built. Please wait a moment...")),
      h("div", { className: "mt-3" }, link),
    );
  }
  const again = (id, text) => h("button", { type: "button", id, className: "btn btn-primary btn-sm", onClick: () => refresh("/projects/") }, text);
  return h(
    "div",
    { className: "field-group" },
    label("danger", "not available"),
    h(
      "div",
      null,
      h("div", { className: "form-label mt-3" }, build ? "The Docker image build failed." : "No Docker image found.", " You can use the base image to start a session, but project-specific dependencies will not be available."),
      h("div", { className: "mt-3" }, build ? [again("imageBuildAgain", "Build again"), link] : ["If you are seeing this error for the first time, ", again("imageBuild", "building the branch image"), " will probably solve the problem."]),
    ),
  );
}

function Branch({ branches, branch }) {
  if (branches.list === undefined) {
    return h("div", { className: "field-group" }, h("div", { className: "form-label" }, branches.error === undefined ? "Loading branches..." : "Error: could not fetch project branches."));
  }
  const one = branches.list.length === 1;
  return h(
    "div",
    { className: "field-group" },
    h("label", { for: "session-branch-option", className: "form-label" }, one ? "Branch (only 1 available)" : "Branches"),
    one
      ? h("input", { disabled: true, id: "session-branch-option", type: "text", className: "form-control", value: branch?.name ?? "" })
      : Select({ number: 2, options: branches.list, chosen: branch, content: ({ name }) => name, choose: ({ name }) => set({ branch: name, commit: undefined, pages: 1 }) }),
  );
}

function Commit({ branches, commits, commit }) {
  if (commits.list === undefined) {
    return h("div", { className: "field-group" }, h("div", { className: "form-label" }, commits.error === undefined ? "Loading commits..." : "Error: could not fetch project commits."));
  }
  const content = (one) => [
    h("span", { className: "fw-bold" }, one.short_id),
    h("span", { className: "text-truncate" }, one.author_name),
    h("span", { className: "text-truncate" }, h("span", { className: "time-caption" }, `authored ${one.committed_date.slice(0, 10)}`)),
    h("span", { className: "text-truncate" }, one.message),
  ];
  return h(
    "div",
    { className: "field-group" },
    h("div", { className: "form-label" }, "Commits"),
    Select({ number: branches.list?.length === 1 ? 2 : 3, options: commits.list, chosen: commit, content, choose: ({ id }) => set({ commit: id }), more: commits.more }),
  );
}

function Url({ options = [] } = {}) {
  const chosen = get("url") ?? "/lab";
  const choice = (url) => h("button", { key: url, type: "button", className: `btn-outline-rk-green btn ${url === chosen ? "btn-secondary active" : "btn-rk-white"}`, onClick: () => set({ url }) }, url);
  return h("div", { className: "field-group" }, h("div", { className: "form-label" }, "Default Environment"), h("div", { role: "group", className: "btn-group" }, options.map(choice)));
}

function Launch(here, chosen) {
  const { status, pinned } = chosen.image;
  const missing = status === "not-available";
  return h(
    "div",
    { className: "field-group" },
    missing && h("div", { className: "pb-2" }, "The image for this commit is not available. See the ", h("strong", null, "Docker Image"), " section for details."),
    h(
      "div",
      { className: "d-flex flex-row-reverse gap-2" },
      h(
        "div",
        { className: "btn-with-menu btn-group btn-group-md dropup" },
        h("button", { type: "button", className: "btn btn-secondary", disabled: status !== "available", onClick: () => start(here, chosen, pinned) }, "Start Session"),
        h("button", { type: "button", "data-cy": "more-menu", "aria-haspopup": "true", "aria-expanded": "false", className: "btn-rk-green rounded-end-pill btn btn-secondary" }, "⋮"),
      ),
      (missing || status === "building") && h("button", { type: "button", className: "btn btn-primary", onClick: () => start(here, chosen) }, "Start with base image"),
    ),
  );
}

function Show(here) {
  const { data } = query("/notebooks/servers");
  const server = data?.servers[here.server];
  if (server === undefined) {
    return h("div", { className: "list" }, h("a", { href: here.root }, "Back"), h("p", null, data === undefined ? "Loading…" : "This session does not exist."));
  }
  const end = async () => {
    await send("DELETE", `/notebooks/servers/${server.name}`);
    refresh("/notebooks/servers");
    go(`${here.root}/sessions/new`);
  };
  const row = (name, mark, value) => [h("dt", null, name), h("dd", null, h("code", { "data-sandbox": mark }, value))];
  return h(
    "div",
    { className: "list" },
    h("a", { href: here.root }, `Back to ${here.path}`),
    h("h2", null, `The session is ${server.status.state}`),
    h("dl", null, row("Session", "session-name", server.name), row("Image", "session-image", server.image), row("Default image used", "default-image-used", server.annotations["renku.io/default_image_used"])),
    h("button", { type: "button", className: "btn btn-outline-danger", "data-cy": "delete-session-button", onClick: end }, "Delete session"),
  );
}

function List(here) {
  return h("div", { className: "list" }, h("h1", null, here.path), h("a", { href: `${here.root}/sessions/new` }, "Start session"));
}

setBase("/ui-server/api");
onChange(() => {
  const here = place();
  const pages = { home: Home, start: Start, show: Show, list: List };
  document.title = here.path === undefined ? "Renku" : `${here.path} · Renku`;
  root.show(pages[here.name](here));
});
arrived();
