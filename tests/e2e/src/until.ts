import { setTimeout as pause } from "node:timers/promises";

/** How long something may take on a busy machine, in milliseconds. */
const PATIENCE = 15_000;
/** How long to wait before looking again. */
const STEP = 50;

/** Looks until there is something, and returns it. An error while looking counts as nothing yet. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | null | false | "">,
  patience = PATIENCE,
): Promise<T> {
  const end = Date.now() + patience;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const found = await look();
      if (found !== undefined && found !== null && found !== false && found !== "") {
        return found;
      }
      last = undefined;
    } catch (error) {
      last = error;
    }
    await pause(STEP);
  }
  throw new Error(`it did not come about that ${what}`, { cause: last });
}
