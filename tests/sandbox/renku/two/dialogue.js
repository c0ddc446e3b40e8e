// What all dialogues over the page have in common.

import { h } from "../dom.js";
import { button } from "./parts.js";
import { refresh, send, set } from "../store.js";

export const close = () => set({ modal: null });

/** What is typed and what came of it, beside what is open. */
export function update(modal, values) {
  set({ modal: { ...modal, ...values } });
}

export function Dialogue({ name, anchor, titleAnchor, title, body, footer, onClose }) {
  return h(
    "div",
    { key: name },
    h(
      "div",
      { className: "modal fade show", "aria-modal": "true", role: "dialog", tabindex: "-1" },
      h(
        "div",
        {
          "data-cy": anchor,
          className: "modal-dialog modal-lg modal-dialog-centered modal-dialog-scrollable",
          role: "document",
        },
        h(
          "div",
          { className: "modal-content" },
          h(
            "div",
            { className: "modal-header", "data-cy": titleAnchor },
            h("h2", { className: "modal-title" }, title),
            onClose &&
              h("button", { type: "button", className: "btn-close", "aria-label": "Close", onClick: onClose }, "✕"),
          ),
          h("div", { className: "modal-body" }, body),
          h("div", { className: "modal-footer" }, footer),
        ),
      ),
    ),
    h("div", { className: "modal-backdrop fade show" }),
  );
}

export function Field(label, props) {
  return h(
    "div",
    null,
    h("label", { className: "form-label", for: props.id }, label),
    h("input", { type: "text", className: "form-control", ...props }),
  );
}

/** Changes a launcher, and shows what came of it. */
export async function patch(modal, launcher, body) {
  update(modal, { busy: true, error: undefined });
  const { error } = await send("PATCH", `/session_launchers/${launcher.id}`, body);
  if (error === undefined) {
    refresh(`/projects/${launcher.project_id}/session_launchers`);
    update(modal, { busy: false, done: true });
  } else {
    update(modal, { busy: false, error });
  }
}

export const updated = () =>
  h(
    "div",
    { className: "alert alert-success", "data-cy": "session-launcher-update-success", role: "alert" },
    "The session launcher was successfully modified.",
  );

export const cancel = () => button({ "data-cy": "close-cancel-button", onClick: close }, "Cancel");
