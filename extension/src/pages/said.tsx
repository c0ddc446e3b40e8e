import { words } from "../text/pages";

/** What became of a click. */
export interface Said {
  readonly tone: "good" | "warn" | "bad";
  readonly text: string;
}

export const good = (text: string): Said => ({ tone: "good", text });
export const warn = (text: string): Said => ({ tone: "warn", text });
export const failed = (error: unknown): Said => ({ tone: "bad", text: words.failed(error) });

/** Says it, also to people who do not see it: the place is there before the words are. */
export function SaidLine({ said }: { readonly said: Said | null }) {
  return (
    <p class={`said ${said?.tone ?? ""}`} role="status">
      {said?.text}
    </p>
  );
}
