import { RepinError } from "./error.js";

/** What is asked, and by what means. */
export interface Options {
  /** The revision; default: what the address says, else the project's default branch. */
  commit?: string;
  /** Glob patterns of the files that the image is built from: these and nothing else. */
  inputs?: string[];
  /** The registry repository of the images, without a tag. */
  image?: string;
  /**
   * The context folder where Renku 2 builds the image from code, `.` for the root: then every file in it counts (unless
   * `.repin.toml` narrows that), and `tags` are the whole commit ids of its builds.
   */
  build?: string;
  /** The tags that exist: then the registry is not asked. */
  tags?: string[];
  /** A token of the GitLab. It is sent to that GitLab alone, in a header. */
  token?: string | Token;
  /** The most requests of one answer; default: 30. */
  maxRequests?: number | "none";
  /** Whether an earlier answer from the cache does not do, though its image is still there: a nearer one may have come. */
  anew?: boolean;
  /** Sends the requests in the place of the global `fetch`. It gets a `Request`. */
  fetch?: (request: Request) => Promise<Response>;
  /** Aborting it ends the requests, and rejects with a `RepinError` of code `cancelled`. */
  signal?: AbortSignal;
  /** Called whenever a request is sent or answered, and when a pause before the next one begins or ends. */
  onProgress?: (progress: Progress) => void;
  /** Where what never changes is kept for the next question; default: nowhere. */
  cache?: Cache;
}

export interface HistoryOptions extends Options {
  /** How many commits, the newest first; default: about 1,000. */
  limit?: number;
}

export interface AuditOptions extends Options {
  /** The image that is looked at; default: the one that `.renku/renku.ini` pins. */
  pin?: string;
}

/** `inputs`, `image`, `build` and `tags` are not for it: only what the repository itself says is written into a registry. */
export interface RetagOptions extends Omit<Options, "inputs" | "image" | "build" | "tags"> {
  /** Only says what would be done. */
  dryRun?: boolean;
  /** Does it only if this is still the digest of the image that is right: what a person has agreed to. */
  digest?: string;
}

/** A token, and what it is: of a person, project or group (`private`), of OAuth (`bearer`), of a CI job (`job`). */
export interface Token {
  kind: "private" | "bearer" | "job";
  secret: string;
}

export interface Progress {
  /** Requests sent. */
  sent: number;
  /** Requests answered, or failed. */
  answered: number;
  /** Bytes received. */
  bytes: number;
  /** Whether it waits before it asks again, since the server is in trouble or asks for patience. */
  waiting: boolean;
}

/** A store of bytes. Keys have no secrets in them. It may forget, and gives what was put. */
export interface Cache {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, value: Uint8Array): Promise<void>;
}

/** The options that are data, as the module takes them. */
export function data(options: HistoryOptions & AuditOptions & RetagOptions): object {
  const { commit, inputs, image, build, tags, token, maxRequests, limit, pin, dryRun, digest, anew } = options;
  return {
    ...(commit === undefined ? {} : { commit: text("commit", commit) }),
    ...(inputs === undefined ? {} : { inputs: texts("inputs", inputs) }),
    ...(image === undefined ? {} : { image: text("image", image) }),
    ...(build === undefined ? {} : { build: text("build", build) }),
    ...(tags === undefined ? {} : { tags: texts("tags", tags) }),
    ...(token === undefined ? {} : { token: typeof token === "string" ? { kind: "private", secret: token } : token }),
    ...(maxRequests === undefined || maxRequests === "none" ? {} : { maxRequests: count("maxRequests", maxRequests) }),
    ...(limit === undefined ? {} : { limit: count("limit", limit) }),
    ...(pin === undefined ? {} : { pin: text("pin", pin) }),
    ...(digest === undefined ? {} : { digest: text("digest", digest) }),
    dryRun: dryRun === true,
    anew: anew === true,
    unlimited: maxRequests === "none",
  };
}

function text(name: string, value: unknown): string {
  if (typeof value !== "string") {
    throw new RepinError("bad-option", `the option ${name} is no text`);
  }
  return value;
}

function texts(name: string, value: unknown): string[] {
  if (!Array.isArray(value)) {
    throw new RepinError("bad-option", `the option ${name} is no list of texts`);
  }
  return value.map((one) => text(name, one));
}

function count(name: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > 0xff_ff_ff_ff) {
    throw new RepinError("bad-option", `the option ${name} is no number of 1 or more`);
  }
  return value;
}
