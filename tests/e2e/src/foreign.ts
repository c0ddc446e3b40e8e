import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The page of somebody else, who embeds the element: on a host of its own, under a policy of its own. */
export interface ForeignPage {
  readonly url: string;
  readonly close: () => void;
}

/** Serves a page that may load scripts from one place, and connect to that and to one GitLab. */
export async function serveForeign(body: string, scripts: string, gitlab: string): Promise<ForeignPage> {
  const policy = `default-src 'none'; script-src ${scripts} 'wasm-unsafe-eval'; connect-src ${scripts} ${gitlab}; img-src data:`;
  const html = `<!doctype html><html lang="en"><title>A course</title><link rel="icon" href="data:,"><main><h1>A course</h1>${body}</main></html>`;
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy });
    response.end(html);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
