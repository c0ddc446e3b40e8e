/** Whether a session runs in the image that was asked for. */
import { isSameImage } from "../reference";
import { t } from "../text/messages";
import { type Server, isSwapped } from "./model";
import type { Launched } from "./override";

export interface Verdict {
  readonly tone: "good" | "bad" | "calm";
  readonly text: string;
}

/** What became of a launch; `server`: the session as Renku has it now. */
export function verdictOf({ image: asked }: Launched, server: Server | undefined): Verdict {
  const image = server?.image ?? null;
  if (server !== undefined && isSwapped(server)) {
    return { tone: "bad", text: t.legacy.swapped(image ?? "", asked) };
  }
  if (image === null) {
    return { tone: "calm", text: t.imageNotKnown };
  }
  return isSameImage(image, asked) ? { tone: "good", text: t.asAsked(image) } : { tone: "bad", text: t.notAsAsked(image, asked) };
}
