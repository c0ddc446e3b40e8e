/**
 * The same for Node, whose `fetch` reads no files.
 *
 * @module
 */
import { readFile } from "node:fs/promises";

import { setStandardSource } from "./module.js";

setStandardSource(() => readFile(new URL("./repin_bg.wasm", import.meta.url)));

export * from "./index.js";
