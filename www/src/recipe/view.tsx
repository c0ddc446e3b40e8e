import { SENTENCES } from "../ask/failure";
import { type Answer, answer } from "../ask/state";
import { picture, undrawn } from "../picture/ask";
import { Said } from "../text/said";
import { safe } from "repin/safe";
import { count, sentence, short } from "../text/words";
import { type Recipe, isOf, readRecipe, reading, recipe, unread } from "./ask";
import { Findings } from "./findings";
import { builtFrom, pinned } from "./words";

/** What the image is built from, once somebody wants to know. */
export function RecipeView() {
  const found = answer.value;
  // It stands below the history: there first, it would be moved.
  const isSettled = picture.value !== null || undrawn.value !== null;
  if (found === null || !isSettled) {
    return null;
  }
  const known = recipe.value !== null && isOf(recipe.value, found) ? recipe.value : null;
  return (
    <section class="recipe" aria-labelledby="recipe-heading" aria-busy={reading.value !== null}>
      <h2 id="recipe-heading" tabIndex={-1}>
        Recipe
      </h2>
      {known === null ? <Unread answer={found} /> : <Read recipe={known} />}
    </section>
  );
}

/** The button goes away: the focus waits at the heading. */
function read({ currentTarget }: { currentTarget: HTMLElement }, found: Answer): void {
  currentTarget.closest("section")?.querySelector("h2")?.focus();
  void readRecipe(found);
}

function Unread({ answer: found }: { answer: Answer }) {
  if (reading.value !== null) {
    const { sent } = reading.value;
    return (
      <p class="asking" role="status">
        Reading{sent === 0 ? "…" : `: ${count(sent, "request", "requests")} sent`}
      </p>
    );
  }
  const why = unread.value;
  return (
    <>
      <p>Which files count and why, what is wrong with the recipe, and what became of the image that the project pins.</p>
      {why !== null && (
        <p class="warning">
          {SENTENCES[why.code]} <bdi>{sentence(safe(why.message))}</bdi>
        </p>
      )}
      <button type="button" onClick={(event) => read(event, found)}>
        Read the recipe
      </button>
      <span class="help"> of {short(found.resolution.commit)}; it takes a few requests</span>
    </>
  );
}

function Read({ recipe: { inputs, check, pin } }: { recipe: Recipe }) {
  return (
    <div class="columns">
      <div>
        <h3>What counts</h3>
        <p>
          <Said phrase={builtFrom(inputs)} />
        </p>
        <Files inputs={inputs} />
        {inputs.exact_only !== null && (
          <p>
            Only a commit’s own image can be right: <bdi>{safe(inputs.exact_only)}</bdi>.
          </p>
        )}
        <Uncovered paths={inputs.uncovered} />
        <h3>How it is built</h3>
        <How inputs={inputs} />
      </div>
      <div>
        <h3>What is wrong</h3>
        <Findings findings={check.findings} />
        <h3>The pin</h3>
        {pin === null ? (
          <p>The project pins no image.</p>
        ) : (
          <>
            <p class="pinned" dir="ltr">
              <bdi>
                <code>{safe(pin.image)}</code>
              </bdi>
              {pin.path !== null && (
                <span class="help">
                  {" "}
                  {safe(pin.path)}
                  {pin.line === null ? "" : `:${pin.line}`}
                </span>
              )}
            </p>
            <p>
              <Said phrase={pinned(pin.state)} />
            </p>
          </>
        )}
      </div>
    </div>
  );
}

function Files({ inputs: { environment } }: { inputs: Recipe["inputs"] }) {
  if (environment === null) {
    return null;
  }
  return (
    <ul class="files" tabIndex={0} aria-label="Files that count">
      {environment.files.map(({ path, why }) => (
        <li key={path}>
          <bdi>
            <code>{safe(path)}</code>
          </bdi>
          <bdi class="why">{safe(why.join("; "))}</bdi>
        </li>
      ))}
    </ul>
  );
}

/** What the Dockerfile copies, and a change of which starts no build. */
function Uncovered({ paths }: { paths: readonly string[] }) {
  if (paths.length === 0) {
    return null;
  }
  return (
    <>
      <h3>Copied, but not watched</h3>
      <p>The job’s <code>changes:</code> list lacks these, so a change of them starts no build:</p>
      <ul class="changes">
        {paths.map((path) => (
          <li key={path}>
            <bdi>
              <code>{safe(path)}</code>
            </bdi>
          </li>
        ))}
      </ul>
    </>
  );
}

function How({ inputs }: { inputs: Recipe["inputs"] }) {
  const { job, dockerfile, base_images: bases, tag_scheme: scheme, expected_tag: tag, repository } = inputs;
  const facts: [string, string][] = [
    ["Job", job ?? "none recognised"],
    ...(dockerfile === null ? [] : ([["Dockerfile", dockerfile]] as [string, string][])),
    ...bases.map(({ name, line, pinned: isPinned }): [string, string] => [
      "Base image",
      `${name} (line ${line}${isPinned ? ", by its digest" : ", without a digest"})`,
    ]),
    ["Tags", tag === null ? scheme : `${scheme}, here ${tag}`],
    ...(repository === null ? [] : ([["Registry", repository]] as [string, string][])),
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={`${name} ${value}`}>
          <dt>{name}</dt>
          <dd>
            <bdi>{safe(value)}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
