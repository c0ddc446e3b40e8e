import { batch, signal } from "@preact/signals";
import type { Check, Inputs, Options, PinAudit, Progress } from "repin";

import { access } from "../ask/access";
import { type Failure, failureOf } from "../ask/failure";
import { repin } from "../ask/repin";
import { type Answer, START } from "../ask/state";

/** What a commit's image is built from, and what is wrong with that. */
export interface Recipe {
  readonly inputs: Inputs;
  readonly check: Check;
  /** What became of the image that the project pins; `null` where it pins none. */
  readonly pin: PinAudit | null;
  /** The page of the project that it was read from. */
  readonly project: string;
}

export const recipe = signal<Recipe | null>(null);
export const reading = signal<Progress | null>(null);
export const unread = signal<Failure | null>(null);

let running: AbortController | undefined;

/** Reads the recipe of the commit that an answer is for. */
export async function readRecipe({ place, resolution }: Answer): Promise<void> {
  const superseded = running;
  const controller = new AbortController();
  running = controller;
  superseded?.abort();
  batch(() => {
    reading.value = START;
    unread.value = null;
  });
  try {
    const module = await repin();
    let before = START;
    let now = START;
    const options: Options = {
      ...access(module, place.origin),
      commit: resolution.commit,
      signal: controller.signal,
      onProgress: (progress) => {
        now = sum(before, progress);
        if (controller === running) {
          reading.value = now;
        }
      },
    };
    // One after another: each finds in the cache what the one before has read.
    const inputs = await module.inputs(place.url, options);
    before = now;
    const check = await module.check(place.url, options);
    before = now;
    const pin = await module.audit(place.url, options);
    if (controller === running) {
      batch(() => {
        recipe.value = { inputs, check, pin, project: place.url };
        reading.value = null;
      });
    }
  } catch (error) {
    if (controller === running) {
      batch(() => {
        unread.value = failureOf(error);
        reading.value = null;
      });
    }
  }
}

/** Whether what was read is the recipe of the answer's commit: the recipe is part of the environment. */
export function isOf({ inputs, project }: Recipe, { place, resolution }: Answer): boolean {
  const key = resolution.environment?.key;
  return project === place.url && (inputs.commit === resolution.commit || (key !== undefined && inputs.environment?.key === key));
}

function sum(one: Progress, other: Progress): Progress {
  return {
    sent: one.sent + other.sent,
    answered: one.answered + other.answered,
    bytes: one.bytes + other.bytes,
    waiting: other.waiting,
  };
}
