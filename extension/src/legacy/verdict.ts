/** Whether a session runs in the image that was asked for. */
import { parts } from "../reference";
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

/** Whether two references name one image: Docker Hub's have several names. */
export function isSameImage(one: string, other: string): boolean {
  return canonical(one) === canonical(other);
}

function canonical(image: string): string {
  const short = image.trim().replace(/^(?:index\.)?docker\.io\//u, "").replace(/^library\//u, "");
  const found = parts(short);
  return found !== null && found.tag === null && found.digest === null ? `${short}:latest` : short;
}
