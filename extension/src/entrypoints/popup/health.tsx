/** Whether Repin knows the page, and what to send if it does not. */
import { safe } from "repin/safe";
import { browser } from "wxt/browser";

import { CopyButton } from "../../control/copy-button";
import { bugReport } from "../../pages/bug-report";
import { Section } from "../../pages/page";
import type { Report } from "../../protocol/messages";
import { words } from "../../text/pages";
import { answer } from "./model";

const { popup } = words;

export function Health() {
  const said = answer.value;
  const report = typeof said === "string" ? null : said;
  const surroundings = { repin: browser.runtime.getManifest().version, browser: navigator.userAgent };
  return (
    <Section id="health" title={popup.health}>
      {report !== null && <Facts report={report} />}
      <div class="line">
        {report !== null && isLost(report) && <CopyButton label={popup.copyAnswers} text={answersOf(report)} />}
        <CopyButton label={popup.copyReport} text={bugReport(report, surroundings)} />
      </div>
      <p class="hint">{popup.reportHint}</p>
    </Section>
  );
}

function Facts({ report }: { readonly report: Report }) {
  return (
    <>
      {isLost(report) && <p class="warn">{popup.softly}</p>}
      <dl>
        <dt>{popup.interface}</dt>
        <dd>{popup.interfaces[report.interface]}</dd>
        <dt>{popup.version}</dt>
        <dd>{popup.versionOf(report.version, report.known)}</dd>
        <dt>{popup.launchers}</dt>
        <dd>{popup.launchersOf(report.seen, report.attached)}</dd>
        {report.problems.length > 0 && (
          <>
            <dt>{popup.problems}</dt>
            <dd class="bad">{report.problems.map(safe).join("; ")}</dd>
          </>
        )}
      </dl>
    </>
  );
}

/** Whether the control may be missing on the page. A long list has controls only for what is in sight, so that one counts. */
function isLost({ known, seen, attached }: Report): boolean {
  return !known || (seen > 0 && attached === 0);
}

/** The answers as people paste them; `null`: there are none. */
function answersOf({ answers }: Report): string | null {
  return answers.length === 0 ? null : answers.map(({ name, badge, right }) => popup.answer(name, badge, right)).join("\n");
}
