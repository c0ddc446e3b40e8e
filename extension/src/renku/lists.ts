/** A request is listed with the time when it was sent, which is a moment after it was asked for. */
const CLOSE = 50;

/**
 * Requests for a project's launchers, in the clock of the page's own timeline. Firefox lists ours among the page's,
 * Chromium does not.
 */
export class Lists {
  #last = Number.NEGATIVE_INFINITY;
  /** The last one of ours may be listed still. */
  #isExpected = false;

  /** We ask now. */
  asks(now = performance.now()): void {
    this.#last = now;
    this.#isExpected = true;
  }

  /** Whether a listed request knows more than we do: it is the page's, and later than ours. */
  isNews(startTime: number): boolean {
    if (startTime < this.#last) {
      return false;
    }
    if (this.#isExpected && startTime - this.#last < CLOSE) {
      this.#isExpected = false;
      return false;
    }
    return true;
  }
}
