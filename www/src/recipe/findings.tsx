import type { Finding } from "repin";

import { safe } from "repin/safe";
import { sentence } from "../text/words";
import { SEVERITIES, tally } from "./words";

/** What is wrong with the recipe, each with how bad it is and what to do. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  return (
    <>
      <p>{sentence(tally(findings))}</p>
      {findings.length > 0 && (
        <ul class="findings">
          {findings.map(({ rule, severity, message, path, line, help }, at) => (
            <li key={at}>
              <p>
                <span class={`severity ${severity}`}>{SEVERITIES[severity]}</span> <code>{safe(rule)}</code>
                {path !== null && (
                  <bdi class="help">
                    {" "}
                    {safe(path)}
                    {line === null ? "" : `:${line}`}
                  </bdi>
                )}
              </p>
              <p>
                <bdi>{sentence(safe(message))}</bdi>
              </p>
              {help !== null && (
                <p class="help">
                  <bdi>{sentence(safe(help))}</bdi>
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
