/**
 * How a worker of a pool is started. In: what each of them runs, and what this one is for. Out: a worker that starts, under a
 * name that no other of the pool has.
 */
import cluster from 'node:cluster';
import { KeptCounts } from './metrics/kept-counts.js';
import { type BootTerms, PoolWorker, type WorkerListener } from './pool-worker.js';
import { first, further, workerVariable } from './worker-role.js';

export interface StartTerms extends BootTerms {
  /** The module that each worker runs, and its arguments. */
  exec: string;
  args: readonly string[];
  /** Further variables of their environment. */
  env?: NodeJS.ProcessEnv;
  /** What they count is to be known however they end. */
  keepsCounts?: boolean;
}

/** Accepting is cheapest where the kernel hands each connection to one of those who wait for it. */
function chooseScheduling(): void {
  if (process.env.NODE_CLUSTER_SCHED_POLICY) return;
  cluster.schedulingPolicy = process.platform === 'linux' ? cluster.SCHED_NONE : cluster.SCHED_RR;
}

export class WorkerStarter {
  readonly #terms: StartTerms;

  constructor(terms: StartTerms) {
    this.#terms = terms;
    chooseScheduling();
    cluster.setupPrimary({ exec: terms.exec, args: [...terms.args] });
  }

  /** Changes the arguments of those that are started from now on. */
  setArguments(args: readonly string[]): void {
    cluster.setupPrimary({ args: [...args] });
  }

  /**
   * @param role whether none has served before it, and its generation
   * @param others those that there are
   */
  start(
    { isFirst, generation }: { isFirst: boolean; generation: number },
    others: Iterable<PoolWorker>,
    listener: WorkerListener,
  ): PoolWorker {
    const { env, keepsCounts } = this.#terms;
    const counts = keepsCounts ? KeptCounts.open() : undefined;
    if (counts) cluster.setupPrimary({ stdio: counts.stdio });
    const role = isFirst ? first : further;
    const child = cluster.fork({ ...env, ...counts?.environment, [workerVariable]: role });
    return new PoolWorker(child, { name: freeName(others), generation, counts }, listener, this.#terms);
  }
}

function freeName(others: Iterable<PoolWorker>): string {
  const taken = new Set(Array.from(others, ({ name }) => name));
  let number = 1;
  while (taken.has(String(number))) number++;
  return String(number);
}
