/** The row that a key leads to; `null` for a key that leads nowhere. */
export function move(key: string, at: number, count: number, page: number): number | null {
  const to = target(key, at, count, page);
  return to === null || count === 0 ? null : Math.max(0, Math.min(count - 1, to));
}

function target(key: string, at: number, count: number, page: number): number | null {
  switch (key) {
    case "ArrowUp":
      return at - 1;
    case "ArrowDown":
      return at + 1;
    case "PageUp":
      return at - page;
    case "PageDown":
      return at + page;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
