/**
 * Tells one tick of the event loop from the next: what `node:http` writes leaves with the next one.
 *
 * Out: a number that stays the same until the callbacks of `process.nextTick` run, and how much was written before the
 * present one. Costs one such callback for each tick in which somebody asks to have it marked.
 */
import { nextTick } from '../node/timers.js';

let tick = 1;
let isMarked = false;

function endTick(): void {
  tick++;
  isMarked = false;
}

/** The present tick, which is over when the next callbacks run. */
function markTick(): number {
  if (!isMarked) {
    isMarked = true;
    nextTick(endTick);
  }
  return tick;
}

function currentTick(): number {
  return tick;
}

/** How many of the bytes that wait would have left by now on `node:http`. */
export class WaitingByTick {
  #tick = 0;
  /** Bytes that waited when the tick of the last write began, and after that write. */
  #earlier = 0;
  #latest = 0;

  /** @param length - the bytes that wait after a write */
  note(length: number): void {
    const tick = markTick();
    if (tick !== this.#tick) {
      this.#tick = tick;
      this.#earlier = this.#latest;
    }
    this.#latest = length;
  }

  /** Nothing waits any more. */
  clear(): void {
    this.#earlier = 0;
    this.#latest = 0;
  }

  /** Whether the last write was in the present tick. */
  get isPresent(): boolean {
    return this.#tick === currentTick();
  }

  /** Bytes that were written before the present tick. */
  get before(): number {
    return this.isPresent ? this.#earlier : this.#latest;
  }
}
