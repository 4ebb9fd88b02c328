/**
 * The metrics of a process, and those of all processes of a service.
 *
 * In each process `CountedMetrics` observes its servers, and gives what was added since the last time: each second, and
 * once more at its end. Whoever is scraped owns `MetricTotals`, to which all of that is added: no counter falls when a
 * process ends, and no process that is stuck keeps a scrape waiting.
 */
import { observeServers } from '../observing.js';
import { type ExpositionFormat, expose } from './exposition.js';
import type { CountingCells, KeptSeries } from './kept-counts.js';
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
  readonly #tally: Tally;
  readonly #servers: ServerMetrics;
  readonly #process: ProcessMetrics;

  /** Observes every server that is made from now on. */
  constructor(cells: CountingCells) {
    this.#tally = new Tally((family, labels, length) => cells.allocate(family, labels, length));
    this.#servers = new ServerMetrics(this.#tally);
    this.#process = new ProcessMetrics(this.#tally);
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
  /** What was added for each process that there is. */
  readonly #ofProcesses = new Map<string, Tally>();

  /** @param worker - the name of the process, which is its `worker` label: few, and used again after its end */
  add(worker: string, { added, gauges }: MetricsDelta): void {
    this.#tally.add(added);
    this.#gauges.set(worker, gauges);
    let own = this.#ofProcesses.get(worker);
    if (own === undefined) {
      own = new Tally();
      this.#ofProcesses.set(worker, own);
    }
    own.add(added);
  }

  /**
   * A process has ended: what it counted stays, what it was does not.
   * @param kept - all that it counted, where that is known: its last report may have been some time ago
   */
  forget(worker: string, kept: readonly KeptSeries[] = []): void {
    this.#tally.add((this.#ofProcesses.get(worker) ?? new Tally()).upTo(kept));
    this.#ofProcesses.delete(worker);
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
