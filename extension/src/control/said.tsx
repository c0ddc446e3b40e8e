import { t } from "../text/messages";
import { trusted } from "./trusted";

/** What is said of a deed, below the buttons. */
export interface Said {
  readonly tone: "good" | "warn" | "bad";
  readonly text: string;
  /** What does nevertheless just what was asked for, whatever is chosen meanwhile. */
  readonly anyway?: { readonly label: string; readonly act: () => Promise<void> };
  readonly reload?: true;
}

export function SaidLine({ said }: { readonly said: Said | null }) {
  const anyway = said?.anyway;
  return (
    <p class={`said ${said?.tone ?? ""}`} role="status" aria-live="polite">
      {said?.text}
      {anyway !== undefined && (
        <button type="button" onClick={trusted(() => anyway.act())}>
          {anyway.label}
        </button>
      )}
      {said?.reload === true && (
        <button type="button" onClick={trusted(() => location.reload())}>
          {t.reload}
        </button>
      )}
    </p>
  );
}
