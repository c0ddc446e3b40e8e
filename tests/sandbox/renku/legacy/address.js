// Where the page of the legacy interface is. Links inside the interface change the address and no document.

import { set } from "../store.js";

/** The place that the address names. */
export function place() {
  const parts = location.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const at = parts.indexOf("sessions");
  if (parts[0] !== "projects" || at < 3) {
    return { name: "home" };
  }
  const path = parts.slice(1, at).join("/");
  const [verb, server] = parts.slice(at + 1);
  const names = { new: "start", show: "show" };
  return {
    name: names[verb] ?? "list",
    path,
    server,
    root: `/projects/${path}`,
    search: new URLSearchParams(location.search),
  };
}

export function go(address, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  arrived();
}

export function follow(event, link) {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!event.defaultPrevented && plain && link.target === "" && link.origin === location.origin) {
    event.preventDefault();
    go(link.href);
  }
}

export function arrived() {
  set({ menu: null, branch: undefined, commit: undefined, pages: 1, starting: false, wrong: undefined, info: false });
}

addEventListener("popstate", arrived);
