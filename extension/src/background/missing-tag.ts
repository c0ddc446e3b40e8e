import type { Resolution } from "repin";

/**
 * The tag that the commit of an answer lacks, and could get for the image that is right; `null`: it has its own image, or
 * none that is right for good. The same rule as the page's (www/src/answer/tagging.ts).
 */
export function missingTag({ status, image, expected_tag: tag, project, inputs }: Resolution): string | null {
  // What is right by the `.repin.toml` of today may be wrong by that of tomorrow, and the tag would still be there.
  const isNarrowed = inputs.source === "config" || inputs.source === "option";
  // A parent's image is not this project's to tag.
  const isOwn = image !== null && image.project === project;
  return status === "found" && isOwn && image.relation !== "exact" && !isNarrowed ? tag : null;
}
