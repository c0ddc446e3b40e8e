import { describe, expect } from "vitest";

import { HISTORY, openAnswer } from "../src/answer";
import { type Page, button } from "../src/page";
import { scenario } from "../src/stage";

/** The machine may have other work, which comes at another step each time: what is long in all of so many runs is the page's. */
const RUNS = 6;
/** The most commits that the page draws. */
const MOST = 5000;

describe("a history of 5,000 commits", () => {
  scenario("scrolls without a task of more than 50 ms", async (stage) => {
    const { page, sandbox } = stage;
    await openAnswer(stage, sandbox.says("long"));
    for (let size = 200; size < MOST; size *= 2) {
      await page.click(button("Show more"));
      await page.soon(
        `there are more than ${size} commits`,
        (count) => Number(document.querySelector("[role=option]")?.ariaSetSize) > count,
        size,
      );
    }
    await page.reads(HISTORY, "5,000 commits");
    const runs: Run[] = [];
    let long: number[] = [];
    do {
      const run = await scrolled(page);
      long = runs.length === 0 ? [...run.long] : long.filter((step) => run.long.includes(step));
      runs.push(run);
    } while (long.length > 0 && runs.length < RUNS);
    const told = runs.map(({ gap, frames, long: { length } }) => `${length} long tasks, longest frame ${gap.toFixed(0)} ms of ${frames}`);
    console.log(`${stage.browser}: ${told.join("; ")}`);
    // Firefox counts no long tasks: there the frames are only told.
    expect(long, "steps of the scrolling that took more than 50 ms in every run").toEqual([]);
    expect(Math.max(...runs.map(({ drawn }) => drawn)), "only what is in sight is drawn").toBeLessThan(100);
    await stage.shot("long");
  });
});

interface Run {
  /** The steps with a task over 50 ms. */
  readonly long: readonly number[];
  /** The longest time between two frames. */
  readonly gap: number;
  readonly frames: number;
  /** The most rows that were there at once. */
  readonly drawn: number;
}

/** Scrolls from end to end, some rows a frame, and then in leaps. */
function scrolled(page: Page): Promise<Run> {
  return page.run(async () => {
    const { watched } = globalThis as unknown as { watched: { longTasks: { start: number }[] } };
    const list = document.querySelector("[role=listbox]");
    if (list === null) {
      throw new Error("there is no list");
    }
    const frame = () =>
      new Promise<number>((resolve) => {
        requestAnimationFrame(resolve);
      });
    list.scrollTop = 0;
    await frame();
    let last = await frame();
    const before = watched.longTasks.length;
    let [gap, frames, drawn] = [0, 0, 0];
    const began: number[] = [];
    const end = list.scrollHeight - list.clientHeight;
    const steps = [
      ...Array.from({ length: 240 }, (_, step) => (end / 2) * (step / 240)),
      ...Array.from({ length: 60 }, (_, step) => (step * 7919 * 97) % end),
    ];
    for (const top of steps) {
      began.push(performance.now());
      list.scrollTop = top;
      const now = await frame();
      gap = Math.max(gap, now - last);
      last = now;
      frames += 1;
      drawn = Math.max(drawn, list.querySelectorAll("[role=option]").length);
    }
    // What was measured comes in a task of its own.
    await frame();
    await frame();
    const long = watched.longTasks.slice(before).map(({ start }) => began.findLastIndex((time) => time <= start));
    return { long, gap, frames, drawn };
  });
}
