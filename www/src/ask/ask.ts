import { batch } from "@preact/signals";
import type { Options } from "repin";

import { forgetToken, takeToken } from "../address/tokens";
import type { Question } from "../address/link";
import { keepAnswer, keptAnswer } from "../kept/answers";
import { BADGES, headline } from "../answer/sentences";
import { plain } from "../text/phrase";
import { fromPicture, picture, pictureFor } from "../picture/ask";
import { access } from "./access";
import { failureOf, isOutage } from "./failure";
import { type Place, placeOf } from "./place";
import { repin } from "./repin";
import { remember, remembered } from "./seen";
import { type Answer, START, announce, announcement, answer, failure, progress, question } from "./state";

let running: AbortController | undefined;

/** A token that was typed, and the origin of the address that stood above it. */
export interface Typed {
  readonly token: string;
  readonly origin: string | null;
  readonly keep: boolean;
}

/** What else belongs to a question; none of it is in the deep link. */
export interface Asking {
  readonly typed?: Typed;
  readonly unlimited?: boolean;
  /** Whether what is known already does not do. */
  readonly fresh?: boolean;
}

/** Asks, and shows the answer. Whatever was asked before is given up. */
export async function ask(asked: Question, asking: Asking = {}): Promise<void> {
  const controller = begin(asked);
  const isFresh = asking.fresh === true || asking.typed !== undefined || asking.unlimited === true;
  const known = isFresh ? null : (remembered(asked) ?? fromPicture(asked));
  if (known !== null) {
    show(controller, () => reveal(known));
    void pictureFor(known, false);
    return;
  }
  let place: Place | undefined;
  try {
    const module = await repin();
    const address = await module.parseAddress(asked.project);
    place = placeOf(address);
    if (asking.typed !== undefined) {
      accept(asking.typed, place);
    }
    const options: Options = {
      ...access(module, place.origin),
      ...(asked.commit === null ? {} : { commit: asked.commit }),
      ...(asking.unlimited === true ? { maxRequests: "none" } : {}),
      anew: isFresh,
      signal: controller.signal,
      onProgress: (now) => show(controller, () => (progress.value = now), true),
    };
    const resolution = await module.resolve(asked.project, options);
    place = placeOf(address, resolution.project);
    const found = { question: asked, place, resolution, asOf: null };
    show(controller, () => reveal(found));
    if (!controller.signal.aborted) {
      remember(found);
      void keepAnswer(found);
      void pictureFor(found, isFresh);
    }
  } catch (error) {
    await failed(controller, asked, place, error);
  }
}

/** Gives up what is being asked. */
export function stop(): void {
  running?.abort();
}

/** Shows no question. */
export function leave(): void {
  const superseded = running;
  running = undefined;
  superseded?.abort();
  batch(() => {
    question.value = null;
    answer.value = null;
    failure.value = null;
    progress.value = null;
  });
}

function begin(asked: Question): AbortController {
  const superseded = running;
  running = new AbortController();
  superseded?.abort();
  batch(() => {
    question.value = asked;
    answer.value = null;
    failure.value = null;
    progress.value = START;
    announcement.value = "";
  });
  return running;
}

/** Shows something of a question, unless another one was asked since. */
function show(controller: AbortController, what: () => void, isProgress = false): void {
  if (controller !== running) {
    return;
  }
  batch(() => {
    what();
    if (!isProgress) {
      progress.value = null;
    }
  });
}

function reveal(found: Answer): void {
  answer.value = found;
  announce(`${BADGES[found.resolution.status]}. ${plain(headline(found.resolution))}`);
}

/** A token goes to the origin that it was typed for, and to no other. */
function accept(typed: Typed, place: Place): void {
  if (typed.origin !== null && typed.origin !== place.origin) {
    throw Object.assign(new Error(`the token was typed for ${typed.origin}, and is not sent to ${place.origin}`), {
      code: "bad-option",
      hint: "Type the token again for this address.",
    });
  }
  if (typed.token === "") {
    forgetToken(place.origin);
  } else {
    takeToken(place.origin, typed.token, typed.keep);
  }
}

async function failed(controller: AbortController, asked: Question, place: Place | undefined, error: unknown) {
  const why = failureOf(error);
  const kept = place !== undefined && isOutage(why) ? await keptAnswer(place, asked) : null;
  show(controller, () => {
    failure.value = why;
    answer.value = kept;
    if (picture.value !== null && picture.value.place.url !== place?.url) {
      picture.value = null;
    }
  });
  if (kept !== null && controller === running) {
    void pictureFor(kept, false);
  }
}
