/** How an image is started, where no launcher says it: asked for, with Renku's defaults filled in. */
import { useSignal } from "@preact/signals";

import { DEFAULT_WAYS, type Ways } from "../renku/copy";
import { t } from "../text/messages";
import { trusted } from "./trusted";

type Name = keyof typeof t.wayNames;
const NAMES = Object.keys(t.wayNames) as Name[];

export function WaysForm({ onStart, isBusy }: { readonly onStart: (ways: Ways) => void; readonly isBusy: boolean }) {
  const texts = useSignal<Readonly<Record<Name, string>>>({
    command: "",
    args: "",
    default_url: DEFAULT_WAYS.default_url,
    port: String(DEFAULT_WAYS.port),
    uid: String(DEFAULT_WAYS.uid),
    gid: String(DEFAULT_WAYS.gid),
    working_directory: "",
    mount_directory: "",
  });
  const problem = useSignal("");
  const start = (): void => {
    const read = readWays(texts.value);
    problem.value = typeof read === "string" ? t.wayWrong(t.wayNames[read]) : "";
    if (typeof read !== "string") {
      onStart(read);
    }
  };
  return (
    <fieldset class="ways">
      <legend>{t.ways}</legend>
      {NAMES.map((name) => (
        <label key={name}>
          {t.wayNames[name]}
          <input
            value={texts.value[name]}
            autocomplete="off"
            spellcheck={false}
            onInput={trusted((event: Event) => {
              texts.value = { ...texts.value, [name]: (event.currentTarget as HTMLInputElement).value };
            })}
          />
        </label>
      ))}
      <p class="bad" role="alert">
        {problem.value}
      </p>
      <button type="button" aria-busy={isBusy} onClick={trusted(start)}>
        {t.start}
      </button>
    </fieldset>
  );
}

/** The settings, or the name of the first that is none. */
export function readWays(texts: Readonly<Record<Name, string>>): Ways | Name {
  const command = list(texts.command);
  const args = list(texts.args);
  const numbers = { port: number(texts.port, 65_535), uid: number(texts.uid, 65_535), gid: number(texts.gid, 65_535) };
  if (command === undefined || args === undefined) {
    return command === undefined ? "command" : "args";
  }
  const { port, uid, gid } = numbers;
  if (port === undefined || uid === undefined || gid === undefined) {
    return port === undefined ? "port" : uid === undefined ? "uid" : "gid";
  }
  return {
    command,
    args,
    default_url: texts.default_url.trim() === "" ? DEFAULT_WAYS.default_url : texts.default_url.trim(),
    port,
    uid,
    gid,
    working_directory: texts.working_directory.trim() || null,
    mount_directory: texts.mount_directory.trim() || null,
    strip_path_prefix: DEFAULT_WAYS.strip_path_prefix,
  };
}

/** A JSON list of texts; `null`: none is given; `undefined`: it is no such list. */
function list(text: string): string[] | null | undefined {
  if (text.trim() === "") {
    return null;
  }
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) && read.every((one) => typeof one === "string") ? read : undefined;
  } catch {
    return undefined;
  }
}

function number(text: string, most: number): number | undefined {
  const read = Number(text.trim());
  return text.trim() !== "" && Number.isInteger(read) && read > 0 && read <= most ? read : undefined;
}
