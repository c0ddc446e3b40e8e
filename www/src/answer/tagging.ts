import type { Retag, RetagOptions } from "repin";

import { access } from "../ask/access";
import { repin } from "../ask/repin";
import type { Answer } from "../ask/state";

/** What giving a commit the image's tag would do, or has done. */
export interface Plan {
  /** The image as it is called now. */
  readonly source: string;
  readonly digest: string;
  /** The commit that it was built from. */
  readonly from: string;
  /** What it is called as well. */
  readonly reference: string;
  readonly tag: string;
  /** Whether the registry has it already. */
  readonly isThere: boolean;
}

/** The tag that the commit of an answer lacks; `null`: it has its own image, or none is known to be right for good. */
export function missingTag({ resolution, asOf }: Answer): string | null {
  const { status, image, expected_tag: tag, project, inputs } = resolution;
  const isNarrowed = inputs.source === "config" || inputs.source === "option";
  const isLacking =
    status === "found" && image !== null && image.relation !== "exact" && image.project === project && !isNarrowed;
  // An old answer is not acted on.
  return isLacking && asOf === null ? tag : null;
}

/** A line that does it elsewhere; `null` where the address has characters that mean something to a shell. */
export function tagLine(project: string, commit: string): string | null {
  return /^[\w./:-]+$/u.test(project) ? `repin retag ${project} --commit ${commit}` : null;
}

/** What would be done, as far as the registry lets this page look: it changes nothing. */
export function plan(answer: Answer): Promise<Plan> {
  return retag(answer, { dryRun: true });
}

/** Does it: for the image of the plan and for no other. */
export function carryOut(answer: Answer, { digest }: Plan): Promise<Plan> {
  return retag(answer, { digest });
}

async function retag({ place, resolution }: Answer, how: { dryRun: true } | { digest: string }): Promise<Plan> {
  const module = await repin();
  const options: RetagOptions = { ...access(module, place.origin), commit: resolution.commit };
  return planOf(await module.retag(place.url, { ...options, ...how }));
}

function planOf({ source, tags }: Retag): Plan {
  const [own] = tags;
  if (own === undefined) {
    throw new Error("there is no tag to give");
  }
  return {
    source: source.reference,
    digest: source.digest,
    from: source.commit,
    reference: own.reference,
    tag: own.tag,
    isThere: own.done === "already" || own.done === "tagged",
  };
}
