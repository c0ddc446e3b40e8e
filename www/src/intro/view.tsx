import { geometryOf } from "../picture/geometry";
import { Lanes } from "../picture/lanes";
import { short } from "../text/words";
import { ASKED, IMAGE, SAMPLE } from "./sample";

const GEOMETRY = { ...geometryOf(SAMPLE.lanes, 2000, 16), row: 36 };

/** What this is, and an example; nothing of it needs more than the page itself. */
export function Intro() {
  const rows = SAMPLE.entries.length;
  return (
    <section class="intro" aria-labelledby="intro-heading">
      <div>
        <h2 id="intro-heading">What this is</h2>
        <p>
          Many GitLab projects build a container image at each push and name it by the commit. Most commits change nothing
          that the image is built from, so for most commits there is no image of that name. This page finds one that is
          already built from exactly the same files, says why it is right, or says that there is none and what differs.
        </p>
        <p class="help">It runs in your browser, and asks nobody but the GitLab whose address you give.</p>
      </div>
      <figure>
        <div class="sample" aria-hidden="true">
          <div class="sample-lanes">
            <Lanes picture={SAMPLE} geometry={GEOMETRY} start={0} end={rows} asked={ASKED} image={IMAGE} places={rows} />
          </div>
          <ol>
            {SAMPLE.entries.map(({ commit, title }, at) => (
              <li key={commit} class={at === ASKED ? "asked" : at === IMAGE ? "image" : ""}>
                <code>{short(commit)}</code> <span>{title}</span>
              </li>
            ))}
          </ol>
        </div>
        <figcaption>
          An example: <code>ce46f90</code> is a merge whose build failed. Image of <code>2c5c1f9</code>: all 5 inputs are
          identical; 2 commits ago. So <code>registry.example.org/ada/course:2c5c1f9</code> is right for both.
        </figcaption>
      </figure>
    </section>
  );
}
