// The legacy interface: the page on which a session is started, and the one on which it is shown. All of it is made here; the
// document is empty.

import { h, Tree } from "../dom.js";
import { onChange, query, refresh, send, setBase } from "../store.js";
import { arrived, follow, go, place } from "./address.js";
import { Start } from "./start.js";

const root = new Tree(document.querySelector("#root"), follow);

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

function Show(here) {
  const { data } = query("/notebooks/servers");
  const server = data?.servers[here.server];
  if (server === undefined) {
    return h(
      "div",
      { className: "list" },
      h("a", { href: here.root }, "Back"),
      h("p", null, data === undefined ? "Loading…" : "This session does not exist."),
    );
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
    h(
      "dl",
      null,
      row("Session", "session-name", server.name),
      row("Image", "session-image", server.image),
      row("Default image used", "default-image-used", server.annotations["renku.io/default_image_used"]),
    ),
    h(
      "button",
      { type: "button", className: "btn btn-outline-danger", "data-cy": "delete-session-button", onClick: end },
      "Delete session",
    ),
  );
}

function List(here) {
  return h(
    "div",
    { className: "list" },
    h("h1", null, here.path),
    h("a", { href: `${here.root}/sessions/new` }, "Start session"),
  );
}

setBase("/ui-server/api");
onChange(() => {
  const here = place();
  const pages = { home: Home, start: Start, show: Show, list: List };
  document.title = here.path === undefined ? "Renku" : `${here.path} · Renku`;
  root.show(pages[here.name](here));
});
arrived();
