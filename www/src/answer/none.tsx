import type { Changed, Resolution } from "repin";

import { Said } from "../text/said";
import { safe } from "repin/safe";
import { sentence } from "../text/words";
import { isCutShort, next } from "./next";
import { type Lookup, nearest } from "./sentences";

interface Properties {
  readonly resolution: Resolution;
  readonly lookup: Lookup;
  readonly onUnlimited: () => void;
}

/** More changes than that are counted, not listed. */
const MOST = 20;

/** Why there is no image, which one comes nearest, and what to do. */
export function NoImage({ resolution, lookup, onUnlimited }: Properties) {
  const { reason, nearest: near } = resolution;
  const advice = next(resolution);
  return (
    <>
      {reason !== null && (
        <p class="evidence">
          <bdi>{sentence(safe(reason.message))}</bdi> <ReasonLink url={reason.url} />
        </p>
      )}
      {near !== null && (
        <>
          <p class="nearest">
            <Said phrase={nearest(near, lookup)} />
          </p>
          <ul class="changes">
            {near.changed.slice(0, MOST).map((changed) => (
              <ChangedFile key={changed.path} changed={changed} />
            ))}
            {near.changed.length > MOST && <li>and {near.changed.length - MOST} more</li>}
          </ul>
        </>
      )}
      {advice !== null && (
        <p class="next">
          <strong>Next:</strong> <Said phrase={advice} />
        </p>
      )}
      {isCutShort(resolution) && (
        <p>
          <button type="button" onClick={onUnlimited}>
            Ask without a limit
          </button>
        </p>
      )}
    </>
  );
}

function ChangedFile({ changed: { path, change } }: { changed: Changed }) {
  return (
    <li>
      <span class={`change ${change}`}>{change}</span>{" "}
      <bdi>
        <code>{safe(path)}</code>
      </bdi>
    </li>
  );
}

/** Only an address of the web becomes a link: who knows what a server sends. */
function ReasonLink({ url }: { url: string | null }) {
  if (url === null || !/^https?:\/\//iu.test(url)) {
    return null;
  }
  return (
    <a href={url} rel="noreferrer">
      See it in GitLab
    </a>
  );
}
