// A choice as the legacy interface has it, which is no <select>: a control that shows the value, and a list while it is open.

import { h } from "../dom.js";
import { get, set } from "../store.js";

/** `number` is the place among the choices of the page, of which the names of its parts are made. */
export function Select({ number, options, chosen, content, choose, more }) {
  const open = get("menu") === number;
  const id = `react-select-${number}`;
  const toggle = (event) => {
    event.preventDefault();
    set({ menu: open ? null : number });
  };
  const option = (value, index) =>
    h(
      "div",
      {
        key: value.id,
        id: `${id}-option-${index}`,
        role: "option",
        "aria-selected": String(value === chosen),
        className: "select-option px-3 py-1",
        onClick: () => {
          set({ menu: null });
          choose(value);
        },
      },
      content(value),
    );
  return h(
    "div",
    { className: "select" },
    h(
      "div",
      { className: `select-control border py-2 ${open ? "rounded-top" : "rounded"}`, onMousedown: toggle },
      h(
        "div",
        { className: "select-body" },
        chosen !== undefined && h("div", { className: "select-value px-3" }, content(chosen)),
        h("input", {
          id: `${id}-input`,
          tabindex: "0",
          inputmode: "none",
          "aria-autocomplete": "list",
          "aria-expanded": String(open),
          "aria-haspopup": "true",
          role: "combobox",
          "aria-readonly": "true",
          value: "",
        }),
      ),
    ),
    open &&
      h(
        "div",
        { className: "select-menu", id: `${id}-listbox`, role: "listbox" },
        options.map(option),
        more &&
          h(
            "div",
            { key: "more", className: "d-flex px-3 pt-1" },
            h("button", { type: "button", className: "btn-outline-rk-green btn btn-sm", onClick: more }, "Fetch more"),
          ),
      ),
  );
}
