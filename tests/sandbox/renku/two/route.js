// Where the page is. Links inside the interface change the address and no document.

import { set } from "../store.js";

/** The place that the address names. */
export function place() {
  const parts = location.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const hash = decodeURIComponent(location.hash.slice(1));
  const [start, namespace, slug, ...rest] = parts;
  if (start === undefined) {
    return { name: "home", hash };
  }
  if (start !== "p" || slug === undefined) {
    return { name: "unknown", hash };
  }
  const [section, id, verb] = rest;
  const known = { namespace, slug, root: `/p/${encodeURIComponent(namespace)}/${encodeURIComponent(slug)}`, hash };
  if (section === undefined) {
    return { ...known, name: "overview" };
  }
  if (section === "settings") {
    return { ...known, name: "settings" };
  }
  if (section === "sessions" && id === "show") {
    return { ...known, name: "show", session: verb };
  }
  if (section === "sessions" && verb === "start") {
    return { ...known, name: "start", launcher: id };
  }
  return { ...known, name: "unknown" };
}

/** Goes to an address of the interface. */
export function go(address) {
  history.pushState(null, "", address);
  arrived();
}

/** As the real one, this is no change of `location.hash`: there is no `hashchange`. */
export function setHash(hash) {
  go(`${location.pathname}${location.search}${hash === "" ? "" : `#${hash}`}`);
}

function arrived() {
  set({ menu: null, modal: null, launch: null });
}

addEventListener("popstate", arrived);

/** Follows a link of the interface without loading a document. */
export function follow(event, link) {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!event.defaultPrevented && plain && link.target === "" && link.origin === location.origin) {
    event.preventDefault();
    go(link.href);
  }
}
