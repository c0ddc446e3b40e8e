import { forgetToken, forgetTokens } from "../address/tokens";
import { forgetAllFacts, forgetFacts } from "../ask/access";
import { repin } from "../ask/repin";
import { forgetAnswers } from "../ask/seen";
import { forget } from "./store";

/** Forgets the token for an origin, and all that was learnt with it. */
export async function forgetPrivate(origin: string): Promise<void> {
  forgetToken(origin);
  forgetAnswers();
  await Promise.all([forgetFacts(await repin(), origin), forget(`${origin}/`)]);
}

/** Forgets every token, answer and fact that this browser keeps of this page. */
export async function forgetEverything(): Promise<void> {
  forgetTokens();
  forgetAnswers();
  await Promise.all([forgetAllFacts(await repin()), forget("")]);
}
