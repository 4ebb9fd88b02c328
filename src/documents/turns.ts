/**
 * Bounds how much work of one kind is under way at a time, since all of it shares libuv's few threads with the reading of
 * files. In: work. Out: its result, once it had its turn; and whether there would be a turn soon, for those who can do
 * without.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /**
   * @param most at a time
   * @param queue how many may wait without being told that there is no turn soon
   */
  constructor(
    most: number,
    readonly queue: number,
  ) {
    this.#free = most;
  }

  /** Whether a turn is free, or soon will be. */
  get soon(): boolean {
    return this.#free > 0 || this.#waiting.length < this.queue;
  }

  /** Takes a turn that is free now, and gives back how to end it. */
  take(): (() => void) | undefined {
    if (this.#free === 0) return undefined;
    this.#free--;
    let held = true;
    return () => {
      if (held) this.#end();
      held = false;
    };
  }

  /** Does work in its turn, after what waits already. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((turn) => this.#waiting.push(turn));
    try {
      return await work();
    } finally {
      this.#end();
    }
  }

  #end(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
