import type { Resolution } from "repin";

import { type Phrase, name } from "../text/phrase";

/** What to do where there is no image: the advice of the command, for somebody who looks at a page. */
export function next({ reason, status, expected_tag: tag }: Resolution): Phrase | null {
  const gets: Phrase = tag === null ? [] : ["; its image gets the tag ", name(tag)];
  switch (reason?.code) {
    case "no-recipe":
      return ["Say what the image is built from: with a Dockerfile, or with ", name("inputs"), " in ", name(".repin.toml"), "."];
    case "bad-config":
      return ["Mend ", name(".repin.toml"), "."];
    case "no-access":
      return ["Give a token of somebody who may read the registry: above, under “Private project”."];
    case "search-limit":
      return ["Ask without a limit of requests."];
    case "partial":
    case "shallow":
      return ["Ask again; where requests were used up, without a limit."];
    case "never-scheduled":
      return [
        "Start the image job, or a new pipeline on a branch or git tag that ends at this commit: it builds whatever was changed",
        ...gets,
        ".",
      ];
    case "deleted":
      return ["Retry that job, which builds the image again."];
    case "build-failed":
      return ["See in the job’s log why, and retry it there."];
    case "build-skipped":
      return ["Retry the job that failed before it."];
    case "no-scheme":
      return [
        "Let the image job push a tag with the commit’s id, such as ",
        name("$CI_COMMIT_SHORT_SHA"),
        ", or say ",
        name("tag"),
        " in ",
        name(".repin.toml"),
        ".",
      ];
    default:
      break;
  }
  if (status === "missing" || status === "failed") {
    return ["Run the image job for this commit", ...gets, "."];
  }
  return status === "building" ? ["Wait for the pipeline, and ask again."] : null;
}

/** Whether more requests could find more. */
export function isCutShort({ reason }: Resolution): boolean {
  return ["search-limit", "partial", "shallow"].includes(reason?.code ?? "");
}
