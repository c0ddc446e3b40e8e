/** Elements that are, or once were, near what is in sight. */
const near = new WeakSet<Element>();
const waiting = new WeakMap<Element, () => void>();

const observer = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes) {
      const then = waiting.get(target);
      if (isIntersecting && then !== undefined) {
        observer.unobserve(target);
        waiting.delete(target);
        near.add(target);
        then();
      }
    }
  },
  { rootMargin: "300px" },
);

/** Calls once, as soon as the element comes near to what is in sight. */
export function whenNear(element: Element, then: () => void): void {
  waiting.set(element, then);
  observer.observe(element);
}

export function isNear(element: Element): boolean {
  return near.has(element);
}
