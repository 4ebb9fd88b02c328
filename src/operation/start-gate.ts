/**
 * When a pool may start the workers that it lacks. In: how those before them ended. Out: whether it may, and a call once a
 * pause is over. What starts and falls must not do so for ever.
 */
import { RestartPauses } from './restart-pauses.js';

/** Seconds of a pause in which who connects waits; whoever would have to wait for longer is refused, and may go elsewhere. */
export const longestHold = 1;

/** Milliseconds after its start in which a worker is full soon. */
const soon = 10_000;

export class StartGate {
  readonly #pauses = new RestartPauses();
  /** What served until somebody else killed it, be it the system for want of memory, is not kept waiting for long. */
  readonly #pausesOfKilled = new RestartPauses(longestHold);
  /** What is full soon after its start would be so again and again. */
  readonly #pausesOfFull = new RestartPauses(undefined, soon);
  readonly #onOpen: () => void;
  #pause: NodeJS.Timeout | undefined;
  #awaitsChange = false;

  constructor(onOpen: () => void) {
    this.#onOpen = onOpen;
  }

  get isOpen(): boolean {
    return this.#pause === undefined && !this.#awaitsChange;
  }

  /** Ends what keeps it closed, without a call. */
  open(): void {
    this.#awaitsChange = false;
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  closeUntilChange(): void {
    this.#awaitsChange = true;
  }

  /** The seconds to wait after one that was started then (ms since the epoch), and is gone. */
  pauseAfter(startedAt: number, isKilled = false): number {
    return (isKilled ? this.#pausesOfKilled : this.#pauses).next(Date.now() - startedAt);
  }

  /** The seconds that one which was started then, and is full, serves on before its successor is started. */
  pauseOfFull(startedAt: number): number {
    return this.#pausesOfFull.next(Date.now() - startedAt);
  }

  /** Closes it for so many seconds. */
  close(seconds: number): void {
    if (seconds === 0) return;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#onOpen();
    }, seconds * 1000);
  }
}
