// A launcher's card: what it starts, from which image, and the sessions that it has.

import { h } from "../dom.js";
import { badge, changeSession, imageBadge, imagePath, kindOf, menuItem, withMenu } from "./parts.js";
import { setHash } from "./route.js";
import { query, refresh, send, set } from "../store.js";

/** The hash of its side panel. */
export function hashOf(launcher) {
  return `launcher-${launcher.id}`;
}

/** Its builds, if Renku builds its image. */
export function buildsOf({ environment }) {
  const built = environment.environment_image_source === "build";
  return built ? (query(`/environments/${environment.id}/builds`).data ?? []) : [];
}

export function Card({ launcher, project, sessions, write, hash }) {
  const job = launcher.launcher_type === "non-interactive";
  const open = () => setHash(hash === hashOf(launcher) ? "" : hashOf(launcher));
  return h(
    "div",
    {
      key: `launcher-${launcher.id}`,
      "data-cy": "session-launcher-item",
      tabindex: "-1",
      className: "launcher-card cursor-pointer shadow-none rounded-0 card",
    },
    h(
      "div",
      { className: "p-0 card-body" },
      h(
        "div",
        {
          className: sessions.length > 0 ? "border-bottom p-3" : "p-3",
          "aria-label": "View session details for this launcher",
          role: "button",
          tabindex: "0",
          onClick: open,
        },
        h(
          "div",
          { className: "g-2 row" },
          h(
            "div",
            { className: "align-items-center col-12 col-lg-6 col-xl-7" },
            Kind(launcher, job),
            h(
              "div",
              { className: "g-2 row" },
              h(
                "div",
                { className: "d-inline-block link-primary text-body col-12" },
                h("span", { className: "fw-semibold fs-3", "data-cy": "session-name" }, launcher.name),
              ),
            ),
            h(
              "div",
              { className: "row" },
              h("div", { "data-cy": "session-gitlab-warning", className: "col-12" }, Gone(launcher)),
            ),
            h("div", { className: "row" }, h("div", { className: "col" }, Status(launcher))),
          ),
          h(
            "div",
            { className: "ms-md-auto col-12 col-md-auto" },
            h(
              "div",
              { className: "d-flex flex-column align-items-end gap-2" },
              job ? Submit(launcher, write) : Actions({ launcher, project, sessions, write }),
            ),
          ),
        ),
      ),
      sessions.length > 0 &&
        h(
          "div",
          { className: "p-0" },
          sessions.map((session) => SessionItem(session, project, open)),
        ),
    ),
  );
}

function Kind(launcher, job) {
  return h(
    "div",
    { className: "g-2 mb-0 row" },
    h(
      "div",
      { className: "d-inline-block link-primary text-body col-12 col-xl-4" },
      h(
        "span",
        { className: "small text-muted me-3 d-inline-flex align-items-center gap-1" },
        h("span", { className: "fw-bold" }, job ? "Job" : "Session"),
        " Launcher",
      ),
    ),
    h(
      "div",
      { className: "col-12 col-xl-auto" },
      h("span", { className: "align-items-center d-flex gap-2 me-2 small text-muted" }, kindOf(launcher.environment)),
    ),
  );
}

/** Marks what lies in the registry of Renku's former GitLab. */
function Gone({ environment }) {
  const gone = environment.container_image?.startsWith("registry.renkulab.io/") === true;
  return gone && badge("warning", "Image in a registry that is gone");
}

function Status(launcher) {
  const [last] = buildsOf(launcher);
  if (last === undefined) {
    return imageBadge(launcher.environment.container_image);
  }
  return last.status === "succeeded" ? badge("success", "Build succeeded") : badge("danger", `Build ${last.status}`);
}

function itemsOf(launcher, job) {
  const show = (name) => () => set({ modal: { name, launcher: launcher.id } });
  return [
    menuItem("session-launcher-menu-edit-env", "Edit environment", show("environment")),
    menuItem("session-launcher-menu-edit", "Edit launcher", show("launcher")),
    menuItem("session-launcher-menu-edit-env", "Edit environment variables", show("variables")),
    !job && menuItem("session-launcher-menu-share-link", "Share session launch link", show("share")),
    h("div", { tabindex: "-1", className: "dropdown-divider" }),
    menuItem("session-launcher-menu-delete", "Delete launcher", show("delete")),
  ];
}

function Actions({ launcher, project, sessions, write }) {
  const { environment } = launcher;
  const image = query(imagePath(environment.container_image));
  const disabled = sessions.length > 0;
  const custom = environment.environment_kind === "CUSTOM" && environment.environment_image_source === "image";
  const forced = custom && !image.loading && image.data?.accessible !== true;
  const start = `/p/${project.namespace}/${project.slug}/sessions/${launcher.id}/start`;
  const link = (anchor, className, href, text) =>
    h(
      "a",
      {
        "aria-disabled": disabled ? "true" : undefined,
        className: disabled ? `${className} opacity-75` : className,
        "data-cy": anchor,
        href,
        onClick: (event) => disabled && event.preventDefault(),
      },
      text,
    );
  if (image.loading && image.data === undefined) {
    return h(
      "button",
      { type: "button", disabled: true, className: "btn btn-outline-primary btn-sm disabled" },
      "Checking launcher",
    );
  }
  const color = disabled ? "btn-outline-primary" : "btn-primary";
  return withMenu(
    { name: launcher.id, disabled },
    link("start-session-button", `btn btn-sm ${color} rounded-end-0`, start, forced ? "Force launch" : "Launch"),
    [
      link(
        "start-custom-session-button",
        "dropdown-item",
        `${start}?renku_custom_launch=1`,
        forced ? "Force custom launch" : "Custom launch",
      ),
      write && itemsOf(launcher, false),
    ],
  );
}

function Submit(launcher, write) {
  const submit = async (event) => {
    event.stopPropagation();
    await send("POST", "/sessions", { launcher_id: launcher.id, submission_id: `job-${Date.now()}` });
    refresh("/sessions?");
  };
  const first = h(
    "button",
    {
      type: "button",
      className: "text-nowrap btn btn-primary btn-sm",
      "data-cy": "submit-job-button",
      onClick: submit,
    },
    "Submit",
  );
  return write ? withMenu({ name: launcher.id }, first, itemsOf(launcher, true)) : first;
}

function SessionItem(session, project, open) {
  const paused = session.status.state === "hibernated";
  const label = { running: "My running session", hibernated: "Paused session", failed: "Failed session" };
  const act = (anchor, text, state) =>
    h(
      "button",
      {
        type: "button",
        "data-cy": anchor,
        className: "btn btn-outline-primary",
        onClick: (event) => {
          event.stopPropagation();
          changeSession(session.name, state);
        },
      },
      text,
    );
  return h(
    "div",
    {
      key: `session-item-${session.name}`,
      "data-cy": "session-item",
      className: `${paused ? "bg-dark" : "bg-success"} bg-opacity-10 p-3 cursor-pointer`,
      role: "button",
      "aria-label": "View session details for this launcher",
      tabindex: "0",
      onClick: open,
    },
    h("span", { className: "fw-bold text-success-emphasis" }, label[session.status.state] ?? "Launching session"),
    h(
      "div",
      { className: "btn-group btn-group-sm" },
      paused ? act("resume-session-button", "Resume", "running") : act("pause-session-button", "Pause", "hibernated"),
      h(
        "a",
        {
          className: "btn btn-primary",
          "data-cy": "open-session",
          href: `/p/${project.namespace}/${project.slug}/sessions/show/${session.name}`,
          onClick: (event) => event.stopPropagation(),
        },
        "Open",
      ),
      act("delete-session-button", "Shut down session", null),
    ),
  );
}
