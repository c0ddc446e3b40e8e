// The dialogues over a project's page.

import { cancel, close, Dialogue, Field, patch, update, updated } from "./dialogue.js";
import { h } from "../dom.js";
import { EnvironmentModal } from "./environment.js";
import { alert, button, imageBadge } from "./parts.js";
import { query, refresh, send } from "../store.js";

/** The dialogue that is open. */
export function Modal({ modal, project, launchers }) {
  const launcher = launchers.find(({ id }) => id === modal.launcher);
  if (modal.name === "copy") {
    return CopyModal(modal, project);
  }
  if (launcher === undefined) {
    return null;
  }
  switch (modal.name) {
    case "environment":
      return EnvironmentModal(modal, launcher);
    case "launcher":
      return LauncherModal(modal, launcher);
    case "delete":
      return DeleteModal(modal, launcher);
    case "share":
      return ShareModal(project, launcher);
    default:
      return VariablesModal(modal, launcher);
  }
}

function LauncherModal(modal, launcher) {
  const typed = { name: launcher.name, description: launcher.description ?? "", ...modal.typed };
  const type = (name) => (event) => update(modal, { typed: { ...modal.typed, [name]: event.target.value } });
  return Dialogue({
    name: "launcher",
    title: `Edit launcher ${launcher.name}`,
    onClose: close,
    body: modal.done
      ? updated()
      : h(
          "form",
          { novalidate: true, onSubmit: (event) => event.preventDefault() },
          modal.error && alert(modal.error),
          Field("Name", {
            "data-cy": "edit-session-name",
            id: "edit-session-name",
            value: typed.name,
            onInput: type("name"),
          }),
          Field("Description", {
            id: "edit-session-description",
            value: typed.description,
            onInput: type("description"),
          }),
        ),
    footer: [
      cancel(),
      !modal.done &&
        button(
          {
            "data-cy": "edit-session-button",
            className: "btn-primary",
            disabled: modal.busy,
            onClick: () => patch(modal, launcher, typed),
          },
          "Update session launcher",
        ),
    ],
  });
}

function DeleteModal(modal, launcher) {
  const remove = async () => {
    const { error } = await send("DELETE", `/session_launchers/${launcher.id}`);
    if (error === undefined) {
      refresh(`/projects/${launcher.project_id}/session_launchers`);
      close();
    } else {
      update(modal, { error });
    }
  };
  return Dialogue({
    name: "delete",
    titleAnchor: "delete-session-launcher-title",
    title: "Delete session launcher",
    onClose: close,
    body: [
      modal.error && alert(modal.error),
      h("p", null, "Are you sure you want to delete the ", h("b", null, launcher.name), " session launcher?"),
    ],
    footer: [
      button({ className: "btn-outline-danger", onClick: close }, "Cancel"),
      button(
        { className: "btn-danger", "data-cy": "delete-session-launcher-button", onClick: remove },
        "Delete session launcher",
      ),
    ],
  });
}

function ShareModal(project, launcher) {
  const link = `${location.origin}/p/${project.namespace}/${project.slug}/sessions/${launcher.id}/start`;
  return Dialogue({
    name: "share",
    title: "Share session launch link",
    onClose: close,
    body: h("code", null, link),
    footer: cancel(),
  });
}

function VariablesModal(modal, launcher) {
  const lines =
    modal.typed ?? (launcher.env_variables ?? []).map(({ name, value }) => `${name}=${value ?? ""}`).join(" ");
  const save = () => {
    const pairs = lines
      .split(/\s+/u)
      .filter(Boolean)
      .map((line) => line.split(/=(.*)/u));
    return patch(modal, launcher, { env_variables: pairs.map(([name, value]) => ({ name, value: value ?? "" })) });
  };
  return Dialogue({
    name: "variables",
    title: `Edit environment variables ${launcher.name}`,
    onClose: close,
    body: modal.done
      ? updated()
      : [
          modal.error && alert(modal.error),
          Field("NAME=value, with spaces between them", {
            id: "env-variables",
            value: lines,
            onInput: (event) => update(modal, { typed: event.target.value }),
          }),
        ],
    footer: [
      cancel(),
      !modal.done && button({ "data-cy": "edit-session-button", className: "btn-primary", onClick: save }, "Update"),
    ],
  });
}

function CopyModal(modal, project) {
  const user = query("/user").data;
  const typed = { name: project.name, namespace: user?.username ?? "", slug: project.slug, ...modal.typed };
  const type = (name) => (event) => update(modal, { typed: { ...modal.typed, [name]: event.target.value } });
  const copy = async (event) => {
    event.preventDefault();
    const { data, error } = await send("POST", `/projects/${project.id}/copies`, {
      ...typed,
      visibility: project.visibility,
    });
    update(modal, { done: data, error });
  };
  return h(
    "form",
    { key: "copy", id: "project-copy-form", novalidate: true, onSubmit: copy },
    Dialogue({
      name: "copy-dialogue",
      anchor: "copy-modal",
      title: ["Make a copy of ", h("span", { className: "fst-italic" }, `${project.namespace}/${project.slug}`)],
      onClose: close,
      body: [
        h(
          "div",
          { className: "alert alert-info" },
          "Copying a project will create a new project with the same data connectors, repositories, and launchers as the original.",
        ),
        Field("Name", {
          "data-cy": "project-copy-form-project-name-input",
          id: "project-copy-form-project-name",
          name: "name",
          value: typed.name,
          onInput: type("name"),
        }),
        Field("Owner", {
          id: "project-copy-form-project-namespace-input",
          name: "namespace",
          value: typed.namespace,
          onInput: type("namespace"),
        }),
        Field("Slug", { id: "project-copy-form-project-slug", name: "slug", value: typed.slug, onInput: type("slug") }),
        modal.error && alert(modal.error),
        modal.done &&
          h(
            "div",
            { className: "alert alert-success" },
            "Your project has been copied. ",
            h("a", { href: `/p/${modal.done.namespace}/${modal.done.slug}` }, "Go to new project"),
          ),
      ],
      footer: [
        button({ onClick: close }, "Close"),
        h("button", { type: "submit", className: "btn btn-primary", disabled: modal.done !== undefined }, "Copy"),
      ],
    }),
  );
}

/** On the page that starts a session, if the image cannot be used. */
export function ImageModal({ image, back, attempt }) {
  return Dialogue({
    name: "image",
    anchor: "session-secrets-modal",
    titleAnchor: "session-image-not-accessible-header",
    title: "Session image not accessible",
    body: [
      h("div", { className: "mb-2" }, imageBadge(image)),
      h(
        "p",
        { className: "mb-2" },
        "The container image reference ",
        h("code", null, image),
        " does not exist, or you do not have access to it.",
      ),
    ],
    footer: [
      button(
        { className: "btn-outline-danger", "data-cy": "session-image-not-accessible-cancel-button", onClick: back },
        "Cancel",
      ),
      button({ className: "btn-outline-danger", onClick: attempt }, "Attempt launch"),
    ],
  });
}
