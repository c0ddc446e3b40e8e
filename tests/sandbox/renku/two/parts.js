// Pieces that several pages use.

import { h } from "../dom.js";
import { get, query, refresh, send, set } from "../store.js";

/** A small label with a dot. */
export function badge(color, text) {
  return h(
    "div",
    { className: `fw-normal border badge rounded-pill border-${color} bg-${color}-subtle text-${color}-emphasis` },
    h("span", { className: "dot", "aria-hidden": "true" }),
    text,
  );
}

/** Whether the image can be used, as Renku's check says. */
export function imageBadge(image) {
  const { data, loading } = query(imagePath(image));
  if (loading && data === undefined) {
    return badge("light", "Checking image status.");
  }
  if (data === undefined) {
    return badge("danger", "Image status unknown");
  }
  return data.accessible ? badge("success", "Image accessible") : badge("danger", "Image inaccessible");
}

export function imagePath(image) {
  return `/sessions/images?${new URLSearchParams({ image_url: image })}`;
}

/** An error of the API. */
export function alert(error) {
  return h(
    "div",
    { className: "alert alert-danger", role: "alert" },
    h("h3", null, error.status === 0 ? "Network error" : `Error ${error.status}`),
    h("p", { className: "mb-0" }, error.text),
  );
}

export function button(props, ...children) {
  return h(
    "button",
    { type: "button", ...props, className: `btn ${props.className ?? "btn-outline-primary"}` },
    children,
  );
}

/** A row of a link or button and of one that opens a menu, whose `name` is that of the menu that is open. */
export function withMenu(
  { name, anchor = "button-with-menu-dropdown", color = "btn-primary", disabled = false },
  first,
  items,
) {
  const open = get("menu") === name;
  return h(
    "div",
    { className: "btn-group btn-group-sm", onClick: (event) => event.stopPropagation() },
    first,
    h(
      "button",
      {
        type: "button",
        "data-bs-toggle": "dropdown",
        "data-cy": anchor,
        "aria-haspopup": "true",
        "aria-expanded": String(open),
        className: `border-start-0 dropdown-toggle-split dropdown-toggle btn btn-sm ${color}${disabled ? " disabled" : ""}`,
        disabled,
        onClick: () => set({ menu: open ? null : name }),
      },
      h("span", { className: "visually-hidden" }, "Toggle Dropdown"),
    ),
    h(
      "div",
      {
        tabindex: "-1",
        role: "menu",
        "aria-hidden": open ? "false" : "true",
        className: `dropdown-menu dropdown-menu-end${open ? " show" : ""}`,
        "data-bs-popper": "static",
      },
      items,
    ),
  );
}

export function menuItem(anchor, text, act) {
  return h(
    "button",
    {
      type: "button",
      "data-cy": anchor,
      tabindex: "0",
      role: "menuitem",
      className: "dropdown-item",
      onClick: () => {
        set({ menu: null });
        act();
      },
    },
    text,
  );
}

/** What both interfaces of a launcher show of where its image comes from. */
export function kindOf({ environment_kind: kind, environment_image_source: source }) {
  if (kind === "GLOBAL") {
    return "Global environment";
  }
  return source === "build" ? "Code based environment" : "External image environment";
}

/** Pauses, resumes or ends a session. */
export async function changeSession(name, state) {
  await (state === null ? send("DELETE", `/sessions/${name}`) : send("PATCH", `/sessions/${name}`, { state }));
  refresh("/sessions?", `/sessions/${name}`);
}
