/**
 * The time as logs have it. In: a clock of ms. Out: its text, made once for all lines of the same ms.
 */

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
