/**
 * What a process that serves tells of itself. In: its servers, observed from the moment this is made. Out: figures, small
 * enough to be sent each second, and once more at the end. Costs nothing where nobody asks for it.
 */

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

/** Milliseconds between two reports. */
const interval = 1000;

export class Reporter {
  readonly #metrics = new CountedMetrics();
  #requests = 0;

  /** Observes every server that is made from now on. */
  constructor() {
    observeServers({ requestHead: () => void this.#requests++ });
  }

  read(): WorkerReport {
    return {
      uptime: Math.round(process.uptime()),
      requests: this.#requests,
      metrics: this.#metrics.take(),
    };
  }

  /** Hands a report over each second. */
  each(tell: (report: WorkerReport) => void): void {
    setInterval(() => tell(this.read()), interval).unref();
  }
}
