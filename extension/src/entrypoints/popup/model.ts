/** What the popup knows: of the tab that it was opened over, and of what Repin remembers. */
import { signal } from "@preact/signals";
import * as v from "valibot";
import { browser } from "wxt/browser";

import { isRenku } from "../../background/hosts";
import { changes as readChanges, onces as readOnces } from "../../background/records";
import { TESTS } from "../../hosts";
import { originOf } from "../../pages/origin";
import { type Said, failed, good, warn } from "../../pages/said";
import { type Change, type Once, type Order, Report } from "../../protocol/messages";
import { words } from "../../text/pages";
import { safe } from "repin/safe";

export interface Tab {
  readonly id: number | undefined;
  /** The tab's host, where the browser tells it; `null` where it does not. */
  readonly origin: string | null;
  /** Whether no extension can work there. */
  readonly isClosed: boolean;
}

/** What the page says of itself; `reload`: it is one of a known Renku, and says nothing. */
export type Answer = Report | "asking" | "reload" | "none";

export const tab = signal<Tab | null>(null);
export const answer = signal<Answer>("asking");
export const changes = signal<readonly Change[]>([]);
export const onces = signal<readonly Once[]>([]);
/** What became of the last undo, by its launcher. */
export const undone = signal<{ readonly launcher: string; readonly said: Said } | null>(null);

export async function look(): Promise<void> {
  const [found] = await Promise.all([activeTab(), remember()]);
  tab.value = found;
  answer.value = await ask(found);
}

async function remember(): Promise<void> {
  [changes.value, onces.value] = await Promise.all([readChanges(), readOnces()]);
}

async function activeTab(): Promise<Tab> {
  // A test has no browser's button to press: it opens the popup in a tab, for another one.
  const wanted = TESTS.length === 0 ? null : new URLSearchParams(location.search).get("tab");
  const found =
    wanted === null ? (await browser.tabs.query({ active: true, currentWindow: true }))[0] : await browser.tabs.get(Number(wanted));
  const url = found?.url;
  const origin = url === undefined ? null : originOf(url, TESTS);
  return { id: found?.id, origin, isClosed: url !== undefined && origin === null };
}

async function ask(of: Tab): Promise<Answer> {
  const report = await order(of, { type: "report" }, Report);
  if (report !== null) {
    return report;
  }
  return of.origin !== null && (await isRenku(of.origin)) ? "reload" : "none";
}

/** Tells the tab's content script something; `null`: there is none, or it says something else. */
async function order<T>({ id }: Tab, said: Order, schema: v.GenericSchema<unknown, T>): Promise<T | null> {
  if (id === undefined) {
    return null;
  }
  try {
    const read = v.safeParse(schema, await browser.tabs.sendMessage(id, said, { frameId: 0 }));
    return read.success ? read.output : null;
  } catch {
    return null;
  }
}

/** Whether the tab shows the project of a change, so that it can be undone there. */
export function isHere({ host, page }: Change): boolean {
  const report = answer.value;
  if (typeof report === "string" || report.host !== host || report.project === null) {
    return false;
  }
  return page === `/p/${report.project.split("/").map(encodeURIComponent).join("/")}`;
}

/** Undoes a change through the tab's page, with the page's own session. */
export async function undo({ launcher }: Change): Promise<void> {
  const of = tab.value;
  try {
    const text = of === null ? null : await order(of, { type: "undo", launcher }, v.string());
    await remember();
    const isDone = !changes.value.some((one) => one.launcher === launcher);
    const said = text === null || text === "" ? words.popup.undoFailed : safe(text);
    undone.value = { launcher, said: isDone ? good(said) : warn(said) };
  } catch (error) {
    undone.value = { launcher, said: failed(error) };
  }
}
