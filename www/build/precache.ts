import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vite";

/** Tells the service worker every file of the build, and a name that changes with any of them. */
export function precache(worker: string): Plugin {
  let publicDir = "";
  return {
    name: "precache",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      publicDir = config.publicDir;
    },
    generateBundle(_options, bundle) {
      const hash = createHash("sha256");
      const built = Object.values(bundle).filter(({ fileName }) => fileName !== worker);
      for (const file of built) {
        hash.update(file.type === "chunk" ? file.code : file.source);
      }
      const fixed = readdirSync(publicDir);
      for (const file of fixed) {
        hash.update(readFileSync(join(publicDir, file)));
      }
      const files = ["./", ...built.map(({ fileName }) => `./${fileName}`), ...fixed.map((file) => `./${file}`)];
      const chunk = bundle[worker];
      if (chunk?.type !== "chunk") {
        throw new Error(`the build makes ${worker}`);
      }
      const version = hash.digest("hex").slice(0, 12);
      chunk.code = `const FILES = ${JSON.stringify(files.toSorted())}, VERSION = "${version}";\n${chunk.code}`;
    },
  };
}
