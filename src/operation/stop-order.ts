/**
 * The order in which workers stop together. In: workers. Out: each is stopped, one of them last. Workers accept from one socket,
 * and only who is alone there can know that nobody waits to be accepted any more.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { PoolWorker } from './pool-worker.js';

/** Milliseconds in which workers that stop say that they accept no more; a program that stops in its own way says nothing. */
const patience = 500;

/** @param stop - stops one, which is alone where no other accepts any more */
export async function stopTogether(
  workers: readonly PoolWorker[],
  stop: (worker: PoolWorker, alone: boolean) => void,
): Promise<void> {
  for (const worker of workers) worker.letGoOfSockets();
  const accepting = workers.filter(
    ({ state, listens }) => state === 'ready' || (state === 'starting' && listens),
  );
  const last = accepting.find(({ state }) => state === 'ready') ?? accepting[0];
  const others = workers.filter((worker) => worker !== last);
  for (const worker of others) stop(worker, false);
  const accepted = Promise.all(others.map((worker) => worker.acceptsNoMore));
  await Promise.race([accepted, delay(patience, undefined, { ref: false })]);
  if (last) stop(last, true);
}
