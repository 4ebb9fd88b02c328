/**
 * A pool of workers that serve the same addresses, over node:cluster. In: how many, and how to start one; words to
 * replace or to stop them all. Out: what happened, as events. Nobody is refused while a worker is replaced: the successor
 * serves before the one it replaces is asked to stop, and what fails to start replaces nobody.
 */
import type { Address } from 'node:cluster';
import type { PoolListener, PoolOptions } from './pool-terms.js';
import type { CertificateMessage, Ending, PoolWorker, WorkerListener, WorkerState } from './pool-worker.js';
import { longestHold, StartGate } from './start-gate.js';
import { stopTogether } from './stop-order.js';
import { echo } from './stop-request.js';
import type { WorkerLimits } from './worker-limits.js';
import type { StopTerms } from './worker-messages.js';
import type { WorkerReport } from './worker-report.js';
import { WorkerStarter } from './worker-starter.js';

export class WorkerPool implements WorkerListener {
  readonly #options: PoolOptions;
  readonly #listener: PoolListener;
  readonly #starter: WorkerStarter;
  readonly #workers = new Set<PoolWorker>();
  readonly #gate = new StartGate(() => this.#reconcile());
  #generation = 1;
  /** Why the workers of older generations are being replaced; undefined when they are not. */
  #replacing: string | undefined;
  #everReady = false;
  #stopping = false;
  /** Ended workers that hold the sockets, since nobody else does: who connects waits for their successors. */
  readonly #holding = new Set<PoolWorker>();
  #onEmpty: (() => void) | undefined;

  constructor(options: PoolOptions, listener: PoolListener) {
    this.#options = options;
    this.#listener = listener;
    this.#starter = new WorkerStarter(options);
  }

  /** The workers that are there, in whatever state. */
  get workers(): ReadonlySet<PoolWorker> {
    return this.#workers;
  }

  /** Whether the sockets are held though nobody serves. */
  get holdsSockets(): boolean {
    return this.#holding.size > 0;
  }

  get generation(): number {
    return this.#generation;
  }

  /** How many serve, and are not being stopped. */
  get serving(): number {
    return this.#in('ready').length;
  }

  start(): void {
    this.#reconcile();
  }

  /** Changes the arguments of the workers that are started from now on. */
  setArguments(args: readonly string[]): void {
    this.#starter.setArguments(args);
  }

  /** Replaces all workers, one after the other. What does not listen yet makes way at once. */
  replaceAll(cause: string): void {
    if (this.#stopping) return;
    this.#generation++;
    this.#replacing = cause;
    this.#gate.open();
    for (const worker of this.#in('starting')) {
      // Where nobody waits for a change of the code, one that listens will be ready in a moment, may be the only one that
      // serves, and is replaced like the others then.
      if (!worker.listens || this.#options.awaitsChange) this.#end(worker, this.#options.replaced);
    }
    this.#reconcile();
  }

  /** Lets every worker finish its answers and end. Resolves with the number of connections that were cut. */
  async stop(): Promise<number> {
    this.#stopping = true;
    this.#letGoOfSockets();
    this.#gate.open();
    const all = [...this.#workers];
    await stopTogether(all, (worker, place) => this.#end(worker, { ...this.#options.stopped, ...place }));
    if (this.#workers.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
    }
    return all.reduce((sum, { cut }) => sum + cut, 0);
  }

  /** Ends all workers without a word. */
  killAll(): void {
    for (const worker of this.#workers) worker.kill();
  }

  #in(state: WorkerState): PoolWorker[] {
    return [...this.#workers].filter((worker) => worker.state === state);
  }

  /** Whether a worker is to be replaced by a newer one. */
  #isOutdated({ generation, wornBy }: PoolWorker): boolean {
    return wornBy !== undefined || (this.#replacing !== undefined && generation < this.#generation);
  }

  /** Starts what is missing: all vacant places once one serves, and successors one after the other. */
  #reconcile(): void {
    if (this.#stopping || !this.#gate.isOpen) return;
    const starting = this.#in('starting').length;
    const ready = this.#in('ready');
    const vacant = this.#options.workers - ready.length - starting;
    const outdated = ready.some((worker) => this.#isOutdated(worker));
    let count = 0;
    if (vacant > 0) count = ready.length > 0 ? vacant : 1 - starting;
    else if (outdated && starting === 0) count = 1;
    for (; count > 0; count--) this.#fork();
  }

  #fork(): void {
    const role = { isFirst: !this.#everReady, generation: this.#generation };
    const worker = this.#starter.start(role, this.#workers, this);
    this.#workers.add(worker);
    this.#listener.forked?.(worker);
  }

  /** Lets one finish its answers: it may have been given requests before it could say that it listens. */
  #end(worker: PoolWorker, terms: StopTerms): void {
    worker.retire(terms);
    // One that has not got so far as to hear of it ends by that.
    if (!worker.listens) worker.terminate();
  }

  listening(worker: PoolWorker, address: Address): void {
    this.#listener.listening?.(worker, address);
  }

  ready(): void {
    if (!this.#everReady) this.#listener.event({ type: 'started' });
    this.#everReady = true;
    this.#letGoOfSockets();
    const ready = this.#in('ready');
    const surplus = ready.length - this.#options.workers;
    const outdated = ready.filter((worker) => this.#isOutdated(worker));
    for (const worker of outdated.slice(0, Math.max(surplus, 0))) {
      worker.retire(this.#options.replaced);
      // That of one that was worn has been told.
      if (worker.wornBy === undefined)
        this.#listener.event({ type: 'succeeded', cause: this.#replacing ?? '' });
    }
    this.#tellIfReplaced();
    this.#reconcile();
  }

  #tellIfReplaced(): void {
    const cause = this.#replacing;
    const ready = this.#in('ready');
    if (cause === undefined || ready.length < this.#options.workers) return;
    if (ready.some(({ generation }) => generation < this.#generation)) return;
    this.#replacing = undefined;
    this.#listener.event({ type: 'replaced', cause });
  }

  worn(worker: PoolWorker, reason: string, limit: keyof WorkerLimits): void {
    const pause = limit === 'memory' ? this.#gate.pauseOfFull(worker.startedAt) : 0;
    setTimeout(() => {
      if (worker.wornBy !== undefined || worker.state !== 'ready') return;
      worker.wornBy = reason;
      this.#listener.event({ type: 'worn', pid: worker.pid, reason });
      this.#reconcile();
    }, pause * 1000).unref();
  }

  alwaysFull({ generation }: PoolWorker, memory: number): void {
    this.#listener.event({ type: 'always full', generation, memory });
  }

  /** Whoever signals a group signals the parent as well: only one that is still alone after that is replaced. */
  signalled(worker: PoolWorker, signal: string): void {
    setTimeout(() => {
      if (this.#stopping || worker.state !== 'ready') return;
      worker.wornBy = signal;
      const ending = { exitCode: 0, signal, trouble: false, late: false };
      this.#listener.event({ type: 'ended', pid: worker.pid, ending, again: 0 });
      this.#reconcile();
    }, echo);
  }

  /** One that its program has closed serves nobody: it may finish, as if another served in its place. */
  listensNoMore(worker: PoolWorker): void {
    // Whoever signals a group signals the parent as well, and programs may close their servers by themselves then.
    setTimeout(() => {
      if (this.#stopping || worker.state !== 'ready') return;
      const isTold = worker.wornBy !== undefined;
      worker.retire(this.#options.replaced);
      if (isTold) return this.#reconcile();
      const { pid, startedAt } = worker;
      if (this.#options.awaitsChange) {
        this.#gate.closeUntilChange();
        this.#listener.event({ type: 'listens no more', pid, again: 'at a change' });
        return;
      }
      const again = this.#pauseAfter(startedAt);
      this.#listener.event({ type: 'listens no more', pid, again });
      this.#gate.close(again);
      this.#reconcile();
    }, echo);
  }

  stuck({ pid }: PoolWorker, seconds: number): void {
    this.#listener.event({ type: 'stuck', pid, seconds });
  }

  finishing(): void {
    if (!this.#stopping) return;
    const connections = this.#in('retiring').reduce((sum, worker) => sum + worker.connections, 0);
    this.#listener.event({ type: 'finishing', connections });
  }

  reported(worker: PoolWorker, report: WorkerReport): void {
    this.#listener.reported?.(worker, report);
  }

  message(worker: PoolWorker, message: unknown): void {
    this.#listener.message?.(worker, message);
  }

  ofCertificates(worker: PoolWorker, message: CertificateMessage): void {
    this.#listener.ofCertificates?.(worker, message);
  }

  ended(worker: PoolWorker, before: WorkerState, ending: Ending): void {
    const known = this.#workers.delete(worker);
    this.#listener.gone?.(worker, worker.takeCounts());
    if (this.#workers.size === 0) this.#onEmpty?.();
    const isMissed = known && !this.#stopping && before !== 'retiring';
    // One that listens may have answered somebody before it could say that it is ready.
    const isKilledServing = worker.listens && ending.signal === 'SIGKILL' && !ending.late;
    if (isMissed && (before === 'ready' || isKilledServing)) this.#lost(worker, ending);
    else if (isMissed) this.#failedToStart(worker, ending);
    if (!this.#holding.has(worker)) worker.letGoOfSockets();
    if (isMissed) this.#reconcile();
  }

  #letGoOfSockets(): void {
    for (const worker of this.#holding) worker.letGoOfSockets();
    this.#holding.clear();
  }

  /** One that served is gone. */
  #lost(worker: PoolWorker, ending: Ending): void {
    const { pid, startedAt, wornBy } = worker;
    // It went by itself when it was told to, after that was said.
    if (wornBy !== undefined && wornBy === ending.signal) return;
    if (this.#options.awaitsChange && ending.signal === undefined) {
      this.#gate.closeUntilChange();
      this.#listener.event({ type: 'ended', pid, ending, again: 'at a change' });
      return;
    }
    const again = this.#pauseAfter(startedAt, ending.signal === 'SIGKILL');
    if (this.serving === 0 && again <= longestHold) this.#holding.add(worker);
    this.#listener.event({ type: 'ended', pid, ending, again });
    this.#gate.close(again);
  }

  /** While others serve, one that served is replaced at once. */
  #pauseAfter(startedAt: number, isKilled = false): number {
    return this.serving > 0 ? 0 : this.#gate.pauseAfter(startedAt, isKilled);
  }

  #failedToStart(worker: PoolWorker, ending: Ending): void {
    const { awaitsChange } = this.#options;
    // What served once may serve again: a file that is being replaced comes back, a port is let go of.
    if (!this.#everReady && (ending.trouble || !awaitsChange)) {
      this.#stopping = true;
      this.#letGoOfSockets();
      this.#listener.event({ type: 'gave up', exitCode: ending.exitCode || 1, ending });
      return;
    }
    const killed = ending.signal !== undefined && !ending.late;
    const isSuccessor = this.#replacing !== undefined && this.serving > 0;
    if (awaitsChange ? !killed : isSuccessor) {
      this.#letGoOfSockets();
      this.#replacing = undefined;
      if (awaitsChange) this.#gate.closeUntilChange();
      this.#listener.event({ type: 'failed', ending });
      return;
    }
    const again = this.#gate.pauseAfter(worker.startedAt);
    if (again > longestHold) this.#letGoOfSockets();
    this.#listener.event({ type: 'ended', pid: worker.pid, ending, again });
    this.#gate.close(again);
  }
}
