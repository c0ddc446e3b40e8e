import type * as Repin from "repin";

let loading: Promise<typeof Repin> | undefined;

/** The package and its wasm, loaded at the first use. */
export function repin(): Promise<typeof Repin> {
  loading ??= load();
  return loading;
}

async function load(): Promise<typeof Repin> {
  try {
    const module = await import("repin");
    await module.load();
    return module;
  } catch (error) {
    // A network that failed once may work the next time.
    loading = undefined;
    throw error;
  }
}
