import { ask } from "../protocol/ask";
import type { Change } from "../protocol/messages";
import type { Launcher } from "../renku/model";

/** Forgets what was recorded of a project's launchers that are no more: there is nothing to undo, and nothing to remove. */
export async function tidy(project: string, all: readonly Launcher[], changes: readonly Change[]): Promise<void> {
  const isGone = (launcher: string): boolean => all.every(({ id }) => id !== launcher);
  try {
    for (const { launcher, original, image, ...once } of await ask({ type: "onces" })) {
      if (once.project === project && launcher !== null && isGone(launcher)) {
        await ask({ type: "once-over", original, image });
      }
    }
    for (const { launcher } of changes.filter((change) => change.project === project && isGone(change.launcher))) {
      await ask({ type: "unchanged", launcher });
    }
  } catch {
    // It can wait for the next time.
  }
}
