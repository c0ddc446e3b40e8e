import type { Plugin } from "vite";

/** Preact can write HTML out of texts. Nothing here asks it to; without the one place that does it, nobody has to believe that. */
export function withoutHtml(): Plugin {
  const WRITES = /\([\w$]+\.innerHTML=[\w$]+\.__html\)/gu;
  return {
    name: "repin:without-html",
    enforce: "pre",
    transform(code, id) {
      if (!/\/preact\/dist\/preact\.\w+$/u.test(id)) {
        return null;
      }
      if (code.match(WRITES)?.length !== 1) {
        this.error("Preact writes HTML in another way than it did: see build/html.ts");
      }
      return { code: code.replaceAll(WRITES, "(void 0)"), map: null };
    },
  };
}
