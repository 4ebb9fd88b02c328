/**
 * Node's own timers and clocks, as they were when this was loaded.
 *
 * Tests put others in their place (fake clocks), also in `node:timers`; what must be delivered can't wait for a clock
 * that somebody has stopped.
 */
import timers from 'node:timers';

export const { setImmediate, setTimeout, setInterval, clearTimeout, clearInterval } = timers;
export const { nextTick } = process;

const OwnDate = Date;

/** The time in ms, as `Date.now()`. */
export const now = (): number => OwnDate.now();

export const currentDate = (): Date => new OwnDate();
