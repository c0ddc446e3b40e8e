// The dialogue in which a launcher gets another environment.

import { cancel, close, Dialogue, Field, patch, update, updated } from "./dialogue.js";
import { h } from "../dom.js";
import { alert, button } from "./parts.js";
import { query } from "../store.js";

const TEXTS = ["default_url", "port", "mount_directory", "working_directory", "uid", "gid"];
const NUMBERS = new Set(["port", "uid", "gid"]);

export function EnvironmentModal(modal, launcher) {
  const { environment } = launcher;
  const source = environment.environment_image_source === "build" ? "builder" : "custom";
  const kind = modal.kind ?? (environment.environment_kind === "GLOBAL" ? "global" : source);
  const typed = { container_image: environment.container_image, ...modal.typed };
  const type = (name) => (event) => update(modal, { typed: { ...modal.typed, [name]: event.target.value } });
  const choose = (name, text) => [
    h("input", {
      className: "btn-check",
      id: `environment-kind-${name}-radio`,
      type: "radio",
      name: "environmentSelect",
      checked: kind === name,
      onChange: () => update(modal, { kind: name }),
    }),
    h(
      "label",
      {
        className: `btn btn-outline-primary${kind === name ? " active" : ""}`,
        "data-cy": `environment-kind-${name}`,
        for: `environment-kind-${name}-radio`,
      },
      text,
    ),
  ];
  const save = () => patch(modal, launcher, { name: launcher.name, environment: environmentOf(kind, launcher, typed) });
  const custom = () => [
    Field("Container Image", {
      "data-cy": "custom-image-input",
      id: "addSessionLauncherContainerImage",
      placeholder: "image:tag",
      name: "container_image",
      value: typed.container_image,
      onInput: type("container_image"),
    }),
    TEXTS.map((name) =>
      Field(name, {
        "data-cy": `session-launcher-field-${name}`,
        id: `addSessionLauncher${name}`,
        name,
        value: String(typed[name] ?? environment[name] ?? ""),
        onInput: type(name),
      }),
    ),
  ];
  const global = () =>
    (query("/environments").data ?? []).map(({ id, name }) =>
      h(
        "label",
        { key: id, className: "d-block" },
        h("input", {
          type: "radio",
          name: "global",
          checked: (typed.id ?? environment.id) === id,
          onChange: () => update(modal, { typed: { ...modal.typed, id } }),
        }),
        ` ${name}`,
      ),
    );
  const builder = () => h("p", null, "What is built from code is not changed here.");
  return Dialogue({
    name: "environment",
    title: `Edit environment ${launcher.name}`,
    onClose: close,
    body: modal.done
      ? updated()
      : h(
          "form",
          { novalidate: true, onSubmit: (event) => event.preventDefault() },
          modal.error && alert(modal.error),
          h(
            "div",
            { role: "group", className: "w-100 btn-group-sm btn-group" },
            choose("global", "Global environment"),
            choose("builder", "Create from code"),
            choose("custom", "External environment"),
          ),
          { global, builder, custom }[kind](),
        ),
    footer: [
      cancel(),
      !modal.done &&
        button(
          {
            "data-cy": "edit-session-button",
            className: "btn-primary",
            disabled: modal.busy || kind === "builder",
            onClick: save,
          },
          "Update session launcher",
        ),
    ],
  });
}

/** What a PATCH says of the environment: all of it, as the real interface does. */
function environmentOf(kind, launcher, typed) {
  const { environment } = launcher;
  if (kind === "global") {
    return { id: typed.id ?? environment.id };
  }
  const texts = TEXTS.map((name) => [name, typed[name] ?? environment[name] ?? ""]);
  return {
    environment_kind: "CUSTOM",
    environment_image_source: "image",
    name: launcher.name,
    container_image: typed.container_image.trim(),
    ...Object.fromEntries(texts.map(([name, value]) => [name, NUMBERS.has(name) ? Number(value) : value])),
    command: environment.command ?? null,
    args: environment.args ?? null,
    strip_path_prefix: environment.strip_path_prefix ?? false,
  };
}
