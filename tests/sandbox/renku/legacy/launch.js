// The launch of a session of the legacy interface.

import { refresh, send, get, set } from "../store.js";
import { go } from "./address.js";

/** Starts a session of what is chosen, in an image where one is pinned. */
export async function start(here, { branch, commit }, image) {
  const [project, ...namespace] = here.path.split("/").toReversed();
  queueMicrotask(() => set({ starting: true, menu: null }));
  const { data, error } = await once({
    branch: branch.name,
    commit_sha: commit.id,
    default_url: get("url") ?? "/lab",
    environment_variables: {},
    ...(image === undefined ? {} : { image }),
    lfs_auto_fetch: false,
    namespace: namespace.toReversed().join("/"),
    project,
    resource_class_id: 1,
    storage: 5,
  });
  if (error === undefined) {
    refresh("/notebooks/servers");
    go(`${here.root}/sessions/show/${data.name}`, true);
  } else {
    set({
      starting: false,
      wrong: `An error occurred when trying to start a new session. Error message: ${error.text}`,
    });
  }
}

/** The start that is under way: drawing the page again does not start again. */
let going = null;
function once(body) {
  going ??= send("POST", "/notebooks/servers", body).finally(() => {
    going = null;
  });
  return going;
}
