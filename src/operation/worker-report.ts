/**
 * What a process that serves tells of itself. In: its servers, observed from the moment this is made. Out: figures, small
 * enough to be sent each second, and once more at the end. Costs nothing where nobody asks for it.
 */

import { CountingCells, type KeptSeries } from './metrics/kept-counts.js';
import { CountedMetrics, type MetricsDelta } from './metrics/metrics.js';
import { observeServers } from './observing.js';

export interface WorkerReport {
  /** Seconds since the process started. */
  uptime: number;
  /** Requests since then. */
  requests: number;
  /** What was added to the metrics since the report before, and what is as it is. */
  metrics: MetricsDelta;
}

/** Under which name the number of requests is kept. */
const keptRequests = 'requests';

/** The number of requests in what was kept of a process; 0 where nothing was. */
export const requestsIn = (kept: readonly KeptSeries[]): number =>
  kept.find(([name]) => name === keptRequests)?.[2][0] ?? 0;

/** Milliseconds between two reports. */
const interval = 1000;

export class Reporter {
  readonly #metrics: CountedMetrics;
  readonly #requests: Float64Array;

  /** Observes every server that is made from now on. */
  constructor() {
    const cells = new CountingCells();
    this.#metrics = new CountedMetrics(cells);
    this.#requests = cells.allocate(keptRequests, '', 1);
    const requests = this.#requests;
    observeServers({
      exchangeOpened() {
        requests[0] = (requests[0] as number) + 1;
      },
      ...(cells.isKept && { exchangeClosed: () => cells.changed() }),
    });
  }

  read(): WorkerReport {
    return {
      uptime: Math.round(process.uptime()),
      requests: this.#requests[0] as number,
      metrics: this.#metrics.take(),
    };
  }

  /** Hands a report over each second. */
  each(tell: (report: WorkerReport) => void): void {
    setInterval(() => tell(this.read()), interval).unref();
  }
}
