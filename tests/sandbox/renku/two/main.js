// The interface: what is shown where, and the taking over of what the server gave.

import { h, Tree } from "../dom.js";
import { hashOf } from "./launcher.js";
import { Modal } from "./modals.js";
import { Panel } from "./panel.js";
import { alert } from "./parts.js";
import { Heading, known, Loading, Overview, overviewOf, Settings } from "./project.js";
import { follow, place } from "./route.js";
import { Show, Start } from "./session.js";
import { get, onChange, query, redraw, refresh, setBase } from "../store.js";

/** The project that came with the document. */
const { project: first } = JSON.parse(document.querySelector("#data").textContent);

const root = new Tree(document.querySelector("#root"), follow, true);
let portals = new Map();
let before = null;

function Shell(page, bare) {
  return [
    !bare && Header(),
    h("div", { key: "page", className: "d-flex flex-grow-1" }, h("div", { className: "container-xxl" }, page)),
    !bare && Footer(),
  ];
}

/** The server makes the same (shell.html). */
function Header() {
  return h(
    "header",
    { key: "header", "data-cy": "header-nav", className: "navbar text-body bg-body", "data-bs-theme": "navy" },
    h("a", { id: "link-home", "data-cy": "link-home", className: "nav-link", href: "/" }, "Renku stand-in"),
  );
}

function Footer() {
  const tool = (name, text, act) =>
    h(
      "button",
      { type: "button", className: "btn btn-sm btn-outline-light", "data-sandbox": name, onClick: act },
      text,
    );
  return h(
    "footer",
    { key: "footer", className: "text-body bg-body", "data-bs-theme": "navy" },
    h(
      "div",
      { className: "navbar" },
      h(
        "div",
        { className: "navbar-nav" },
        tool("render-anew", "Render anew", renderAnew),
        tool("load-anew", "Load anew", () => refresh("/")),
      ),
      h(
        "div",
        { className: "navbar-nav", "data-cy": "version-info" },
        h("a", { className: "nav-link", href: "/help/release" }, "2.19.3"),
      ),
    ),
  );
}

function Home() {
  const { data = [] } = query("/projects");
  const item = ({ id, name, namespace, slug }) =>
    h(
      "li",
      { key: id, className: "list-group-item" },
      h("a", { href: `/p/${namespace}/${slug}` }, `${namespace}/${slug}`),
      ` ${name}`,
    );
  return h(
    "div",
    { className: "home" },
    h("h1", null, "Projects"),
    h("ul", { className: "list-group" }, data.map(item)),
  );
}

/** The page of a place, and what is beside it. */
function view(here, arrived) {
  if (here.name === "home") {
    return { page: Home(), title: "Projects" };
  }
  if (here.name === "unknown") {
    return { page: h("h1", null, "Page not found"), title: "Page not found" };
  }
  if (here.name === "start") {
    return { title: "Start session", ...Start(here, first) };
  }
  if (here.name === "show") {
    return { title: "Session", bare: true, ...Show(here, first, arrived) };
  }
  const { project, error } = known(here, first);
  if (project === undefined) {
    return {
      page: error === undefined ? Loading() : h("div", null, h("h1", null, "Project not found"), alert(error)),
      title: "Project",
    };
  }
  query("/user");
  if (here.name === "settings") {
    return { page: Heading(project, here, Settings(project)), title: project.name };
  }
  const all = overviewOf(project);
  const page = Heading(project, here, Overview(project, here, all));
  const launchers = all?.launchers ?? [];
  const open = launchers.find((launcher) => hashOf(launcher) === here.hash);
  const modal = get("modal");
  return {
    page,
    title: project.name,
    panel:
      open &&
      Panel({
        launcher: open,
        project,
        sessions: all.sessions.filter(({ launcher_id: id }) => id === open.id),
        write: all.write,
      }),
    modal: modal && Modal({ modal, project, launchers }),
  };
}

function draw() {
  const here = place();
  const { page, title, bare = false, panel, modal } = view(here, before !== location.pathname);
  before = location.pathname;
  document.title = `${title} · Renku`;
  root.show(Shell(page, bare));
  const wanted = new Map(Object.entries({ panel, modal }).filter(([, content]) => content));
  for (const [name, { node }] of portals) {
    if (!wanted.has(name)) {
      node.remove();
      portals.delete(name);
    }
  }
  for (const [name, content] of wanted) {
    portal(name).tree.show(content);
  }
  document.body.style.overflow = wanted.size > 0 ? "hidden" : "";
}

/** A container of its own at the end of the body, as dialogues have. */
function portal(name) {
  let own = portals.get(name);
  if (own === undefined) {
    const node = document.createElement("div");
    node.tabIndex = -1;
    node.className = "portal";
    document.body.append(node);
    own = { node, tree: new Tree(node, follow) };
    portals.set(name, own);
  }
  return own;
}

/** Every node of the interface is a new one afterwards. */
function renderAnew() {
  root.forget();
  for (const { node } of portals.values()) {
    node.remove();
  }
  portals = new Map();
  redraw();
}

setBase("/api/data");

// First what the server gave, to the letter; then all the rest.
const here = place();
const given = document.querySelector(".project") !== null && first !== null;
root.show(Shell(given ? Heading(first, here, Loading()) : Loading(), false));
onChange(draw);
draw();
