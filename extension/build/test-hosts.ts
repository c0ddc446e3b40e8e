/**
 * The origins that a build for tests has permission for from the start, out of `REPIN_TEST_HOSTS` (separated by spaces):
 * no automation can press a browser's permission prompt.
 */
export function testHosts(text: string = process.env["REPIN_TEST_HOSTS"] ?? ""): string[] {
  const urls = text.split(/\s+/u).filter((one) => one !== "");
  return [...new Set(urls.map((url) => new URL(url).origin))];
}
