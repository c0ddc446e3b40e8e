// The pages of a session: where it is started, and where it is shown.

import { h } from "../dom.js";
import { ImageModal } from "./modals.js";
import { alert, changeSession, imagePath } from "./parts.js";
import { go } from "./route.js";
import { get, query, refresh, send, set } from "../store.js";
import { known, Loading } from "./project.js";

/** Starts at once, unless the image cannot be used; then it asks. */
export function Start(place, first) {
  const { project, error } = known(place, first);
  const launchers = project && query(`/projects/${project.id}/session_launchers`);
  const wrong = error ?? launchers?.error;
  if (wrong !== undefined) {
    return { page: h("div", null, h("h3", null, "Error: could not load session"), alert(wrong)) };
  }
  if (launchers?.data === undefined) {
    return { page: Loading() };
  }
  const launcher = launchers.data.find(({ id }) => id === place.launcher);
  if (launcher === undefined) {
    return { page: h("div", null, h("h3", null, "Error: could not load session")) };
  }
  query("/resource_pools");
  const image = launcher.environment.container_image;
  const check = query(imagePath(image));
  const launch = get("launch");
  const usable = check.data?.accessible === true || launch?.forced === true;
  if (!check.loading && usable && launch?.asked !== true) {
    start(launcher, place);
  }
  const refused = !check.loading && !usable;
  return {
    page: h(
      "div",
      null,
      launch?.error !== undefined && alert(launch.error),
      h(
        "div",
        { className: "progress-box" },
        h("h2", null, `Launching session ${launcher.name}`),
        h("p", { className: "pb-0" }, "Preparing to start session"),
        h("div", { className: "mt-2" }, launch?.asked ? "✓ " : "… ", "Loading session configuration"),
        h("div", { className: "mt-2" }, launch?.error === undefined ? "… " : "✗ ", "Requesting session"),
      ),
    ),
    modal:
      refused && ImageModal({ image, back: () => go(place.root), attempt: () => set({ launch: { forced: true } }) }),
  };
}

async function start(launcher, place) {
  const here = location.href;
  // Not by `set`, as this is called while the page is drawn.
  queueMicrotask(() => set({ launch: { ...get("launch"), asked: true } }));
  const overrides = [...new URLSearchParams(location.search)].filter(([name]) => name !== "renku_custom_launch");
  const { data, error } = await once(launcher, {
    launcher_id: launcher.id,
    disk_storage: launcher.disk_storage,
    resource_class_id: launcher.resource_class_id,
    data_connectors_overrides: [],
    env_variable_overrides: overrides.map(([name, value]) => ({ name, value })),
  });
  if (location.href !== here) {
    return;
  }
  if (error === undefined) {
    refresh("/sessions?");
    go(`${place.root}/sessions/show/${data.name}`);
  } else {
    set({ launch: { asked: true, error } });
  }
}

/** The start that is asked for, so that drawing the page twice does not ask twice. */
const going = new Map();
function once(launcher, body) {
  const asked = going.get(launcher.id) ?? send("POST", "/sessions", body).finally(() => going.delete(launcher.id));
  going.set(launcher.id, asked);
  return asked;
}

/** Asks anew each time that it is come to. From a session that failed it goes back to the project. */
export function Show(place, first, arrived) {
  if (arrived) {
    refresh("/sessions?");
  }
  const { project } = known(place, first);
  const sessions = query("/sessions?");
  const launchers = project && query(`/projects/${project.id}/session_launchers`).data;
  const session = sessions.data?.find(({ name }) => name === place.session);
  const launcher = launchers?.find(({ id }) => id === session?.launcher_id);
  if (session === undefined) {
    const gone = sessions.data !== undefined && !sessions.loading;
    return {
      page: gone ? h("div", { "data-cy": "session-page" }, h("h3", null, "This session does not exist.")) : Loading(),
    };
  }
  if (session.status.state === "failed") {
    // Not at once, as this is called while the page is drawn.
    queueMicrotask(() => go(place.root));
    return { page: Loading() };
  }
  const paused = session.status.state === "hibernated";
  return {
    page: h(
      "div",
      { className: "bg-white p-0" },
      h(
        "div",
        { className: "d-flex gap-3 session-header", "data-cy": "session-header" },
        h("a", { className: "btn", role: "button", href: place.root }, "← Back"),
        h(
          "button",
          {
            type: "button",
            className: "btn btn-sm btn-outline-primary",
            "data-cy": "pause-session-button",
            onClick: () => changeSession(session.name, "hibernated"),
          },
          "Pause session",
        ),
        h(
          "button",
          {
            type: "button",
            className: "btn btn-sm btn-outline-primary",
            "data-cy": "delete-session-button",
            onClick: async () => {
              await changeSession(session.name, null);
              go(place.root);
            },
          },
          "Shut down session",
        ),
        h("span", null, `${project?.name ?? ""} / ${launcher?.name ?? ""}`),
      ),
      h(
        "div",
        { className: "session-page w-100", "data-cy": "session-page" },
        paused
          ? h(
              "p",
              null,
              "This session is currently paused. ",
              h(
                "button",
                {
                  type: "button",
                  className: "btn btn-sm btn-primary",
                  onClick: () => changeSession(session.name, "running"),
                },
                "resume the session",
              ),
            )
          : h("p", null, `The session is ${session.status.state}.`),
        h(
          "dl",
          null,
          h("dt", null, "Session"),
          h("dd", null, h("code", { "data-sandbox": "session-name" }, session.name)),
          h("dt", null, "Image"),
          h("dd", null, h("code", { "data-sandbox": "session-image" }, session.image)),
        ),
      ),
    ),
  };
}
