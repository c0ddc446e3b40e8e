// A project's page: its launchers and its code repositories.

import { h } from "../dom.js";
import { Card } from "./launcher.js";
import { alert, badge } from "./parts.js";
import { query, set } from "../store.js";

/** What belongs to a project, as far as it is known. */
export function known(place, first) {
  const at = `/namespaces/${encodeURIComponent(place.namespace)}/projects/${encodeURIComponent(place.slug)}`;
  const asked = query(`${at}?with_documentation=true`);
  const given = first?.namespace === place.namespace && first.slug === place.slug ? first : undefined;
  const project = asked.data ?? given;
  return { project, error: asked.error };
}

/** The server makes the same (src/renku/pages.rs). */
export function Heading(project, place, content) {
  const link = (name, title, href) => {
    const here = place.name === name;
    return h(
      "li",
      { className: "nav-item" },
      h(
        "a",
        {
          "data-cy": `project-${name}-link`,
          title,
          "aria-current": here ? "page" : undefined,
          className: here ? "nav-link active" : "nav-link",
          href,
        },
        title,
      ),
    );
  };
  return h(
    "div",
    { className: "project" },
    h("header", null, h("h1", { className: "mb-0 text-break", "data-cy": "project-name" }, project.name)),
    project.description !== "" && h("p", { className: "mb-0", "data-cy": "project-description" }, project.description),
    h(
      "ul",
      { className: "nav nav-tabs" },
      link("overview", "Overview", place.root),
      link("settings", "Settings", `${place.root}/settings`),
    ),
    h("main", null, content),
  );
}

export function Loading() {
  return h("p", { className: "loading" }, "Loading…");
}

/** What the overview needs: `null` as long as it is not there. */
export function overviewOf(project) {
  const permissions = query(`/projects/${project.id}/permissions`);
  const launchers = query(`/projects/${project.id}/session_launchers`);
  const sessions = query("/sessions?");
  query("/resource_pools");
  query("/environments");
  const error = launchers.error ?? sessions.error;
  if (error !== undefined && launchers.data === undefined) {
    return { error };
  }
  if (launchers.data === undefined || sessions.data === undefined) {
    return null;
  }
  return { launchers: launchers.data, sessions: sessions.data, write: permissions.data?.write === true };
}

export function Overview(project, place, all) {
  return h(
    "div",
    { className: "g-4 row" },
    h("div", { className: "col-12 col-md-8 col-xl-9" }, Launchers(project, place, all), Repositories(project)),
    h("div", { className: "col-12 col-md-4 col-xl-3" }, Information(project)),
  );
}

function Launchers(project, place, all) {
  const list = all?.launchers ?? [];
  const text =
    list.length > 0
      ? "Launchers are available to everyone who can see the project. Only you can see your running sessions and jobs."
      : "Define interactive or not environments in which to do your work and share it with others.";
  const of = ({ id }) => all.sessions.filter((session) => session.launcher_id === id);
  const orphans = (all?.sessions ?? []).filter(
    (session) => session.project_id === project.id && list.every(({ id }) => id !== session.launcher_id),
  );
  return h(
    "div",
    { "data-cy": "sessions-box", className: "card" },
    h(
      "div",
      { className: "align-items-center d-flex justify-content-between card-header" },
      h(
        "div",
        { className: "align-items-center d-flex" },
        h("h2", { className: "mb-0 me-2" }, "Launchers"),
        h("span", { className: "badge bg-secondary" }, list.length + orphans.length),
      ),
    ),
    h(
      "div",
      { className: "card-body" },
      all?.error === undefined ? h("p", { className: "text-body-secondary" }, text) : alert(all.error),
      all === null && h("p", { className: "fst-italic" }, "Loading sessions"),
      list.length > 0 &&
        h(
          "div",
          { className: "d-flex flex-column gap-3" },
          list.map((launcher) =>
            Card({ launcher, project, sessions: of(launcher), write: all.write, hash: place.hash }),
          ),
        ),
      orphans.map((session) =>
        h("p", { key: session.name, className: "fst-italic" }, `Orphan session ${session.name}`),
      ),
    ),
  );
}

function Repositories(project) {
  const item = (url) => {
    const { data } = query(`/repository?${new URLSearchParams({ url })}`);
    const may = data?.metadata?.push_permission === true ? "Read & write" : "Read only";
    return h(
      "li",
      { key: url, "data-cy": "code-repository-item", className: "list-group-item" },
      h(
        "span",
        { className: "me-2 fw-bold", "data-cy": "code-repository-title" },
        url
          .split("/")
          .at(-1)
          .replace(/\.git$/u, ""),
      ),
      data?.status === "valid" ? badge("success", may) : badge("danger", data === undefined ? "Checking" : "No access"),
    );
  };
  const list = project.repositories ?? [];
  return h(
    "div",
    { "data-cy": "code-repositories-box", className: "card" },
    h(
      "div",
      { className: "align-items-center d-flex card-header" },
      h("h2", { className: "mb-0 me-2" }, "Code Repositories"),
      h("span", { className: "badge bg-secondary" }, list.length),
    ),
    h("div", { className: "card-body" }, h("ul", { className: "list-group list-group-flush" }, list.map(item))),
  );
}

function Information(project) {
  const user = query("/user").data;
  const members = query(`/projects/${project.id}/members`).data ?? [];
  return h(
    "div",
    { className: "card" },
    h(
      "div",
      { className: "align-items-center d-flex justify-content-between card-header" },
      h("h2", { className: "mb-0" }, "Info"),
      user !== undefined &&
        h(
          "button",
          {
            type: "button",
            "data-cy": "info-copy-project-button",
            className: "btn btn-outline-primary btn-sm",
            onClick: () => set({ modal: { name: "copy" } }),
          },
          "Copy",
          h("span", { className: "visually-hidden" }, " project"),
        ),
    ),
    h(
      "div",
      { className: "card-body" },
      h("p", null, `Namespace: ${project.namespace}`),
      h("p", null, `Visibility: ${project.visibility}`),
      h("p", null, `Members: ${members.map(({ namespace, role }) => `${namespace} (${role})`).join(", ")}`),
    ),
  );
}

export function Settings(project) {
  return h(
    "div",
    { className: "card" },
    h("div", { className: "card-header" }, h("h2", { className: "mb-0" }, "General settings")),
    h(
      "div",
      { className: "card-body" },
      h("p", null, `Name: ${project.name}`),
      h("p", null, `Repositories: ${(project.repositories ?? []).join(", ") || "none"}`),
    ),
  );
}
