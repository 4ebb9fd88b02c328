/**
 * The clocks of a server: one timer for idle connections, one sweep for requests that don't get on.
 *
 * In: connections that fall idle or wake up, and the server's timeout settings as they are at that moment. Out: calls
 * of `onIdleTimeout` and `onRequestTimeout`. Costs two list operations a request and no timer of its own; keeps no
 * process alive.
 */
import { clearInterval, LONGEST_WAIT, now, setInterval, setTimeout } from '../node/timers.js';

/** What the sweep needs to know of a request that arrives. Times are `Date.now()` in ms. */
export interface Swept {
  /** When the request under way began; 0 when there is none. */
  readonly requestStart: number;
  /** Whether its head is complete. */
  readonly headComplete: boolean;
  onRequestTimeout(): void;
}

/** What is swept; `checkProgress` gives up what its client doesn't take. */
interface SweptConnection {
  readonly clock: Swept;
  checkProgress?(): void;
}

/** What the clocks need to know of a connection. */
export interface Timed extends Swept {
  idleSince: number;
  previousIdle: Timed | null;
  nextIdle: Timed | null;
  onIdleTimeout(): void;
}

export interface TimeoutSettings {
  keepAliveTimeout: number;
  keepAliveTimeoutBuffer: number;
  headersTimeout: number;
  requestTimeout: number;
  connectionsCheckingInterval: number;
}

const duration = (value: number, fallback = 0) => (Number.isFinite(value) && value >= 0 ? value : fallback);
const DEFAULT_BUFFER = 1000;

/**
 * How long a connection may be idle, in ms; 0: for ever. The hint given to clients plus the buffer: they should stop using a
 * connection before it is closed.
 */
export function idleTime({ keepAliveTimeout, keepAliveTimeoutBuffer }: TimeoutSettings): number {
  const time = duration(keepAliveTimeout);
  return time === 0 ? 0 : time + duration(keepAliveTimeoutBuffer, DEFAULT_BUFFER);
}

/** Connections between two requests, the one that has been idle longest first. */
export class IdleConnections {
  readonly #settings: TimeoutSettings;
  #first: Timed | null = null;
  #last: Timed | null = null;
  #armed = false;

  constructor(settings: TimeoutSettings) {
    this.#settings = settings;
  }

  add(connection: Timed): void {
    this.remove(connection);
    if (idleTime(this.#settings) === 0) return;
    connection.idleSince = now();
    connection.previousIdle = this.#last;
    if (this.#last === null) this.#first = connection;
    else this.#last.nextIdle = connection;
    this.#last = connection;
    if (!this.#armed) this.#arm(idleTime(this.#settings));
  }

  remove(connection: Timed): void {
    if (connection.idleSince === 0) return;
    const { previousIdle, nextIdle } = connection;
    if (previousIdle === null) this.#first = nextIdle;
    else previousIdle.nextIdle = nextIdle;
    if (nextIdle === null) this.#last = previousIdle;
    else nextIdle.previousIdle = previousIdle;
    connection.idleSince = 0;
    connection.previousIdle = null;
    connection.nextIdle = null;
  }

  #arm(delay: number): void {
    this.#armed = true;
    setTimeout(expireIdle, Math.min(Math.max(delay, 1), LONGEST_WAIT), this).unref();
  }

  /** Times out what has been idle for long enough, then sleeps until the next one's time. */
  expire(): void {
    this.#armed = false;
    const timeout = idleTime(this.#settings);
    const time = now();
    while (this.#first !== null) {
      const connection = this.#first;
      const remaining = connection.idleSince + timeout - time;
      if (remaining > 0) {
        this.#arm(remaining);
        return;
      }
      this.remove(connection);
      connection.onIdleTimeout();
    }
  }
}

function expireIdle(idle: IdleConnections): void {
  idle.expire();
}

/** Looks at all connections every `connectionsCheckingInterval` ms for requests that take too long to arrive, and answers to leave. */
export class RequestSweep {
  readonly #connections: Iterable<SweptConnection>;
  readonly #settings: TimeoutSettings;
  #interval: NodeJS.Timeout | undefined;

  constructor(connections: Iterable<SweptConnection>, settings: TimeoutSettings) {
    this.#connections = connections;
    this.#settings = settings;
  }

  start(): NodeJS.Timeout {
    this.stop();
    const interval = Math.min(this.#settings.connectionsCheckingInterval, LONGEST_WAIT);
    this.#interval = setInterval(sweepRequests, interval, this).unref();
    return this.#interval;
  }

  stop(): void {
    clearInterval(this.#interval);
  }

  sweep(): void {
    const headersTimeout = duration(this.#settings.headersTimeout);
    const requestTimeout = duration(this.#settings.requestTimeout);
    const time = now();
    for (const connection of this.#connections) {
      const { clock } = connection;
      connection.checkProgress?.();
      if (clock.requestStart === 0) continue;
      const age = time - clock.requestStart;
      const headLate = headersTimeout > 0 && !clock.headComplete && age >= headersTimeout;
      if (headLate || (requestTimeout > 0 && age >= requestTimeout)) clock.onRequestTimeout();
    }
  }
}

function sweepRequests(sweep: RequestSweep): void {
  sweep.sweep();
}
