/** What is watched in every document from its first moment on. */
export interface Watched {
  /** What the document's policy refused. */
  readonly violations: string[];
  /** The sum of layout shifts, where the browser counts them. */
  shift: number;
  /** Tasks over 50 ms, in milliseconds, where the browser counts them. */
  readonly longTasks: number[];
}

/** Runs in the page before any script of its own. */
function prelude(): void {
  const watched: Watched = { violations: [], shift: 0, longTasks: [] };
  Object.assign(globalThis, { watched });
  document.addEventListener("securitypolicyviolation", (event) => {
    watched.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
  });
  const observe = (type: string, use: (entry: PerformanceEntry & { value?: number; hadRecentInput?: boolean }) => void) => {
    if (PerformanceObserver.supportedEntryTypes.includes(type)) {
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => use(entry))).observe({ type, buffered: true });
    }
  };
  observe("layout-shift", ({ value, hadRecentInput }) => {
    watched.shift += hadRecentInput === true ? 0 : (value ?? 0);
  });
  observe("longtask", ({ duration }) => {
    watched.longTasks.push(duration);
  });
}

export const PRELUDE = `(${prelude})()`;
