/** What has to outlive a page: changes that can be undone, copies of launchers, and repositories that somebody chose. */
import * as v from "valibot";
import { browser } from "wxt/browser";

import { Change, Once } from "../protocol/messages";

/** So many of each are remembered. */
const MOST = 100;

const CHANGES = "changes";
const ONCES = "onces";
const CHOSEN = "chosen";

async function list<T>(key: string, schema: v.GenericSchema<unknown, T>): Promise<T[]> {
  const stored = (await browser.storage.local.get(key))[key];
  // What an older version stored, or somebody else, is no record.
  return Array.isArray(stored) ? stored.flatMap((one) => only(schema, one)) : [];
}

function only<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T[] {
  const read = v.safeParse(schema, value);
  return read.success ? [read.output] : [];
}

/** One after the other: each reads all, and writes all. */
let last: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const next = last.then(work, work);
  last = next.catch(() => null);
  return next;
}

export const changes = (): Promise<Change[]> => list(CHANGES, Change);

/** Remembers a change; a second one of the same launcher is undone to what was before the first. */
export function changed(change: Change): Promise<void> {
  return inTurn(async () => {
    const all = await changes();
    const first = all.find(({ launcher, after }) => launcher === change.launcher && after === change.before);
    const rest = all.filter(({ launcher }) => launcher !== change.launcher);
    const now = first === undefined ? change : { ...change, before: first.before };
    const kept = now.before === now.after ? rest : [now, ...rest];
    await browser.storage.local.set({ [CHANGES]: kept.slice(0, MOST) });
  });
}

export function unchanged(launcher: string, host: string): Promise<void> {
  return inTurn(async () => {
    const rest = (await changes()).filter((one) => one.launcher !== launcher || one.host !== host);
    await browser.storage.local.set({ [CHANGES]: rest });
  });
}

export const onces = (): Promise<Once[]> => list(ONCES, Once);

export function once(record: Once): Promise<void> {
  return inTurn(async () => {
    const rest = (await onces()).filter(({ original, image }) => original !== record.original || image !== record.image);
    await browser.storage.local.set({ [ONCES]: [record, ...rest].slice(0, MOST) });
  });
}

export function onceOver(original: string, image: string, host: string): Promise<void> {
  return inTurn(async () => {
    const rest = (await onces()).filter((one) => one.original !== original || one.image !== image || one.host !== host);
    await browser.storage.local.set({ [ONCES]: rest });
  });
}

const Chosen = v.record(v.string(), v.string());

/** The repository that somebody chose for a Renku project. */
export async function chosen(project: string): Promise<string | null> {
  return (await allChosen())[project] ?? null;
}

export function choose(project: string, repository: string): Promise<void> {
  return inTurn(async () => {
    await browser.storage.local.set({ [CHOSEN]: { ...(await allChosen()), [project]: repository } });
  });
}

async function allChosen(): Promise<Record<string, string>> {
  const read = v.safeParse(Chosen, (await browser.storage.local.get(CHOSEN))[CHOSEN]);
  return read.success ? read.output : {};
}
