/**
 * Limits after which a worker is to be replaced, for programs that grow. In: limits. Out: one call, with which and what was there. They
 * are drawn a tenth lower or higher in each worker, or all that began together would be replaced together.
 */
import { lifecycle } from './lifecycle.js';
import { observeServers } from './observing.js';

/** A limit that has been reached, with what there is: requests, or bytes. */
export type ReachedLimit = { requests: number } | { memory: number };

export interface WorkerLimits {
  /** Requests that it serves. */
  requests?: number | undefined;
  /** Bytes of memory that it holds (its resident set). */
  memory?: number | undefined;
}

/** What is told of the limits. */
export interface LimitListener {
  /** One of them has been reached: once. */
  reached(limit: ReachedLimit): void;
  /** So many bytes are held before anybody was served: more than there may be, so that no successor could do better. */
  alwaysFull(memory: number): void;
}

/** Milliseconds between two looks at the memory. */
const interval = 1000;

/**
 * Tells when one of the limits has been reached. Counts the requests of servers that are made from now on, and looks at the
 * memory from the moment in which the process serves.
 * @param random a number from 0 to 1
 */
export function watchLimits(
  { requests, memory }: WorkerLimits,
  { reached, alwaysFull }: LimitListener,
  random = Math.random,
): void {
  let told = false;
  const tell = (limit: ReachedLimit) => {
    if (!told) reached(limit);
    told = true;
  };
  const share = 0.9 + 0.2 * random();
  if (requests !== undefined) {
    const limit = Math.max(1, Math.round(requests * share));
    let count = 0;
    observeServers({
      exchangeOpened: () => {
        if (++count === limit) tell({ requests: limit });
      },
    });
  }
  if (memory === undefined) return;
  const limit = memory * share;
  lifecycle.onChange((stage) => {
    if (stage !== 'ready') return;
    const atFirst = process.memoryUsage.rss();
    if (atFirst >= limit) return alwaysFull(atFirst);
    const timer = setInterval(() => {
      const resident = process.memoryUsage.rss();
      if (resident < limit) return;
      clearInterval(timer);
      tell({ memory: resident });
    }, interval).unref();
  });
}
