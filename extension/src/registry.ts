/** The origin of a registry, as references name it: encrypted, but for one on this very machine. */
export function originOfRegistry(host: string): string {
  const isHere = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/u.test(host);
  return `${isHere ? "http" : "https"}://${host}`;
}
