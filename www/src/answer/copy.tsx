import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

import { announce } from "../ask/state";
import { Words } from "./breakable";
import type { Line } from "./lines";

/** A text and the button that copies it; where the clipboard is refused, the text is selected instead. */
export function CopyLine({ line }: { line: Line }) {
  const text = useRef<HTMLElement>(null);
  const done = useSignal("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(line.text);
      done.value = "Copied";
    } catch {
      select(text.current);
      done.value = "Selected";
    }
    announce(done.value === "Copied" ? `Copied: ${line.text}` : "The text is selected. Copy it with the keyboard.");
  };
  const what = line.button.replace(/^Copy /u, "");
  return (
    <li class="line">
      <div>
        <span class="what">{what}</span>
        <code ref={text} dir="ltr">
          <Words text={line.text} />
        </code>
        <span class="help">{line.help}</span>
      </div>
      <button type="button" aria-label={line.button} onClick={() => void copy()} onBlur={() => (done.value = "")}>
        {done.value === "" ? "Copy" : done.value}
      </button>
    </li>
  );
}

function select(text: HTMLElement | null): void {
  if (text !== null) {
    getSelection()?.selectAllChildren(text);
  }
}
