import type { ComponentChildren } from "preact";

import { commitPage } from "../ask/place";
import type { Answer } from "../ask/state";
import { Said } from "../text/said";
import { safe } from "repin/safe";
import { type Lookup, shown, spent } from "./sentences";

/** What else is known: of which commits, since when, at what cost. */
export function Facts({ answer: { resolution, place }, lookup }: { answer: Answer; lookup: Lookup }) {
  const { image, commit, environment, cost } = resolution;
  const link = (id: string) => (
    <a href={commitPage(place, id)} rel="noreferrer">
      <Said phrase={shown(id, lookup(id))} />
    </a>
  );
  return (
    <dl class="facts">
      <Fact name="Commit" isGrowing>
        {link(commit)}
      </Fact>
      {image !== null && image.commit !== commit && (
        <Fact name="Image of" isGrowing>
          {link(image.commit)}
        </Fact>
      )}
      {image?.created_at != null && (
        <Fact name="Made">
          <time dateTime={image.created_at}>{safe(image.created_at).slice(0, 16).replace("T", " ")}</time>
        </Fact>
      )}
      {image?.digest != null && (
        <Fact name="Digest">
          <code>{safe(image.digest)}</code>
        </Fact>
      )}
      {environment !== null && (
        <Fact name="Environment">
          <code>{environment.key}</code>
        </Fact>
      )}
      <Fact name="Cost">{spent(cost) ?? "nothing: it was known from the history"}</Fact>
    </dl>
  );
}

interface FactProperties {
  readonly name: string;
  readonly children: ComponentChildren;
  /** Whether more of it is known once the history is there. */
  readonly isGrowing?: boolean;
}

function Fact({ name, children, isGrowing = false }: FactProperties) {
  return (
    <div class={isGrowing ? "growing" : ""}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
