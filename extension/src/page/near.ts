/** Calls when an element is in view, or nearly: what nobody looks at costs nothing. */
const MARGIN = "400px";

const waiting = new WeakMap<Element, () => void>();

const observer =
  typeof IntersectionObserver === "undefined"
    ? null
    : new IntersectionObserver(
        (entries) => {
          for (const { isIntersecting, target } of entries) {
            const call = isIntersecting ? waiting.get(target) : undefined;
            if (call !== undefined) {
              waiting.delete(target);
              observer?.unobserve(target);
              call();
            }
          }
        },
        { rootMargin: MARGIN },
      );

/** Calls once; of several calls for one element, the last. */
export function near(element: Element, call: () => void): void {
  const isObserved = waiting.has(element);
  waiting.set(element, call);
  if (!isObserved) {
    observer?.observe(element);
  }
}
