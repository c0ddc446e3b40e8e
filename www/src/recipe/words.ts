import type { Finding, Inputs, PinState } from "repin";

import { type Phrase, name, names, words } from "../text/phrase";
import { count, short } from "../text/words";

const MOST_NAMES = 6;

/** Who said which files count. */
export function by({ inputs: { source } }: Inputs): string {
  switch (source) {
    case "option":
      return "as the question says";
    case "config":
      return "as .repin.toml says";
    case "ci":
      return "as the recipe and the changes: list of its job say";
    case "dockerfile":
      return "as the recipe says";
    case "default":
      return "as is Renku’s default";
    case "build":
      return "as Renku builds from code";
  }
}

/** What the image is built from, in a sentence. */
export function builtFrom(inputs: Inputs): Phrase {
  const commit = name(short(inputs.commit));
  if (inputs.environment !== null) {
    const files = inputs.environment.files.length;
    return ["The image of ", commit, ` is built from ${count(files, "file", "files")}, ${by(inputs)}.`];
  }
  if (inputs.no_recipe !== null) {
    return ["The image of ", commit, " has no recipe: ", words(inputs.no_recipe), "."];
  }
  return ["No file of ", commit, ` is an image input, ${by(inputs)}: `, ...names(inputs.inputs.patterns, MOST_NAMES), "."];
}

/** How bad a finding is. */
export const SEVERITIES: Readonly<Record<Finding["severity"], string>> = {
  error: "Error",
  warning: "Warning",
  info: "Remark",
};

/** `1 error, 2 warnings` */
export function tally(findings: readonly Finding[]): string {
  const number = (severity: Finding["severity"]) => findings.filter((finding) => finding.severity === severity).length;
  const parts = [
    [number("error"), "error", "errors"] as const,
    [number("warning"), "warning", "warnings"] as const,
    [number("info"), "remark", "remarks"] as const,
  ].filter(([amount]) => amount > 0);
  return parts.length === 0 ? "nothing is wrong" : parts.map(([amount, one, many]) => count(amount, one, many)).join(", ");
}

/** What became of the image that is pinned. */
export function pinned(state: PinState): Phrase {
  switch (state.state) {
    case "right":
      return ["Right: it was built from ", name(short(state.commit)), ", and its inputs are still the same."];
    case "stale": {
      const since: Phrase = state.since === null ? [] : [" since ", name(short(state.since))];
      const changed = names(state.changed.map(({ path }) => path), MOST_NAMES);
      return ["Stale: it was built from ", name(short(state.commit)), ", but ", ...changed, " changed", ...since, "."];
    }
    case "foreign":
      return state.own === null
        ? ["Foreign: it is of ", name(state.repository), ", not of this project."]
        : ["Foreign: it is of ", name(state.repository), ", not of this project’s ", name(state.own), "."];
    case "floating":
      return state.tag === null
        ? ["Floating: it has no tag, so it is another image each time somebody pushes one."]
        : ["Floating: ", name(state.tag), " is another image each time somebody pushes one."];
    case "unknown":
      return ["Unknown: ", words(state.why), "."];
  }
}
