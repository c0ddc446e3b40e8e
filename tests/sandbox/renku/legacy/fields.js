// The form on the page that starts a session: what can be chosen, and the image that follows.

import { h } from "../dom.js";
import { start } from "./launch.js";
import { Select } from "./select.js";
import { get, refresh, set } from "../store.js";

export function Options(here, chosen, url, pools) {
  return h(
    "form",
    { className: "form-rk-green", onSubmit: (event) => event.preventDefault() },
    DockerImage(chosen),
    Branch(chosen),
    Commit(chosen),
    Url(url),
    h(
      "div",
      { className: "field-group", "data-cy": "session-class" },
      h("div", { className: "form-label" }, "Session class"),
      h("div", { "data-cy": "session-class-select" }, pools?.[0].classes[0].name ?? ""),
    ),
    h(
      "div",
      { className: "field-group", "data-cy": "session-secrets" },
      h("div", { className: "form-label" }, "User Secrets"),
      h("div", { className: "form-text my-1" }, "No secrets defined yet."),
    ),
    Launch(here, chosen),
  );
}

export function DockerImage({ image }) {
  if (image.status === "unknown") {
    return h(
      "div",
      { className: "field-group" },
      h("div", { className: "form-label" }, "Loading Docker image status..."),
    );
  }
  return image.pinned === undefined ? Built(image) : Pinned(image);
}

function Pinned({ pinned, status }) {
  const there = status === "available";
  const [color, text] = there ? ["success", "pinned available"] : ["danger", "pinned not available"];
  const shown = get("info") === true;
  const info = there
    ? [
        h("input", { type: "text", disabled: true, id: "customImage", className: "form-control", value: pinned }),
        h(
          "small",
          { className: "form-text text-muted" },
          "This project specifies a pinned image. A pinned image has advantages for projects with many forks, but it will not reflect changes to the ",
          h("code", null, "Dockerfile"),
          " or any project dependency files.",
        ),
      ]
    : "Pinned Docker image not found. Since this project specifies a pinned image, it is unlikely to work with a base image.";
  return h(
    "div",
    { className: "field-group" },
    h(
      "div",
      { className: "form-label" },
      "Docker image ",
      h("span", { className: `badge bg-${color}` }, text),
      h(
        "button",
        { type: "button", className: "ms-3 p-0 btn-sm btn btn-link", onClick: () => set({ info: !shown }) },
        "more info",
      ),
      h("div", { className: shown ? "collapse show" : "collapse" }, h("div", { className: "mt-3" }, info)),
    ),
  );
}

function Built({ status, build }) {
  const label = (color, text) =>
    h("div", { className: "form-label" }, "Docker image ", h("span", { className: `badge bg-${color}` }, text));
  if (status === "available") {
    return h("div", { className: "field-group" }, label("success", "available"));
  }
  const link =
    build &&
    h(
      "a",
      { id: "imageCheckPipeline", role: "button", target: "_blank", rel: "noreferrer noopener", href: build.web_url },
      "View pipeline in GitLab",
    );
  if (status === "building") {
    return h(
      "div",
      { className: "field-group" },
      label("warning", "building"),
      h(
        "div",
        null,
        h(
          "div",
          { className: "form-label mt-3" },
          "The Docker image for the session is being built. Please wait a moment...",
        ),
      ),
      h("div", { className: "mt-3" }, link),
    );
  }
  const again = (id, text) =>
    h(
      "button",
      { type: "button", id, className: "btn btn-primary btn-sm", onClick: () => refresh("/projects/") },
      text,
    );
  return h(
    "div",
    { className: "field-group" },
    label("danger", "not available"),
    h(
      "div",
      null,
      h(
        "div",
        { className: "form-label mt-3" },
        build ? "The Docker image build failed." : "No Docker image found.",
        " You can use the base image to start a session, but project-specific dependencies will not be available.",
      ),
      h(
        "div",
        { className: "mt-3" },
        build
          ? [again("imageBuildAgain", "Build again"), link]
          : [
              "If you are seeing this error for the first time, ",
              again("imageBuild", "building the branch image"),
              " will probably solve the problem.",
            ],
      ),
    ),
  );
}

function Branch({ branches, branch }) {
  if (branches.list === undefined) {
    return h(
      "div",
      { className: "field-group" },
      h(
        "div",
        { className: "form-label" },
        branches.error === undefined ? "Loading branches..." : "Error: could not fetch project branches.",
      ),
    );
  }
  const one = branches.list.length === 1;
  return h(
    "div",
    { className: "field-group" },
    h(
      "label",
      { for: "session-branch-option", className: "form-label" },
      one ? "Branch (only 1 available)" : "Branches",
    ),
    one
      ? h("input", {
          disabled: true,
          id: "session-branch-option",
          type: "text",
          className: "form-control",
          value: branch?.name ?? "",
        })
      : Select({
          number: 2,
          options: branches.list,
          chosen: branch,
          content: ({ name }) => name,
          choose: ({ name }) => set({ branch: name, commit: undefined, pages: 1 }),
        }),
  );
}

function Commit({ branches, commits, commit }) {
  if (commits.list === undefined) {
    return h(
      "div",
      { className: "field-group" },
      h(
        "div",
        { className: "form-label" },
        commits.error === undefined ? "Loading commits..." : "Error: could not fetch project commits.",
      ),
    );
  }
  const content = (one) => [
    h("span", { className: "fw-bold" }, one.short_id),
    h("span", { className: "text-truncate" }, one.author_name),
    h(
      "span",
      { className: "text-truncate" },
      h("span", { className: "time-caption" }, `authored ${one.committed_date.slice(0, 10)}`),
    ),
    h("span", { className: "text-truncate" }, one.message),
  ];
  return h(
    "div",
    { className: "field-group" },
    h("div", { className: "form-label" }, "Commits"),
    Select({
      number: branches.list?.length === 1 ? 2 : 3,
      options: commits.list,
      chosen: commit,
      content,
      choose: ({ id }) => set({ commit: id }),
      more: commits.more,
    }),
  );
}

function Url({ options = [] } = {}) {
  const chosen = get("url") ?? "/lab";
  const choice = (url) =>
    h(
      "button",
      {
        key: url,
        type: "button",
        className: `btn-outline-rk-green btn ${url === chosen ? "btn-secondary active" : "btn-rk-white"}`,
        onClick: () => set({ url }),
      },
      url,
    );
  return h(
    "div",
    { className: "field-group" },
    h("div", { className: "form-label" }, "Default Environment"),
    h("div", { role: "group", className: "btn-group" }, options.map(choice)),
  );
}

function Launch(here, chosen) {
  const { status, pinned } = chosen.image;
  const missing = status === "not-available";
  return h(
    "div",
    { className: "field-group" },
    missing &&
      h(
        "div",
        { className: "pb-2" },
        "The image for this commit is not available. See the ",
        h("strong", null, "Docker Image"),
        " section for details.",
      ),
    h(
      "div",
      { className: "d-flex flex-row-reverse gap-2" },
      h(
        "div",
        { className: "btn-with-menu btn-group btn-group-md dropup" },
        h(
          "button",
          {
            type: "button",
            className: "btn btn-secondary",
            disabled: status !== "available",
            onClick: () => start(here, chosen, pinned),
          },
          "Start Session",
        ),
        h(
          "button",
          {
            type: "button",
            "data-cy": "more-menu",
            "aria-haspopup": "true",
            "aria-expanded": "false",
            className: "btn-rk-green rounded-end-pill btn btn-secondary",
          },
          "⋮",
        ),
      ),
      (missing || status === "building") &&
        h(
          "button",
          { type: "button", className: "btn btn-primary", onClick: () => start(here, chosen) },
          "Start with base image",
        ),
    ),
  );
}
