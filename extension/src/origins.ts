/** The Renku that the extension knows without being told. */
export const HOME = "https://renkulab.io";

/** The pattern of an origin's pages. Firefox knows no ports in patterns, so that every port is meant. */
export function pattern(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
}
