/** What the images of the tab's page are worth. */
import { safe } from "repin/safe";

import { CopyButton } from "../../control/copy-button";
import { isBuiltIn } from "../../background/hosts";
import { workOn } from "../../pages/grant";
import { HostForm } from "../../pages/host-form";
import { Section } from "../../pages/page";
import { type Said, good, warn } from "../../pages/said";
import { open } from "../../pages/tabs";
import { pathOf } from "../../pages/wish";
import type { Report } from "../../protocol/messages";
import { words } from "../../text/pages";
import { answer, look, tab } from "./model";

const { popup } = words;

export function ThisPage() {
  return (
    <Section id="this-page" title={popup.thisPage}>
      <Content />
      {typeof answer.value !== "string" && (
        <p>
          <button type="button" onClick={() => void look()}>
            {popup.again}
          </button>
        </p>
      )}
    </Section>
  );
}

function Content() {
  const said = answer.value;
  switch (said) {
    case "asking":
      return <p role="status">{popup.asking}</p>;
    case "reload":
      return <p>{popup.reload}</p>;
    case "none":
      return <Elsewhere />;
    default:
      return <Answers report={said} />;
  }
}

function Answers({ report: { answers, seen } }: { readonly report: Report }) {
  if (answers.length === 0) {
    return <p>{seen === 0 ? popup.noLaunchers : popup.nothingYet}</p>;
  }
  return (
    <ul>
      {answers.map(({ name, image, badge, tone, right }, index) => (
        <li key={index} aria-label={safe(name)}>
          <h3>{safe(name)}</h3>
          <span class={`badge ${tone}`}>{safe(badge)}</span>
          <p>
            <code>{popup.image(image)}</code>
          </p>
          {right !== null && right !== image && (
            <p>
              <code>{popup.right(right)}</code>
            </p>
          )}
          {right !== null && (
            <div class="line">
              <CopyButton label={words.copy} text={right} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

/** No page of a Renku that Repin works on: perhaps one of another Renku. */
function Elsewhere() {
  const of = tab.value;
  if (of?.isClosed === true) {
    return <p>{popup.noPages}</p>;
  }
  const host = of?.origin ?? "";
  return (
    <>
      <p>{popup.notRenku}</p>
      <HostForm
        label={words.renku.address}
        example={words.renku.example}
        wrong={words.renku.wrong}
        button={words.renku.work}
        host={host}
        onHost={work}
      />
    </>
  );
}

async function work(origin: string): Promise<Said | null> {
  const name = new URL(origin).host;
  if (import.meta.env.FIREFOX) {
    // Firefox's question closes the popup, and with it whoever has asked.
    await open(pathOf({ host: origin, why: "renku" }));
    close();
    return null;
  }
  if (!(await workOn(origin))) {
    return warn(words.renku.denied(name));
  }
  return good(isBuiltIn(origin) ? words.renku.already(name) : words.renku.done(name));
}
