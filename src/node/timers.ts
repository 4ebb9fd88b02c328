/**
 * Node's own timers and clocks, as they were when this was loaded.
 *
 * Tests put others in their place (fake clocks), also in `node:timers`; what must be delivered can't wait for a clock
 * that somebody has stopped.
 */
import timers from 'node:timers';

export const { setImmediate, setTimeout, setInterval, clearTimeout, clearInterval } = timers;
export const { nextTick } = process;

/** The longest time in ms that a timer waits; one that is set for longer strikes at once. */
export const LONGEST_WAIT = 2 ** 31 - 1;

const OwnDate = Date;

/** The time in ms, as `Date.now()`. */
export const now = (): number => OwnDate.now();

export const currentDate = (): Date => new OwnDate();
