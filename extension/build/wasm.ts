import type { Plugin } from "vite";

/** The package finds its module beside itself; in an extension that is at the extension's own address. */
export function wasmBeside(): Plugin {
  const BESIDE = 'new URL("./repin_bg.wasm", import.meta.url)';
  return {
    name: "repin:wasm-beside",
    enforce: "pre",
    transform(code, id) {
      if (!/dist\/npm\/[\w.]+\.js$/u.test(id) || !code.includes("repin_bg.wasm")) {
        return null;
      }
      const own = 'chrome.runtime.getURL("repin_bg.wasm")';
      return { code: code.replaceAll(BESIDE, own).replaceAll(BESIDE.replaceAll('"', "'"), own), map: null };
    },
  };
}
