/**
 * The metrics there are: one table. Names are OpenTelemetry's semantic conventions in Prometheus' spelling where there is
 * one: dots are underscores, the unit is at the end. A name that is here once never changes its meaning.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 */

interface Common {
  readonly help: string;
  /** Part of the name, as OpenMetrics asks for; none where what is counted has no unit. */
  readonly unit?: 'seconds' | 'bytes' | 'ratio';
}

/** What only grows. */
export interface CounterFamily extends Common {
  readonly type: 'counter';
}

export interface HistogramFamily extends Common {
  readonly type: 'histogram';
  /** Upper bounds, inclusive; beyond the last one is what is beyond all. */
  readonly bounds: readonly number[];
}

/** What is as it is: of all processes together, or of each. */
export interface GaugeFamily extends Common {
  readonly type: 'gauge';
  readonly of: 'all' | 'each';
}

export type Family = CounterFamily | HistogramFamily | GaugeFamily;

const counter = (help: string, unit?: Common['unit']): CounterFamily => ({
  type: 'counter',
  help,
  ...(unit && { unit }),
});
const gauge = (of: GaugeFamily['of'], help: string, unit?: Common['unit']): GaugeFamily => ({
  type: 'gauge',
  of,
  help,
  ...(unit && { unit }),
});

/** The bounds that OpenTelemetry advises for durations of HTTP. */
const durations = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export const families = {
  http_server_request_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    bounds: durations,
    help: 'From the first byte of a request until its answer has left, by method, route and class of status.',
  },
  http_server_aborted_requests: counter('Exchanges that the client or the program gave up before their end.'),
  http_server_refused_requests: counter('What the server refused by itself, by code.'),
  http_server_request_body_bytes: counter('Octets of bodies that came, without framing.', 'bytes'),
  http_server_response_body_bytes: counter('Octets of bodies that were handed on, without framing.', 'bytes'),
  http_server_io_bytes: counter(
    'Octets on the wire inside TLS, heads and framing included, by direction.',
    'bytes',
  ),
  http_server_connections: counter('Connections that came, by protocol.'),
  http_server_upgrades: counter('Connections that left HTTP for another protocol.'),
  tls_server_handshakes: counter('TLS handshakes, by result.'),
  http_server_active_requests: gauge('all', 'Exchanges that are under way.'),
  http_server_active_connections: gauge('all', 'Connections that are open and speak HTTP.'),
  nodejs_eventloop_delay_mean_seconds: gauge('each', 'How late the event loop was, on average.', 'seconds'),
  nodejs_eventloop_delay_p99_seconds: gauge(
    'each',
    'How late the event loop was, 99th percentile.',
    'seconds',
  ),
  nodejs_eventloop_delay_max_seconds: gauge('each', 'How late the event loop was at most.', 'seconds'),
  nodejs_eventloop_utilization_ratio: gauge(
    'each',
    'Part of the time in which the event loop was busy.',
    'ratio',
  ),
  v8js_gc_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    bounds: [0.0001, 0.001, 0.01, 0.1, 1],
    help: 'Pauses for garbage collection, by type.',
  },
  v8js_memory_heap_used_bytes: gauge('each', 'Memory of the heap that is used.', 'bytes'),
  v8js_memory_heap_limit_bytes: gauge('each', 'Memory that the heap may take.', 'bytes'),
  process_memory_usage_bytes: gauge('each', 'Memory that the process has (resident set).', 'bytes'),
  process_cpu_time_seconds: counter('Processor time, by mode.', 'seconds'),
  premier_worker_restarts: counter('Workers that were replaced, by reason.'),
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;

export const familyEntries = Object.entries(families) as [FamilyName, Family][];
