/** Work whose answer is good for a moment: many launchers ask the same thing at once. */
const MOMENT = 10_000;
const MOST = 100;

export class Moment<T> {
  readonly #kept = new Map<string, { readonly at: number; readonly answer: Promise<T> }>();

  /** The answer of a moment ago, or of the work, if there is none. What failed is not kept. */
  get(key: unknown, work: () => Promise<T>): Promise<T> {
    const text = JSON.stringify(key);
    const before = this.#kept.get(text);
    if (before !== undefined && Date.now() - before.at < MOMENT) {
      return before.answer;
    }
    const answer = work();
    this.#kept.delete(text);
    this.#kept.set(text, { at: Date.now(), answer });
    answer.catch(() => this.#kept.delete(text));
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= MOST) {
        break;
      }
      this.#kept.delete(old);
    }
    return answer;
  }

  clear(): void {
    this.#kept.clear();
  }
}
