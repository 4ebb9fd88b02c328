/**
 * The exchanges that the list has, by their number. In: summaries as they come or change. Out: those that pass a test, in
 * their order. The oldest are dropped when there are too many.
 */
import type { ExchangeSummary } from '../exchange-view.js';

const MAX_ROWS = 10_000;

export class Rows {
  /** By ascending number. */
  #all: ExchangeSummary[] = [];

  get count(): number {
    return this.#all.length;
  }

  put(summaries: readonly ExchangeSummary[]): void {
    for (const summary of summaries) {
      const index = this.#indexOf(summary.id);
      if (this.#all[index]?.id === summary.id) this.#all[index] = summary;
      else this.#all.splice(index, 0, summary);
    }
    if (this.#all.length > MAX_ROWS) this.#all.splice(0, this.#all.length - MAX_ROWS);
  }

  get(id: number): ExchangeSummary | undefined {
    const found = this.#all[this.#indexOf(id)];
    return found?.id === id ? found : undefined;
  }

  clear(): void {
    this.#all = [];
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
