/** Copies of launchers that were made to start one session, and are still there. */
import { pageOf } from "../../pages/origin";
import { Section } from "../../pages/page";
import { open } from "../../pages/tabs";
import { words } from "../../text/pages";
import { onces } from "./model";

const { popup } = words;

export function Copies() {
  const all = onces.value;
  return all.length === 0 ? null : (
    <Section id="copies" title={popup.copies}>
      <p class="hint">{popup.removeThere}</p>
      <ul>
        {all.map(({ host, page, original, image, at }) => {
          const address = pageOf(host, page);
          return (
            <li key={`${original} ${image}`}>
              <p>
                <code>{popup.copyOf(image)}</code>
              </p>
              <div class="line">
                <span class="hint">
                  {new URL(host).host}, {words.day(at)}
                </span>
                {address !== null && (
                  <button type="button" onClick={() => void open(address).then(close)}>
                    {words.openProject}
                  </button>
                )}
              </div>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
