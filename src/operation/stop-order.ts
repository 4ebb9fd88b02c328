/**
 * The order in which workers stop together. In: workers. Out: each is stopped, one of them last. Workers accept from one socket,
 * and only who is alone there can know that nobody waits to be accepted any more: the others leave those to it, and touch
 * nothing that it accepts from.
 */
import type { PoolWorker } from './pool-worker.js';

/** Milliseconds in which workers that stop say that they accept no more: one that is busy hears of it late. */
const patience = 5000;

/** How one of several stops. */
export interface Place {
  /** Nobody else accepts connections at some address of its. */
  last: boolean;
  /** No other accepts any more. */
  alone: boolean;
}

/** @param stop - stops one */
export async function stopTogether(
  workers: readonly PoolWorker[],
  stop: (worker: PoolWorker, place: Place) => void,
): Promise<void> {
  for (const worker of workers) worker.letGoOfSockets();
  const accepting = workers.filter(
    ({ state, listens }) => state === 'ready' || (state === 'starting' && listens),
  );
  const last = accepting.find(({ state }) => state === 'ready') ?? accepting[0];
  const others = workers.filter((worker) => worker !== last);
  for (const worker of others) stop(worker, { last: !last?.listensWhere(worker), alone: false });
  await saidByAll(others);
  if (last) stop(last, { last: true, alone: true });
}

/** Resolves once all of them accept no more, or the time for it is over. */
function saidByAll(workers: readonly PoolWorker[]): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, patience);
    void Promise.all(workers.map((worker) => worker.acceptsNoMore)).then(() => {
      clearTimeout(late);
      resolve();
    });
  });
}
