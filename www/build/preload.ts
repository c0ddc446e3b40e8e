import type { Plugin } from "vite";

/** Lets the browser fetch the wasm while it still reads the script that will ask for it. */
export function preloadWasm(): Plugin {
  return {
    name: "preload-wasm",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (_html, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((file) => file.endsWith(".wasm"))
          .map((file) => ({
            tag: "link",
            attrs: { rel: "preload", as: "fetch", type: "application/wasm", href: `./${file}`, crossorigin: true, fetchpriority: "low" },
            injectTo: "head" as const,
          })),
    },
  };
}
