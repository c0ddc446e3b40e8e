import * as v from "valibot";
import { browser } from "wxt/browser";

import { pause } from "../pause";
import { ANSWERS, type Answers, Reply, type Request, type Why } from "./messages";

/** Why an answer is not there. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly why: Why;

  constructor(reason: Why) {
    super(reason.message);
    this.why = reason;
  }
}

/** Asks the background. Rejects with a `Refusal`. */
export async function ask<T extends Request["type"]>(request: Extract<Request, { type: T }>): Promise<Answers[T]> {
  const reply = v.safeParse(Reply, await send(request));
  if (!reply.success) {
    throw new Refusal({ code: "internal", message: "Repin's background gave no answer", hint: "Reload the page." });
  }
  if (!reply.output.ok) {
    throw new Refusal(reply.output.why);
  }
  // The type of the answer is that of the question; TypeScript cannot follow it through the table.
  const schema = ANSWERS[request.type as T] as unknown as v.GenericSchema<unknown, Answers[T]>;
  return v.parse(schema, reply.output.value);
}

/** When to ask again, in milliseconds. */
const AGAIN = [50, 300, 1000];

/** A background that the browser lets go, maybe in the middle of an answer, is woken by the next question. */
async function send(request: Request): Promise<unknown> {
  // What opens a page would open several.
  for (const milliseconds of request.type === "permit" ? [] : AGAIN) {
    try {
      return await browser.runtime.sendMessage(request);
    } catch (error) {
      if (isOrphaned()) {
        throw new Refusal(gone(error));
      }
    }
    await pause(milliseconds);
  }
  try {
    return await browser.runtime.sendMessage(request);
  } catch (error) {
    throw new Refusal(gone(error));
  }
}

/** A page outlives the extension that was put into it: an update takes its background away. */
function gone(error: unknown): Why {
  if (isOrphaned()) {
    return { code: "reloaded", message: "Repin was updated or removed", hint: "Reload the page to use it again." };
  }
  return { code: "internal", message: error instanceof Error ? error.message : String(error), hint: "Reload the page." };
}

/** Whether the extension that this script belongs to is gone. */
export function isOrphaned(): boolean {
  try {
    return browser.runtime?.id === undefined;
  } catch {
    return true;
  }
}

/** Whatever was thrown, as a reason. */
export function why(error: unknown): Why {
  if (error instanceof Refusal) {
    return error.why;
  }
  return { code: "internal", message: error instanceof Error ? error.message : String(error), hint: null };
}
