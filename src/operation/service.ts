/**
 * A service as one: its processes, what they have reported, and what those before them had. In: reports. Out: what the
 * admin listener shows. No figure that counts ever falls, and none waits for a process that is stuck.
 */
import type { AdminView } from './admin-server.js';
import { lifecycle } from './lifecycle.js';
import type { KeptSeries } from './metrics/kept-counts.js';
import { MetricTotals } from './metrics/metrics.js';
import { processStatus, type Reported, type ServiceStatus } from './service-status.js';
import { requestsIn, type WorkerReport } from './worker-report.js';

/** Milliseconds without a report after which a process does not count as one that answers. */
const patience = 10_000;

export interface ServiceProcess extends Reported {
  /** Its name in metrics: few, and used again. */
  name: string;
}

export class Service implements AdminView {
  readonly metrics = new MetricTotals();
  readonly #version: string;
  readonly #processes: () => Iterable<ServiceProcess>;
  readonly #generation: () => number;
  /** Requests of processes that are gone. */
  #requestsBefore = 0;

  /**
   * @param processes those that there are at the moment
   * @param generation of the newest of them
   */
  constructor(version: string, processes: () => Iterable<ServiceProcess>, generation: () => number) {
    this.#version = version;
    this.#processes = processes;
    this.#generation = generation;
  }

  /** A process has told of itself. */
  record(process: ServiceProcess, report: WorkerReport): void {
    process.report = report;
    process.reportedAt = Date.now();
    this.metrics.add(process.name, report.metrics);
  }

  /**
   * A process is gone.
   * @param kept what it had counted, where that is known
   */
  forget({ name, report }: ServiceProcess, kept: readonly KeptSeries[] = []): void {
    this.#requestsBefore += Math.max(report?.requests ?? 0, requestsIn(kept));
    this.metrics.forget(name, kept);
  }

  isAlive(): boolean {
    if (lifecycle.stage === 'starting') return true;
    const heard = ({ reportedAt, startedAt }: ServiceProcess) =>
      Date.now() - Math.max(reportedAt, startedAt) < patience;
    return [...this.#processes()].some(heard);
  }

  status(): ServiceStatus {
    const workers = [...this.#processes()].map(processStatus);
    const isSome = (stage: string) => workers.some(({ state }) => state === stage);
    // One that serves alone and has closed its servers is followed by no other.
    const unserved = isSome('stopping') ? 'stopping' : 'starting';
    const sum = (of: (worker: (typeof workers)[number]) => number) =>
      workers.reduce((total, worker) => total + of(worker), 0);
    return {
      stage: lifecycle.stage === 'ready' && !isSome('ready') ? unserved : lifecycle.stage,
      version: this.#version,
      node: process.version,
      pid: process.pid,
      uptime: Math.round(process.uptime()),
      generation: this.#generation(),
      requests: this.#requestsBefore + sum(({ requests }) => requests),
      connections: sum(({ connections }) => connections),
      workers,
    };
  }
}
