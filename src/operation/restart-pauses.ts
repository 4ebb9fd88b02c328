/**
 * How long to wait before a process that ended is started again. In: each end. Out: seconds: none at first, then more each
 * time, until one has lived long enough to count as one that lives.
 */

/** Seconds, one after the other. */
const pauses = [0, 1, 2, 4, 8, 16, 30];

/** Milliseconds after which a process counts as one that lives. */
const usualLife = 60_000;

export class RestartPauses {
  readonly #longest: number;
  readonly #longLife: number;
  #count = 0;

  /**
   * @param longest - seconds that none takes longer than
   * @param longLife - ms after which a process counts as one that lives
   */
  constructor(longest = Number.POSITIVE_INFINITY, longLife = usualLife) {
    this.#longest = longest;
    this.#longLife = longLife;
  }

  /** @param lifetime ms that the process has lived */
  next(lifetime: number): number {
    if (lifetime > this.#longLife) this.#count = 0;
    return Math.min(pauses[Math.min(this.#count++, pauses.length - 1)] as number, this.#longest);
  }

  reset(): void {
    this.#count = 0;
  }
}
