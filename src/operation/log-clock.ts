/**
 * The time as logs have it. In: a clock of ms, or a moment that an observer was told. Out: its text, made once for all lines
 * of the same ms; the ms of a moment, without a look at the clock each time.
 */
import { performance } from 'node:perf_hooks';

/** Milliseconds after which the clocks are compared again: one may have been set. */
const TRUSTED = 100;

/** The time at moments of `performance.now()`. */
export class WallClock {
  #difference = 0;
  #comparedAt = Number.NEGATIVE_INFINITY;

  /** @returns ms since the epoch */
  at(moment: number): number {
    if (moment - this.#comparedAt > TRUSTED) this.#compare();
    return Math.floor(moment + this.#difference);
  }

  /** Less than one ms is no difference: the clock's are whole ones, and time must not jump back for that. */
  #compare(): void {
    const now = performance.now();
    const difference = Date.now() - now;
    if (Math.abs(difference - this.#difference) >= 1) this.#difference = difference;
    this.#comparedAt = now;
  }
}

export class LogClock {
  #at = Number.NaN;
  #second = Number.NaN;
  #upToSecond = '';
  #text = '';

  /** @param at - ms since the epoch. Returns `2026-11-22T08:09:10.111Z` */
  iso(at: number): string {
    if (at === this.#at) return this.#text;
    this.#at = at;
    const second = Math.floor(at / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#upToSecond = new Date(at).toISOString().slice(0, 20);
    }
    const ms = at - second * 1000;
    this.#text = `${this.#upToSecond}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`;
    return this.#text;
  }
}
