/** The way to a legacy Renku's GitLab: through the page, which has the session that its proxy asks for. */
import * as v from "valibot";
import { browser } from "wxt/browser";

import { Fetched, type Order } from "../protocol/messages";

/** A fetch that sends the questions to GitLab's REST API through a tab's page. Only reading. */
export function throughPage(tab: number): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const at = pathname.indexOf("/api/v4/projects/");
    if (at < 0 || request.method !== "GET") {
      // The proxy leads to the REST API alone: GraphQL is then done without.
      return new Response("", { status: 404 });
    }
    const order: Order = { type: "fetch", path: pathname.slice(at) + search };
    const read = v.safeParse(Fetched, await browser.tabs.sendMessage(tab, order, { frameId: 0 }));
    if (!read.success) {
      throw new TypeError("the page did not answer");
    }
    const { status, headers, body } = read.output;
    return new Response(status === 204 || status === 304 ? null : body, { status, headers });
  };
}
