// How long the process of the clients had no turn. A client that stands still for longer than a server that stops leaves its
// connections sends on one that is closed, and has lost its request: that is the machine's doing, and is told beside what was lost.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const resolution = 10;

/** Begins to look. Returns what ends it, with the milliseconds of the longest time without a turn. */
export function watchStandstill() {
  const delays = monitorEventLoopDelay({ resolution });
  delays.enable();
  return () => {
    delays.disable();
    return Math.round(delays.max / 1e6);
  };
}
