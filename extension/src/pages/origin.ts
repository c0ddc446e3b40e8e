/** What people type as a host, and what is asked for. */

/** A name of a host: no `*`, which would be a pattern of many. */
const HOST = /^[\da-z](?:[\da-z.-]*[\da-z])?$/u;

/**
 * The origin that an address means; `null`: none that Repin may be given. Only encrypted ones, beside those that a build
 * for tests has (by their names: a permission knows no ports).
 */
export function originOf(text: string, tests: readonly string[]): string | null {
  const typed = text.trim();
  const url = parse(/^[a-z][a-z\d+.-]*:\/\//iu.test(typed) ? typed : `https://${typed}`);
  if (url === null || !HOST.test(url.hostname)) {
    return null;
  }
  const isTest = tests.some((test) => new URL(test).hostname === url.hostname && new URL(test).protocol === url.protocol);
  return url.protocol === "https:" || isTest ? url.origin : null;
}

/** The address of a page of a host, as a message told it; `null`: it leads elsewhere. */
export function pageOf(host: string, page: string): string | null {
  const url = parse(page, host);
  return url !== null && /^https?:$/u.test(url.protocol) && url.origin === host ? url.href : null;
}

function parse(text: string, base?: string): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}
