/**
 * How a service does, as its operator sees it: one object for `/status`, `premier status`, and whoever reads JSON. Types
 * and one function; in: what processes have reported. Out: figures in the units that the names say.
 */
import type { Stage } from './stage.js';
import type { WorkerReport } from './worker-report.js';

export interface ProcessStatus {
  pid: number;
  state: string;
  /** How often all workers had been replaced when it was started, from 1. */
  generation: number;
  /** Seconds. */
  uptime: number;
  requests: number;
  active_requests: number;
  connections: number;
  event_loop_delay_ms: { p99: number; max: number };
  memory_bytes: { resident: number; heap: number };
  /** Seconds since it told of this, or else since it started; a process that is busy or stuck tells nothing. */
  reported_ago: number;
}

export interface ServiceStatus {
  stage: Stage;
  version: string;
  node: string;
  pid: number;
  /** Seconds. */
  uptime: number;
  generation: number;
  /** Requests of all processes that there were. */
  requests: number;
  connections: number;
  workers: ProcessStatus[];
}

/** What is known of one process. */
export interface Reported {
  pid: number;
  state: string;
  generation: number;
  /** ms since the epoch. */
  startedAt: number;
  report: WorkerReport | undefined;
  /** When that came (ms since the epoch). */
  reportedAt: number;
}

export function processStatus(process: Reported): ProcessStatus {
  const { pid, state, generation, startedAt, report, reportedAt } = process;
  const since = (moment: number) => Math.max(0, Math.round((Date.now() - moment) / 1000));
  const gauges = report?.metrics.gauges ?? {};
  const ms = (seconds = 0) => Math.round(seconds * 10_000) / 10;
  return {
    pid,
    state,
    generation,
    uptime: report?.uptime ?? since(startedAt),
    requests: report?.requests ?? 0,
    active_requests: gauges.http_server_active_requests ?? 0,
    connections: gauges.http_server_active_connections ?? 0,
    event_loop_delay_ms: {
      p99: ms(gauges.nodejs_eventloop_delay_p99_seconds),
      max: ms(gauges.nodejs_eventloop_delay_max_seconds),
    },
    memory_bytes: {
      resident: gauges.process_memory_usage_bytes ?? 0,
      heap: gauges.v8js_memory_heap_used_bytes ?? 0,
    },
    reported_ago: since(report ? reportedAt : startedAt),
  };
}
