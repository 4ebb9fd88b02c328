/**
 * The exchanges that the list has, by their number. In: summaries as they come or change, and the oldest that the server still has.
 * Out: those that pass a test, in their order. What the server has dropped leaves, and the oldest when there are too many.
 */
import type { ExchangeSummary } from '../exchange-view.js';

const MAX_ROWS = 10_000;

export class Rows {
  /** By ascending number. */
  #all: ExchangeSummary[] = [];
  #left = 0;

  get count(): number {
    return this.#all.length;
  }

  /** How many were here and have left, since the list was last cleared. */
  get left(): number {
    return this.#left;
  }

  /** @param oldest - the number of the oldest exchange that can still be opened */
  put(summaries: readonly ExchangeSummary[], oldest: number): void {
    for (const summary of summaries) {
      const index = this.#indexOf(summary.id);
      if (this.#all[index]?.id === summary.id) this.#all[index] = summary;
      else this.#all.splice(index, 0, summary);
    }
    const leaving = Math.max(this.#indexOf(oldest), this.#all.length - MAX_ROWS);
    this.#all.splice(0, leaving);
    this.#left += leaving;
  }

  /** Takes all of others, which came later or have changed. */
  take(others: Rows, oldest: number): void {
    this.#left += others.left;
    this.put(others.#all, oldest);
  }

  get(id: number): ExchangeSummary | undefined {
    const found = this.#all[this.#indexOf(id)];
    return found?.id === id ? found : undefined;
  }

  clear(): void {
    this.#all = [];
    this.#left = 0;
  }

  passing(test: (exchange: ExchangeSummary) => boolean): ExchangeSummary[] {
    return this.#all.filter(test);
  }

  /** Where an id is, or would be; mostly at the end. */
  #indexOf(id: number): number {
    let [low, high] = [0, this.#all.length];
    if ((this.#all.at(-1)?.id ?? 0) < id) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#all[middle]?.id ?? 0) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
