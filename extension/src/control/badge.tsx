import type { Judgement } from "../protocol/messages";
import { badge, t, tone } from "../text/messages";

/** The answer in a line. */
export function Badge({ judgement, isBuild }: { readonly judgement: Judgement | null; readonly isBuild: boolean }) {
  return (
    <span class={`badge ${tone(judgement)}`} role="status" aria-label={t.status} aria-busy={judgement === null}>
      {judgement === null ? t.looking : badge(judgement, isBuild)}
    </span>
  );
}
