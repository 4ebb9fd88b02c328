/**
 * How servers get on: requests a second, failures, and how long the last ones took. In: each exchange as it closes. Out:
 * the figures since they were asked for last. Costs a few stores an exchange.
 */

/** How many of the last durations are looked at. */
const DURATIONS = 2048;

export interface PaceFigures {
  requests: number;
  /** Those that failed on the server's side, or were refused. */
  errors: number;
  /** ms; null where nothing closed. */
  p50: number | null;
  p99: number | null;
}

export class Pace {
  #requests = 0;
  #errors = 0;
  readonly #durations = new Float64Array(DURATIONS);
  #count = 0;

  /** @param duration - ms; negative where there is none */
  closed(status: number, duration: number): void {
    this.#requests++;
    if (status >= 500 || duration < 0) this.#errors++;
    if (duration >= 0) this.#durations[this.#count++ % DURATIONS] = duration;
  }

  /** The figures since the last call. */
  take(): PaceFigures {
    const last = this.#durations.slice(0, Math.min(this.#count, DURATIONS)).sort();
    const at = (share: number) => last[Math.min(last.length - 1, Math.floor(last.length * share))] ?? null;
    const figures = { requests: this.#requests, errors: this.#errors, p50: at(0.5), p99: at(0.99) };
    this.#requests = 0;
    this.#errors = 0;
    this.#count = 0;
    return figures;
  }
}
