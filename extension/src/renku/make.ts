/** Makes the copy of a launcher, also where Renku does not answer, or answers twice. */
import { why } from "../protocol/ask";
import { t } from "../text/messages";
import { RenkuError, renku } from "./api";
import { type Ways, copyOf } from "./copy";
import type { Launcher } from "./model";

/** There is no copy. */
export class NotMade extends Error {
  override readonly name = "NotMade";
}

/** The copy. Rejects with `NotMade`, or with another error where nobody knows. */
export async function makeCopy(original: Launcher, image: string, ways: Ways): Promise<Launcher> {
  const nonce = crypto.randomUUID().slice(0, 8);
  let created: Launcher | null = null;
  try {
    created = await renku.createLauncher(copyOf(original, image, ways, nonce));
  } catch (error) {
    if (!isOpen(error)) {
      throw new NotMade(why(error).message);
    }
  }
  let made: Launcher[];
  try {
    // Whatever was answered, the list says what there is.
    made = await madeWith(nonce, original.project_id);
  } catch (error) {
    if (created === null) {
      throw new Error(`${t.unsure} ${why(error).message}`, { cause: error });
    }
    return created;
  }
  const used = created ?? made[0];
  // The browser, or somebody between, has sent the request twice.
  for (const one of made.filter(({ id }) => id !== used?.id)) {
    await renku.removeLauncher(one.id);
  }
  if (used === undefined) {
    throw new NotMade("Renku did not answer");
  }
  return used;
}

async function madeWith(nonce: string, project: string): Promise<Launcher[]> {
  const all = await renku.launchersNow(project);
  return all.filter(({ description }) => description?.endsWith(`[${nonce}]`) === true);
}

/** Whether it is open what became of a request: nobody answered, or somebody between us and Renku did. */
function isOpen(error: unknown): boolean {
  return error instanceof RenkuError && (error.status === null || error.status >= 500);
}
