/** Image references as people and Renku write them: `docker.io/library/python:3.12`, `renku/renkulab-py`, `host:5000/a/b@sha256:…`. */

export interface Parts {
  /** The registry's host; `null` where it is Docker Hub's, unnamed. */
  readonly registry: string | null;
  /** The path in the registry. */
  readonly repository: string;
  /** All before the tag. */
  readonly name: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

// The grammar of github.com/distribution/reference, regexp.go.
const HOST = String.raw`(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::\d+)?`;
const COMPONENT = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const REFERENCE = new RegExp(
  String.raw`^(?:(${HOST})/)?(${COMPONENT}(?:/${COMPONENT})*)(?::([\w][\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
  "u",
);

/** Renku's own limits of an image's name (its API's ContainerImage). */
const SHORTEST = 3;
const LONGEST = 500;

/** The parts of a reference; `null`: it is none. */
export function parts(reference: string): Parts | null {
  const whole = reference.trim();
  const slash = whole.indexOf("/");
  // The first part is a host only if it looks like one; otherwise the name is Docker Hub's.
  const first = slash < 0 ? "" : whole.slice(0, slash);
  const isHost = /[.:]/u.test(first) || first === "localhost";
  const found = REFERENCE.exec(isHost ? whole : `docker.io/${whole}`);
  const repository = found?.[2];
  if (found === null || repository === undefined || whole.length < SHORTEST || whole.length > LONGEST) {
    return null;
  }
  const registry = isHost ? (found[1] ?? null) : null;
  return {
    registry,
    repository,
    name: registry === null ? repository : `${registry}/${repository}`,
    tag: found[3] ?? null,
    digest: found[4] ?? null,
  };
}

/** What is wrong with a reference that somebody types; `null`: nothing. */
export function wrong(reference: string): "empty" | "upper-case" | "space" | "long" | "form" | null {
  const text = reference.trim();
  if (text === "") {
    return "empty";
  }
  if (text.length > LONGEST) {
    return "long";
  }
  if (/\s/u.test(text)) {
    return "space";
  }
  if (parts(text) !== null) {
    return null;
  }
  return parts(text.toLowerCase()) === null ? "form" : "upper-case";
}

/** Whether two references name one image: Docker Hub's have several names. */
export function isSameImage(one: string, other: string): boolean {
  return canonical(one) === canonical(other);
}

function canonical(image: string): string {
  const short = image.trim().replace(/^(?:index\.)?docker\.io\//u, "").replace(/^library\//u, "");
  const found = parts(short);
  return found !== null && found.tag === null && found.digest === null ? `${short}:latest` : short;
}
