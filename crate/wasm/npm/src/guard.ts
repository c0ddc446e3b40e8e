import { breakDown } from "./module.js";

/**
 * What the module's glue uses as `queueMicrotask` (`cargo xtask build` puts the import there). The module works on its
 * tasks in there, so this is where a trap comes out, which no promise would ever tell of.
 */
export function queueMicrotask(task: () => void): void {
  globalThis.queueMicrotask(() => {
    try {
      task();
    } catch (error) {
      breakDown(error);
    }
  });
}
