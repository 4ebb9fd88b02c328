/**
 * How a process that serves does. In: its servers, and what Node tells of the process. Out: figures, cheap to take and
 * small to send. Requests are counted only once somebody asks for it.
 */
import { subscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Closable, openSockets } from './open-connections.js';

export interface WorkerStatus {
  /** Seconds since the process started. */
  uptime: number;
  /** Requests since then. */
  requests: number;
  /** Connections that are open. */
  connections: number;
  /** Milliseconds by which the event loop was late, since the report before: the 99th percentile, and the most. */
  delay: { p99: number; max: number };
  /** Bytes. */
  memory: { resident: number; heap: number };
}

/** Milliseconds between two looks at the event loop. */
const resolution = 20;

export class StatusProbe {
  readonly #servers: () => Iterable<Closable>;
  readonly #delay = monitorEventLoopDelay({ resolution });
  #requests = 0;

  /** @param servers those that listen at the moment */
  constructor(servers: () => Iterable<Closable>) {
    this.#servers = servers;
    this.#delay.enable();
    subscribe('http.server.request.start', () => {
      this.#requests++;
    });
  }

  read(): WorkerStatus {
    const { rss, heapUsed } = process.memoryUsage();
    const late = (nanoseconds: number) => Math.max(0, Math.round(nanoseconds / 1e5) / 10 - resolution) || 0;
    const delay = { p99: late(this.#delay.percentile(99)), max: late(this.#delay.max) };
    this.#delay.reset();
    return {
      uptime: Math.round(process.uptime()),
      requests: this.#requests,
      connections: openSockets(this.#servers()).size,
      delay,
      memory: { resident: rss, heap: heapUsed },
    };
  }
}
