import { Shape } from "./lanes";
import type { Mark } from "./words";

/** What the marks mean. */
export function Legend({ verified, hasUnseen }: { verified: boolean; hasUnseen: boolean }) {
  const marks: [Mark, number | null, string][] = [
    verified ? ["own", 0, "has an image of its own"] : ["predicted", 0, "an image is built here (predicted)"],
    ["shared", 0, "shares one"],
    ["lacking", 0, "no image is right"],
    ["bare", null, "no environment"],
    ...(hasUnseen ? ([["unseen", null, "not looked at"]] as [Mark, null, string][]) : []),
  ];
  return (
    <ul class="legend" aria-label="Legend">
      {marks.map(([kind, number, meaning]) => (
        <li key={kind}>
          <svg width="20" height="20" aria-hidden="true" focusable="false">
            <Shape kind={kind} number={number} x={10} y={10} radius={8} />
          </svg>
          {meaning}
        </li>
      ))}
      <li>one letter and colour: one environment</li>
    </ul>
  );
}
