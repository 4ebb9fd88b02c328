/**
 * The pulse of the process and its servers, each second, while somebody looks. In: the recorder. Out: figures. Nothing runs
 * and nothing is measured while no page is open.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { PulseView } from './exchange-view.js';
import type { Recorder } from './recorder.js';
import { connectionView } from './snapshot.js';

const INTERVAL = 1000;

/** Connections that are listed; the newest. */
const MAX_LISTED = 200;

/** ms between two looks at the event loop; a timer is that late at least. */
const RESOLUTION = 10;

export class Pulse {
  readonly #recorder: Recorder;
  readonly #tell: (pulse: PulseView) => void;
  #timer: NodeJS.Timeout | null = null;
  #delay: ReturnType<typeof monitorEventLoopDelay> | null = null;

  constructor(recorder: Recorder, tell: (pulse: PulseView) => void) {
    this.#recorder = recorder;
    this.#tell = tell;
  }

  start(): void {
    if (this.#timer !== null) return;
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION });
    this.#delay.enable();
    this.#recorder.pace.take();
    this.#timer = setInterval(() => this.#tell(this.#take()), INTERVAL);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#delay?.disable();
    this.#delay = null;
  }

  #take(): PulseView {
    const { pace, connections } = this.#recorder;
    const { requests, errors, p50, p99 } = pace.take();
    const worst = (this.#delay?.max ?? 0) / 1e6;
    this.#delay?.reset();
    return {
      at: Date.now(),
      requestsPerSecond: requests,
      errorsPerSecond: errors,
      p50,
      p99,
      loopDelay: Math.max(0, worst - RESOLUTION),
      memory: process.memoryUsage.rss(),
      connectionCount: connections.size,
      connections: [...connections.values()].slice(-MAX_LISTED).map(connectionView),
    };
  }
}
