import { RepinError, asRepinError } from "./error.js";
import * as glue from "./repin.js";

/** Where the module's bytes come from. */
export type Source = URL | string | Response | BufferSource | WebAssembly.Module;

let standard: () => Source | Promise<Source> = () => new URL("./repin_bg.wasm", import.meta.url);
let loading: Promise<void> | undefined;
let compiled: WebAssembly.Module | undefined;
let broken = false;

/** Those who wait for an answer, to be told if the module breaks down. */
const waiting = new Set<(error: RepinError) => void>();

/** Says where the module is, where `load` is not told. */
export function setStandardSource(source: () => Source | Promise<Source>): void {
  standard = source;
}

/**
 * Loads the module. Every question does so by itself; call it to say where the module is (an extension's own address, a
 * content delivery network), or to have it ready before the first question.
 */
export function load(source?: Source): Promise<void> {
  loading ??= instantiate(source).catch((error: unknown) => {
    loading = undefined;
    const what = error instanceof Error ? error.message : String(error);
    throw new RepinError("not-loaded", `the WebAssembly module could not be loaded: ${what}`, {
      hint: "Look whether repin_bg.wasm is served, as application/wasm, and whether the page's Content-Security-Policy has 'wasm-unsafe-eval'.",
      cause: error,
    });
  });
  return loading;
}

async function instantiate(source?: Source): Promise<void> {
  const module = await compile(source ?? (await standard()));
  compiled = module;
  start(module);
}

function start(module: WebAssembly.Module): void {
  glue.initSync({ module });
  broken = false;
}

/** Compiles while the bytes come, where they come over a network and are served as what they are. */
async function compile(source: Source): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) {
    return source;
  }
  if (typeof source !== "string" && !(source instanceof URL) && !(source instanceof Response)) {
    return WebAssembly.compile(source);
  }
  const response = source instanceof Response ? source : await fetch(source);
  if (!response.ok) {
    throw new Error(`${response.url} answered ${response.status}`);
  }
  if (response.headers.get("content-type")?.startsWith("application/wasm")) {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}

/**
 * The module, ready; a new one in the place of one that broke down.
 *
 * @internal
 */
export function ready(): typeof glue {
  if (compiled === undefined) {
    throw new RepinError("not-loaded", "the WebAssembly module is not loaded yet", { hint: "Await load() first." });
  }
  if (broken) {
    glue.__wbg_reset_state();
    start(compiled);
  }
  return glue;
}

/**
 * The answer of work in the module; what it throws is an error of ours, also if the module breaks down meanwhile.
 *
 * @internal
 */
export async function answer<T>(work: (module: typeof glue) => Promise<T>): Promise<T> {
  await load();
  const module = ready();
  let told: ((error: RepinError) => void) | undefined;
  const breakdown = new Promise<never>((_, reject) => {
    told = reject;
    waiting.add(reject);
  });
  try {
    return await Promise.race([work(module), breakdown]);
  } catch (error) {
    throw failed(error);
  } finally {
    if (told) {
      waiting.delete(told);
    }
  }
}

/**
 * The same of work that is done at once.
 *
 * @internal
 */
export function now<T>(work: (module: typeof glue) => T): T {
  try {
    return work(ready());
  } catch (error) {
    throw failed(error);
  }
}

function failed(error: unknown): RepinError {
  if (error instanceof WebAssembly.RuntimeError) {
    breakDown(error);
  }
  return asRepinError(error);
}

/** After a trap nothing in the module's memory can be trusted: whoever waits is told, and the next question gets a new one. */
export function breakDown(error: unknown): void {
  broken = true;
  for (const tell of waiting) {
    tell(asRepinError(error));
  }
  waiting.clear();
}
