import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { t } from "../text/messages";
import { trusted } from "./trusted";

/** Puts a text on the clipboard, and says so. */
export function CopyButton({ label, text }: { readonly label: string; readonly text: string | null }) {
  const said = useSignal("");
  useEffect(() => {
    said.value = "";
  }, [text]);
  return (
    <>
      <button
        type="button"
        disabled={text === null}
        onClick={trusted(async () => {
          try {
            await navigator.clipboard.writeText(text ?? "");
            said.value = t.copied;
          } catch {
            said.value = t.notCopied;
          }
        })}
      >
        {label}
      </button>
      <span class="hint" role="status">
        {said.value}
      </span>
    </>
  );
}
