import type { Options } from "./options.js";

/** What the module calls while it works on a question: see `crate/wasm/src/host.rs`. */
export class Host {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly wantsProgress: boolean;
  readonly hasCache: boolean;
  readonly cancelled: Promise<void>;
  readonly #options: Options;

  constructor(options: Options, done: AbortSignal) {
    this.#options = options;
    this.fetch = options.fetch ?? ((request) => globalThis.fetch(request));
    this.wantsProgress = options.onProgress !== undefined;
    this.hasCache = options.cache !== undefined;
    this.cancelled = aborted(options.signal, done);
  }

  progress(sent: number, answered: number, bytes: number, waiting: boolean): void {
    quietly(() => this.#options.onProgress?.({ sent, answered, bytes, waiting }));
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      const value = await this.#options.cache?.get(key);
      return value instanceof Uint8Array ? value : undefined;
    } catch {
      // A cache that fails has nothing.
      return undefined;
    }
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    try {
      await this.#options.cache?.put(key, value);
    } catch {
      // What is not kept is asked for again.
    }
  }
}

/** Settles when `signal` is aborted; listens no longer than until `done` is. */
function aborted(signal: AbortSignal | undefined, done: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
    }
    signal?.addEventListener("abort", () => resolve(), { once: true, signal: done });
  });
}

/** A caller's mistake is the caller's: it is reported as any error of a listener, and ends no answer. */
function quietly(call: () => void): void {
  try {
    call();
  } catch (error) {
    reportError(error);
  }
}

function reportError(error: unknown): void {
  if (typeof globalThis.reportError === "function") {
    globalThis.reportError(error);
  } else {
    queueMicrotask(() => {
      throw error;
    });
  }
}
