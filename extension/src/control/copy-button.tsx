import { useSignal } from "@preact/signals";

import { t } from "../text/messages";
import { trusted } from "./trusted";

/** Puts a text on the clipboard, and says so. */
export function CopyButton({ label, text }: { readonly label: string; readonly text: string | null }) {
  const isDone = useSignal(false);
  return (
    <>
      <button
        type="button"
        disabled={text === null}
        onClick={trusted(async () => {
          await navigator.clipboard.writeText(text ?? "");
          isDone.value = true;
        })}
      >
        {label}
      </button>
      <span class="hint" role="status">
        {isDone.value ? t.copied : ""}
      </span>
    </>
  );
}
