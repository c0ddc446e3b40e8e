/** The origin that an address names, without asking anybody; `null` where it names none yet. */
export function originOf(address: string): string | null {
  const trimmed = address.trim();
  if (/^https?:\/\//iu.test(trimmed)) {
    return URL.canParse(trimmed) ? new URL(trimmed).origin : null;
  }
  const ssh = /^(?:ssh:\/\/)?(?:[^@/\s]+@)?(?<host>[a-z0-9.-]+)[:/]/iu.exec(trimmed);
  const host = ssh?.groups?.["host"];
  return host === undefined ? null : `https://${host.toLowerCase()}`;
}
