/** What is watched in every document from its first moment on. */
export interface Watched {
  /** What the document's policy refused. */
  readonly violations: string[];
  /** Errors that no script caught. */
  readonly errors: string[];
  /** Layout shifts, how far and of what, where the browser counts them. */
  readonly shifts: string[];
  /** When tasks of more than 50 ms began, where the browser counts them. */
  readonly longTasks: { start: number }[];
}

/** An entry of type `layout-shift`, which TypeScript does not know. */
interface LayoutShift {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly { readonly node: Node | null }[];
}

/** Runs in the page before any script of its own. */
function prelude(): void {
  const watched: Watched = { violations: [], errors: [], shifts: [], longTasks: [] };
  Object.assign(globalThis, { watched });
  document.addEventListener("securitypolicyviolation", (event) => {
    watched.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
  });
  addEventListener("error", ({ message, filename, lineno }) => watched.errors.push(`${message} ${filename}:${lineno}`));
  addEventListener("unhandledrejection", ({ reason }) => watched.errors.push(`unhandled: ${String(reason)}`));
  const observe = (type: string, use: (entry: Partial<LayoutShift> & PerformanceEntry) => void) => {
    if (PerformanceObserver.supportedEntryTypes.includes(type)) {
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => use(entry))).observe({ type, buffered: true });
    }
  };
  observe("layout-shift", ({ value, hadRecentInput, sources = [] }) => {
    if (hadRecentInput !== true) {
      const what = sources.map(({ node }) => (node instanceof Element ? `${node.localName}.${node.className}` : "text"));
      watched.shifts.push(`${value?.toFixed(4)} of ${what.join(", ")}`);
    }
  });
  observe("longtask", ({ startTime }) => {
    watched.longTasks.push({ start: startTime });
  });
}

export const PRELUDE = `(${prelude})()`;
