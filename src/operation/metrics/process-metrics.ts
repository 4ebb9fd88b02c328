/**
 * What a process knows of itself: its event loop, garbage collection, memory and processor time.
 *
 * In: Node's own measurements. Out: counters in a tally, and gauges when somebody looks. Keeps no process alive.
 */
import {
  constants,
  monitorEventLoopDelay,
  type PerformanceEntry,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { type FamilyName, families } from './families.js';
import { label, observeValue, type Tally } from './tally.js';

export type Gauges = Partial<Record<FamilyName, number>>;

const GC_TYPES: Record<number, string> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

/** Milliseconds between two looks at the event loop: what is shorter is no delay. */
const RESOLUTION = 10;

export class ProcessMetrics {
  readonly #tally: Tally;
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  readonly #collections: PerformanceObserver;
  #utilization = performance.eventLoopUtilization();
  #cpu = { user: 0, system: 0 };

  constructor(tally: Tally) {
    this.#tally = tally;
    this.#delay.enable();
    this.#collections = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#countCollection(entry);
    });
    this.#collections.observe({ entryTypes: ['gc'] });
  }

  stop(): void {
    this.#delay.disable();
    this.#collections.disconnect();
  }

  #countCollection({ duration, detail }: PerformanceEntry & { detail?: unknown }): void {
    const { kind = 0 } = Object(detail) as { kind?: number };
    const labels = label('v8js_gc_type', GC_TYPES[kind] ?? 'other');
    const { bounds } = families.v8js_gc_duration_seconds;
    observeValue(this.#tally.cells('v8js_gc_duration_seconds', labels), bounds, duration / 1000);
  }

  /** Counts processor time, and gives what is as it is now; delays are those since the last time. */
  look(): Gauges {
    this.#countCpu();
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization);
    this.#utilization = now;
    const delay = this.#delay;
    // What it measures is the time from one look to the next: the delay is what is beyond that.
    const late = (nanoseconds: number) => Math.max(nanoseconds / 1e9 - RESOLUTION / 1000, 0);
    const seen = delay.count > 0;
    const gauges: Gauges = {
      nodejs_eventloop_delay_mean_seconds: seen ? late(delay.mean) : 0,
      nodejs_eventloop_delay_p99_seconds: seen ? late(delay.percentile(99)) : 0,
      nodejs_eventloop_delay_max_seconds: seen ? late(delay.max) : 0,
      nodejs_eventloop_utilization_ratio: Number.isFinite(utilization) ? utilization : 0,
      v8js_memory_heap_limit_bytes: getHeapStatistics().heap_size_limit,
      v8js_memory_heap_used_bytes: process.memoryUsage().heapUsed,
      process_memory_usage_bytes: process.memoryUsage.rss(),
    };
    delay.reset();
    return gauges;
  }

  #countCpu(): void {
    const now = process.cpuUsage();
    for (const mode of ['user', 'system'] as const) {
      const cells = this.#tally.cells('process_cpu_time_seconds', label('cpu_mode', mode));
      cells[0] = (cells[0] as number) + Math.max(now[mode] - this.#cpu[mode], 0) / 1e6;
    }
    this.#cpu = now;
  }
}
