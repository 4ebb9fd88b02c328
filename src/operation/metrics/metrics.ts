/**
 * The metrics of a process, and those of all processes of a service.
 *
 * In each process `CountedMetrics` observes its servers, and gives what was added since the last time: each second, and
 * once more at its end. Whoever is scraped owns `MetricTotals`, to which all of that is added: no counter falls when a
 * process ends, and no process that is stuck keeps a scrape waiting.
 */
import { observeServers } from '../observing.js';
import { type ExpositionFormat, expose } from './exposition.js';
import { type Gauges, ProcessMetrics } from './process-metrics.js';
import { ServerMetrics } from './server-metrics.js';
import { label, Tally, type TallyDelta } from './tally.js';

/** What a process tells of itself: what was added since the last time, and what is as it is. Can be sent as JSON. */
export interface MetricsDelta {
  added: TallyDelta;
  gauges: Gauges;
}

/** Counts in this process, for as long as it runs. */
export class CountedMetrics {
  readonly #tally = new Tally();
  readonly #servers = new ServerMetrics(this.#tally);
  readonly #process = new ProcessMetrics(this.#tally);

  /** Observes every server that is made from now on. */
  constructor() {
    observeServers(this.#servers);
  }

  take(): MetricsDelta {
    this.#servers.countOpen();
    const gauges = this.#process.look();
    gauges.http_server_active_requests = this.#servers.activeRequests;
    gauges.http_server_active_connections = this.#servers.activeConnections;
    return { added: this.#tally.take(), gauges };
  }

  /** Ends what looks at the process; servers are counted on. */
  stop(): void {
    this.#process.stop();
  }
}

/** What all processes have counted. */
export class MetricTotals {
  readonly #tally = new Tally();
  readonly #gauges = new Map<string, Gauges>();

  /** @param worker - the name of the process, which is its `worker` label: few, and used again after its end */
  add(worker: string, { added, gauges }: MetricsDelta): void {
    this.#tally.add(added);
    this.#gauges.set(worker, gauges);
  }

  /** A process has ended: what it counted stays, what it was does not. */
  forget(worker: string): void {
    this.#gauges.delete(worker);
  }

  /** A worker was replaced. */
  countRestart(reason: string): void {
    const cells = this.#tally.cells('premier_worker_restarts', label('reason', reason));
    cells[0] = (cells[0] as number) + 1;
  }

  /** What a scrape gets; its media type is in `contentTypes`. */
  text(format: ExpositionFormat): string {
    return expose(this.#tally, this.#gauges, format);
  }
}
