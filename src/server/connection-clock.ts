/**
 * A connection, as far as the clocks of its server are concerned: idle between two requests, or under way for so long.
 *
 * In: that a request begins or ends, and that everything was answered. Out: what times out. Keeps no timer of its own
 * but for the grace when its server closes.
 */
import { now, setImmediate, setTimeout } from '../node/timers.js';
import type { ServerSocket } from '../transport/server-socket.js';
import { type HttpServer, kEngine } from './http-server.js';
import type { Timed } from './timeouts.js';

/** What is clocked. */
export interface ClockedConnection {
  readonly server: HttpServer;
  readonly socket: ServerSocket;
  readonly isIdle: boolean;
  /** Whether the head of the request under way is complete. */
  readonly headComplete: boolean;
  close(): void;
  onTimeout(): void;
  onRequestTimeout(): void;
}

export class ConnectionClock implements Timed {
  idleSince = 0;
  previousIdle: Timed | null = null;
  nextIdle: Timed | null = null;
  /** When the request under way began; 0 when there is none. The first one is awaited from the start. */
  requestStart = now();
  readonly #connection: ClockedConnection;
  /** How often its server had closed when the connection came. */
  readonly #closings: number;

  constructor(connection: ClockedConnection) {
    this.#connection = connection;
    this.#closings = connection.server[kEngine].closings;
  }

  /** Whether its server closed since it came, or is closed: the connection ends after the response it is at. */
  get isLeaving(): boolean {
    const { closing, closings } = this.#connection.server[kEngine];
    return closing || closings !== this.#closings;
  }

  get headComplete(): boolean {
    return this.#connection.headComplete;
  }

  /** A request has begun to arrive and isn't complete. */
  requestArrives(): void {
    if (this.requestStart === 0) this.requestStart = now();
    this.leaveIdle();
  }

  requestEnds(): void {
    this.requestStart = 0;
  }

  /** The program knows that the request is late: it is not told again. */
  isTold(): void {
    this.requestStart = Number.POSITIVE_INFINITY;
  }

  /** A request waits for what was asked before it: neither is it late, nor is the connection idle. */
  requestWaits(): void {
    this.requestStart = Number.POSITIVE_INFINITY;
  }

  becomeIdle(): void {
    const { server, socket } = this.#connection;
    if (this.isLeaving) {
      // An answer from before said that the connection goes on: what the client is sending now is still served.
      setTimeout(closeIdleAfterReading, server.closingGrace, this.#connection).unref();
      return;
    }
    server[kEngine].idle.add(this);
    // What the server or a handler set for the time of a request is no limit of the time between two.
    if (this.idleSince !== 0 && socket.timeout) socket.setTimeout(0);
  }

  leaveIdle(): void {
    if (this.idleSince === 0) return;
    const { server, socket } = this.#connection;
    server[kEngine].idle.remove(this);
    if (server.timeout) socket.setTimeout?.(server.timeout);
  }

  /** Nothing is waited for any more. */
  stop(): void {
    this.requestStart = 0;
    this.#connection.server[kEngine].idle.remove(this);
  }

  onIdleTimeout(): void {
    this.#connection.onTimeout();
  }

  onRequestTimeout(): void {
    this.#connection.onRequestTimeout();
  }
}

/** What has arrived is read first: a busy server gets to its timers before its sockets. */
function closeIdleAfterReading(connection: ClockedConnection): void {
  setImmediate(closeIdle, connection);
}

function closeIdle(connection: ClockedConnection): void {
  if (connection.isIdle) connection.close();
}
