/**
 * Tells one tick of the event loop from the next: what `node:http` writes leaves with the next one.
 *
 * Out: a number that stays the same until the callbacks of `process.nextTick` run. Costs one such callback for each
 * tick in which somebody asks to have it marked.
 */
import { nextTick } from '../node/timers.js';

let tick = 1;
let isMarked = false;

function endTick(): void {
  tick++;
  isMarked = false;
}

/** The present tick, which is over when the next callbacks run. */
export function markTick(): number {
  if (!isMarked) {
    isMarked = true;
    nextTick(endTick);
  }
  return tick;
}

export function currentTick(): number {
  return tick;
}
