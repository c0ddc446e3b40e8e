/**
 * The origins that a build for tests has permission for from the start, out of `REPIN_TEST_HOSTS` (separated by spaces):
 * no automation can press a browser's permission prompt.
 */
export function testHosts(text: string = process.env["REPIN_TEST_HOSTS"] ?? ""): string[] {
  const urls = text.split(/\s+/u).filter((one) => one !== "");
  return [...new Set(urls.map((url) => new URL(url).origin))];
}

/** The pattern of a host's pages. Firefox knows no ports in patterns, so that every port is meant. */
export function pattern(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
}
