// The side panel of a launcher, beside everything else at the end of the body.

import { h } from "../dom.js";
import { buildsOf, hashOf } from "./launcher.js";
import { badge, changeSession, imageBadge, kindOf, menuItem, withMenu } from "./parts.js";
import { setHash } from "./route.js";
import { query, set } from "../store.js";

export function Panel({ launcher, project, sessions, write }) {
  const job = launcher.launcher_type === "non-interactive";
  const close = () => setHash("");
  return h(
    "div",
    { key: hashOf(launcher) },
    h(
      "div",
      { className: "offcanvas offcanvas-end fade show", id: hashOf(launcher), role: "dialog", tabindex: "-1" },
      h(
        "div",
        { className: "offcanvas-body" },
        h(
          "button",
          {
            type: "button",
            "aria-label": "Close",
            className: "border-0 btn p-0",
            "data-cy": "session-launcher-close-offcanvas-button",
            "data-bs-dismiss": "offcanvas",
            onClick: close,
          },
          "✕",
          h("span", { className: "visually-hidden" }, "Close side panel"),
        ),
        h(
          "div",
          { className: "d-flex flex-column gap-3" },
          h(
            "div",
            null,
            h("div", { className: "small text-muted" }, job ? "Job launcher" : "Session launcher"),
            h(
              "h2",
              { className: "mb-0 text-break", "data-cy": "session-launcher-title" },
              write && h("div", { className: "float-end ms-2" }, Edit(launcher)),
              launcher.name,
            ),
            launcher.description !== undefined && h("p", { className: "text-break" }, launcher.description),
          ),
          Sessions(sessions, project, job),
          Environment(launcher, write),
          Resources(launcher),
          Variables(launcher),
        ),
      ),
    ),
    h("div", { className: "offcanvas-backdrop fade show", onClick: close }),
  );
}

function Edit(launcher) {
  const show = (name) => () => set({ modal: { name, launcher: launcher.id } });
  return withMenu(
    { name: `panel ${launcher.id}`, anchor: "session-launcher-menu-dropdown", color: "btn-outline-primary" },
    h(
      "button",
      {
        type: "button",
        "data-cy": "session-view-menu-edit",
        className: "text-nowrap btn btn-outline-primary btn-sm",
        onClick: show("launcher"),
      },
      "Edit launcher",
    ),
    [
      menuItem("session-view-menu-update-environment", "Edit environment", show("environment")),
      h("div", { tabindex: "-1", className: "dropdown-divider" }),
      menuItem("session-view-menu-delete", "Delete launcher", show("delete")),
    ],
  );
}

function Sessions(sessions, project, job) {
  const one = (session) =>
    h(
      "div",
      { key: session.name, className: "bg-success bg-opacity-10 border-success-subtle card" },
      h(
        "div",
        { className: "card-body" },
        badge("success", session.status.state === "hibernated" ? "Paused Session" : "Running Session"),
        h(
          "a",
          {
            className: "btn btn-sm btn-primary",
            "data-cy": "open-session",
            href: `/p/${project.namespace}/${project.slug}/sessions/show/${session.name}`,
          },
          "Open",
        ),
        h(
          "button",
          {
            type: "button",
            className: "btn btn-sm btn-outline-primary",
            "data-cy": "delete-session-button",
            onClick: () => changeSession(session.name, null),
          },
          "Shut down session",
        ),
      ),
    );
  const none = h("p", { className: "fst-italic mb-2" }, "No session is running from this launcher");
  return h(
    "div",
    { className: "card" },
    h("div", { className: "card-header" }, h("h3", null, job ? "Jobs" : "Launched Session")),
    h("div", { className: "card-body" }, sessions.length === 0 ? none : sessions.map(one)),
  );
}

function Environment(launcher, write) {
  const { environment } = launcher;
  const edit = h(
    "button",
    {
      type: "button",
      "data-cy": "session-view-modify-session-environment-button",
      id: "modify-session-environment-button",
      tabindex: "0",
      className: "btn btn-outline-primary btn-sm",
      "aria-label": "Modify session environment",
      onClick: () => set({ modal: { name: "environment", launcher: launcher.id } }),
    },
    "✎",
  );
  return h(
    "div",
    { className: "card" },
    h(
      "div",
      { className: "align-items-center d-flex justify-content-between card-header" },
      h("h3", { className: "mb-0" }, "Session Environment"),
      write && edit,
    ),
    h(
      "div",
      { className: "card-body" },
      h(
        "ul",
        { className: "list-group list-group-flush" },
        h(
          "li",
          { className: "d-flex flex-column list-group-item" },
          h(
            "div",
            { className: "row" },
            h(
              "div",
              { className: "pb-2 gap-2 col-12" },
              h("h4", { className: "fw-semibold mb-0 text-break" }, environment.name),
            ),
            Line(kindOf(environment)),
            environment.environment_kind === "GLOBAL" ? GlobalRows(environment) : CustomRows(launcher),
          ),
        ),
      ),
    ),
  );
}

function Line(...children) {
  return h("div", { className: "d-flex align-items-center py-2 gap-2 col-12" }, children);
}

function Row(label, value, anchor) {
  return Line(
    h(
      "div",
      { className: "d-block" },
      h("label", { className: "text-nowrap mb-0 me-2" }, `${label}:`),
      h("code", { "data-cy": anchor }, String(value ?? "-")),
    ),
  );
}

/** The code of a global environment's image has no mark of its own. */
function GlobalRows(environment) {
  return [
    h("div", { className: "mb-2" }, imageBadge(environment.container_image)),
    Line(
      h("label", { className: "text-nowrap mb-0 me-2" }, "Container image:"),
      h("code", null, environment.container_image),
    ),
  ];
}

function CustomRows(launcher) {
  const { environment } = launcher;
  const text = (list) => (list === undefined ? " " : JSON.stringify(list));
  return [
    BuildRows(launcher),
    h("div", { className: "mb-2" }, imageBadge(environment.container_image)),
    Row("Container image", environment.container_image, "session-view-session-environment-image"),
    Row("Default URL path", environment.default_url, "session-view-default-url"),
    Row("Port", environment.port, "session-view-port"),
    Row("Working directory", environment.working_directory, "session-view-working-directory"),
    Row("Mount directory", environment.mount_directory, "session-view-mount-directory"),
    Row("UID", environment.uid, "session-view-uid"),
    Row("GID", environment.gid, "session-view-gid"),
    Row("Command", text(environment.command), "session-view-command"),
    Row("Args", text(environment.args), "session-view-args"),
    Row("Strip session URL path prefix", environment.strip_path_prefix ? "Yes" : "No"),
  ];
}

function BuildRows(launcher) {
  const parameters = launcher.environment.build_parameters;
  if (parameters === undefined) {
    return [];
  }
  const [last] = buildsOf(launcher);
  return [
    last &&
      Line(h("label", { className: "text-nowrap mb-0 me-2" }, "Last build status:"), badge("success", last.status)),
    Row("Built from code repository", parameters.repository),
    parameters.context_dir !== undefined && Row("Context directory", parameters.context_dir),
    Row("Environment type", parameters.builder_variant),
    Row("User interface", parameters.frontend_variant),
  ];
}

function Resources(launcher) {
  const pools = query("/resource_pools").data ?? [];
  const found = pools.flatMap(({ classes }) => classes).find(({ id }) => id === launcher.resource_class_id);
  return h(
    "div",
    { className: "card" },
    h(
      "div",
      { className: "card-header" },
      h("h3", { className: "mb-0", "data-cy": "session-view-resource-class-heading" }, "Default Resource Class"),
    ),
    h(
      "div",
      { className: "card-body" },
      h(
        "div",
        { "data-cy": "session-view-resource-class-description" },
        found === undefined ? "The default one" : `${found.name} | ${found.cpu} cpu | ${found.memory} GB memory`,
        launcher.disk_storage !== undefined && ` | ${launcher.disk_storage} GB storage`,
      ),
    ),
  );
}

function Variables({ env_variables: variables = [] }) {
  const row = ({ name, value }) =>
    h(
      "li",
      { key: name, className: "list-group-item" },
      h(
        "div",
        { "data-cy": "env-var-row", className: "row" },
        h("div", { "data-cy": "env-var-name", className: "fw-bold text-break col-6" }, name),
        h("div", { "data-cy": "env-var-value", className: "text-break col-6" }, value ?? ""),
      ),
    );
  return h(
    "div",
    { className: "card" },
    h("div", { className: "card-header" }, h("h3", { className: "mb-0 me-2" }, "Environment Variables")),
    h(
      "div",
      { className: "card-body" },
      h("ul", { "data-cy": "env-variables-card", className: "list-group" }, variables.map(row)),
    ),
  );
}
