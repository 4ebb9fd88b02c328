/**
 * Counts what servers tell. In: their events. Out: numbers in a tally. A request costs some additions in arrays that are
 * found by an index; labels are made once for each series, of which there is a bounded number.
 */
import type { ObservedConnection, ObservedExchange, Refusal, ServerObserver } from '../../observe.js';
import { families } from './families.js';
import { label, observeValue, type Tally } from './tally.js';

/** Methods with a series of their own, as OpenTelemetry wants it: a client could send any number of others. */
const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
  '_OTHER',
];
const OTHER_METHOD = METHODS.length - 1;
/** Classes of status, by their first digit; the first is that of answers without one. */
const CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'];

/** Routes with a series of their own; a program might make them up from what clients send. */
const MOST_ROUTES = 200;
const OTHER_ROUTE = '_OTHER';

const { bounds } = families.http_server_request_duration_seconds;

/** What is known of a connection's bytes. */
interface Counted {
  read: number;
  written: number;
}

/** The route of a request: as Express tells it, or as the program says it (`request.route`). */
interface Routed {
  readonly route?: { readonly path?: unknown } | string;
  readonly baseUrl?: unknown;
}

export class ServerMetrics implements ServerObserver {
  readonly #tally: Tally;
  readonly #durations: (Float64Array | undefined)[] = [];
  readonly #routes = new Map<string, number>([['', 0]]);
  readonly #requestBytes: Float64Array;
  readonly #responseBytes: Float64Array;
  readonly #read: Float64Array;
  readonly #written: Float64Array;
  readonly #connections = new Map<ObservedConnection, Counted>();
  activeRequests = 0;

  constructor(tally: Tally) {
    this.#tally = tally;
    this.#requestBytes = tally.cells('http_server_request_body_bytes');
    this.#responseBytes = tally.cells('http_server_response_body_bytes');
    this.#read = tally.cells('http_server_io_bytes', label('network_io_direction', 'receive'));
    this.#written = tally.cells('http_server_io_bytes', label('network_io_direction', 'transmit'));
  }

  get activeConnections(): number {
    return this.#connections.size;
  }

  exchangeOpened(): void {
    this.activeRequests++;
  }

  exchangeClosed(exchange: ObservedExchange): void {
    this.activeRequests--;
    const seconds = (exchange.closedAt - exchange.startedAt) / 1000;
    observeValue(this.#durationsOf(exchange), bounds, seconds);
    add(this.#requestBytes, exchange.requestBytes);
    add(this.#responseBytes, exchange.responseBytes);
    if (exchange.outcome === 'aborted') add(this.#tally.cells('http_server_aborted_requests'), 1);
    else if (exchange.outcome === 'upgraded') add(this.#tally.cells('http_server_upgrades'), 1);
  }

  #durationsOf(exchange: ObservedExchange): Float64Array {
    const method = METHODS.indexOf(exchange.method);
    const known = method < 0 ? OTHER_METHOD : method;
    const statusClass = Math.trunc(exchange.status / 100);
    const route = this.#routeOf(exchange.request as Routed | null);
    const index = (route * METHODS.length + known) * CLASSES.length + statusClass;
    return this.#durations[index] ?? this.#newDurations(index, known, statusClass, route);
  }

  #newDurations(index: number, method: number, statusClass: number, route: number): Float64Array {
    const labels = [
      label('http_request_method', METHODS[method] as string),
      label('http_response_status_class', CLASSES[statusClass] ?? 'none'),
    ];
    const name = [...this.#routes.keys()][route] as string;
    if (name !== '') labels.push(label('http_route', name));
    const cells = this.#tally.cells('http_server_request_duration_seconds', labels.join(','));
    this.#durations[index] = cells;
    return cells;
  }

  #routeOf(request: Routed | null): number {
    const route = request?.route;
    if (route === undefined || route === null) return 0;
    const path = typeof route === 'string' ? route : route.path;
    if (typeof path !== 'string') return 0;
    const base = (request as Routed).baseUrl;
    const name = typeof base === 'string' ? base + path : path;
    const known = this.#routes.get(name);
    if (known !== undefined) return known;
    const isTooMany = this.#routes.size > MOST_ROUTES;
    if (isTooMany && this.#routes.has(OTHER_ROUTE)) return this.#routes.get(OTHER_ROUTE) as number;
    const index = this.#routes.size;
    this.#routes.set(isTooMany ? OTHER_ROUTE : name, index);
    return index;
  }

  connectionOpened(connection: ObservedConnection): void {
    this.#connections.set(connection, { read: 0, written: 0 });
    const version = label('network_protocol_version', connection.protocol === 'h2' ? '2' : '1.1');
    add(this.#tally.cells('http_server_connections', version), 1);
    if ((connection.socket as { encrypted?: boolean }).encrypted) this.#countHandshake('success');
  }

  connectionClosed(connection: ObservedConnection): void {
    const counted = this.#connections.get(connection);
    if (counted === undefined) return;
    this.#countBytes(connection, counted);
    this.#connections.delete(connection);
  }

  /** Bytes of connections that are open are counted when somebody looks. */
  countOpen(): void {
    for (const [connection, counted] of this.#connections) this.#countBytes(connection, counted);
  }

  #countBytes({ socket }: ObservedConnection, counted: Counted): void {
    const { bytesRead = 0, bytesWritten = 0 } = socket;
    add(this.#read, Math.max(bytesRead - counted.read, 0));
    add(this.#written, Math.max(bytesWritten - counted.written, 0));
    counted.read = bytesRead;
    counted.written = bytesWritten;
  }

  refused(_connection: ObservedConnection, { code }: Refusal): void {
    this.#countRefusal(code);
  }

  #countRefusal(code: string): void {
    add(this.#tally.cells('http_server_refused_requests', label('error_type', code)), 1);
  }

  handshakeFailed(_where: object, { code }: NodeJS.ErrnoException): void {
    if (code === 'ERR_PROXY_PROTOCOL') this.#countRefusal(code);
    else this.#countHandshake('failure');
  }

  #countHandshake(result: string): void {
    add(this.#tally.cells('tls_server_handshakes', label('result', result)), 1);
  }
}

function add(cells: Float64Array, amount: number): void {
  cells[0] = (cells[0] as number) + amount;
}
