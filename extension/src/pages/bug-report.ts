/** What can be pasted into a bug report: how Repin and the page are, and nothing of whose page it is. */
import type { Report } from "../protocol/messages";

export interface Surroundings {
  readonly repin: string;
  readonly browser: string;
}

/** JSON without tokens, and without names of people, projects, launchers and images. */
export function bugReport(report: Report | null, { repin, browser }: Surroundings): string {
  const page =
    report === null
      ? null
      : {
          host: URL.canParse(report.host) ? new URL(report.host).host : null,
          interface: report.interface,
          version: report.version === null ? null : without(report.version),
          known: report.known,
          seen: report.seen,
          attached: report.attached,
          answers: report.answers.map(({ image, badge, right }) => ({
            badge: without(badge),
            image: registryOf(image),
            right: registryOf(right),
            same: image !== null && image === right,
          })),
          problems: report.problems.map(without),
        };
  return JSON.stringify({ schema: "repin/report/1", repin, browser, page }, null, 2);
}

/** `registry.example.org/…`: the name of a group is often that of a person. */
function registryOf(image: string | null): string | null {
  const first = /^([^/\s]+\.[^/\s]+)\//u.exec(image ?? "")?.[1];
  return image === null ? null : `${first === undefined ? "" : `${first}/`}…`;
}

/**
 * A text without what could name somebody or open something: addresses keep their host alone, other paths nothing, and
 * long runs of letters and digits, in which tokens and ids are, go.
 */
function without(text: string): string {
  return text
    .split(/(\s+)/u)
    .map((word) => {
      const host = /https?:\/\/[\w.:-]+(?=[/?#]|$)/u.exec(word)?.[0];
      if (host !== undefined) {
        return `${host}/…`;
      }
      return /[/@?=]/u.test(word) ? "…" : word.replaceAll(/[\w-]{20,}/gu, "…");
    })
    .join("");
}
