/** A form for one host. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";

import { TESTS } from "../hosts";
import { originOf } from "./origin";
import { type Said, SaidLine, failed, warn } from "./said";

interface Props {
  readonly label: string;
  readonly example: string;
  readonly button: string;
  readonly wrong: string;
  /** What is typed already. */
  readonly host?: string;
  /** Does it, within the click. */
  readonly onHost: (origin: string) => Promise<Said | null>;
}

export function HostForm({ label, example, button, wrong, host = "", onHost }: Props) {
  const text = useSignal(host);
  const said = useSignal<Said | null>(null);
  const id = useId();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const origin = originOf(text.value, TESTS);
    if (origin === null) {
      said.value = warn(wrong);
      return;
    }
    onHost(origin).then(
      (done) => {
        said.value = done;
      },
      (error: unknown) => {
        said.value = failed(error);
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <label htmlFor={id}>{label}</label>
      <div class="line">
        <input
          id={id}
          value={text.value}
          placeholder={example}
          inputMode="url"
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
        <button type="submit">{button}</button>
      </div>
      <SaidLine said={said.value} />
    </form>
  );
}
