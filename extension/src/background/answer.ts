/** What the background does for a content script: checks who asks and what, and answers. */
import * as v from "valibot";
import type { Browser } from "wxt/browser";

import { type Answers, type Commits, type Judgement, type Place, type Reply, Request } from "../protocol/messages";
import { nothing } from "../protocol/nothing";
import { commits, details } from "./commits";
import { forgetAnswers } from "./fetch";
import { refs } from "./gitlab";
import { isRenku } from "./hosts";
import { judge } from "./judge";
import { Moment } from "./moment";
import { openPermit } from "./permit";
import { locate } from "./place";
import { changed, changes, choose, chosen, once, onceOver, onces, unchanged } from "./records";
import { tag } from "./tag";
import { keepToken, tokenOf } from "./tokens";
import { whyOf } from "./why";

type Sender = Browser.runtime.MessageSender;

/** The reply to whatever was said by whomever; `null`: it is none of ours. */
export async function reply(said: unknown, sender: Sender, own: string): Promise<Reply | null> {
  if (sender.id !== own) {
    return null;
  }
  const origin = await pageOf(sender);
  if (origin === null) {
    return refused("forbidden", "this page may not ask Repin");
  }
  const read = v.safeParse(Request, said);
  if (!read.success) {
    return refused("bad-message", "Repin does not understand this question");
  }
  try {
    return { ok: true, value: await answer(read.output, origin, sender.tab?.id) };
  } catch (error) {
    return { ok: false, why: whyOf(error) };
  }
}

/** The origin of the page that asks, if it is the tab's own page of a Renku that somebody permitted. */
async function pageOf({ url, frameId, tab }: Sender): Promise<string | null> {
  if (url === undefined || frameId !== 0 || tab === undefined) {
    return null;
  }
  const { origin, protocol } = new URL(url);
  return /^https?:$/u.test(protocol) && (await isRenku(origin)) ? origin : null;
}

function refused(code: string, message: string): Reply {
  return { ok: false, why: { code, message, hint: null } };
}

const judgements = new Moment<Judgement>();
const lists = new Moment<Commits>();

/** What was answered before somebody signed in, or wants to look again, no longer counts. */
function forget(): void {
  judgements.clear();
  lists.clear();
  forgetAnswers();
}

/** What goes through a page is of that tab's person. */
function through(place: Place, tab: number | undefined): number | null {
  return place.through === undefined ? null : (tab ?? null);
}

async function answer(request: Request, origin: string, tab: number | undefined): Promise<Answers[Request["type"]]> {
  switch (request.type) {
    case "judge":
      return judgements
        .get([request, through(request.place, tab)], () => judge(request, tab))
        .catch((error: unknown) => nothing(request.place.revision ?? "the default branch", whyOf(error)));
    case "commits":
      return lists.get([request, through(request.place, tab)], () => commits(request.place, tab));
    case "refs":
      return refs(await locate(request.place, tab), request.part);
    case "details":
      return details(request.place, request.commit, tab);
    case "tag": {
      const tagged = await tag(request.place, request.commit, request.digest);
      if (request.digest !== null) {
        forget();
      }
      return tagged;
    }
    case "chosen":
      if (request.repository !== undefined) {
        await choose(request.project, request.repository);
      }
      return chosen(request.project);
    case "changes":
      return (await changes()).filter(({ host }) => host === origin);
    case "changed":
      await changed({ ...request.change, host: origin });
      return null;
    case "unchanged":
      await unchanged(request.launcher, origin);
      return null;
    case "onces":
      return (await onces()).filter(({ host }) => host === origin);
    case "once":
      await once({ ...request.once, host: origin });
      return null;
    case "once-over":
      await onceOver(request.original, request.image, origin);
      return null;
    case "connect": {
      const { token: secret, until } = request;
      const gitlab = new URL(request.gitlab).origin;
      // A token that the person has entered stands.
      if ((await tokenOf(gitlab))?.kind !== "private") {
        await keepToken({ gitlab, kind: "bearer", secret, until });
        forget();
      }
      return null;
    }
    case "again":
      forget();
      return null;
    case "permit":
      await openPermit(request);
      return null;
  }
}
