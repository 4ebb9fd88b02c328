/**
 * A connection without TLS on a server that speaks HTTP/2 too, until its first bytes tell which it is (RFC 9113 §3.3).
 *
 * In: the socket's first events. Out: the connection of the protocol that its client speaks, with every byte that came,
 * however they were cut. HTTP/2 begins with a preface that begins no request of HTTP/1.1; whatever happens before it is
 * complete happens to HTTP/1.1. Keeps no byte: those that it has seen are the preface's.
 */
import type { Buffer } from 'node:buffer';
import { CONNECTION_PREFACE } from '../http2/protocol.js';
import type { ServerSocket } from '../transport/server-socket.js';
import { handOver } from '../transport/socket-listeners.js';
import { type ClockedConnection, ConnectionClock } from './connection-clock.js';
import { type HttpServer, kEngine } from './http-server.js';
import type { Place } from './linked-list.js';
import type { ConnectionObservation } from './observation.js';
import { observeConnection } from './observers.js';
import type { ServerConnection } from './server-connection.js';

export interface ConnectionConstructor {
  new (server: HttpServer, socket: ServerSocket): ServerConnection;
}

/** The protocols of a server. */
export interface Protocols {
  readonly Http1Connection: ConnectionConstructor;
  readonly Http2Connection: ConnectionConstructor;
}

const NO_STREAMS: Iterable<never> = Object.freeze([]);

export class UndecidedConnection implements ServerConnection, ClockedConnection {
  readonly server: HttpServer;
  readonly socket: ServerSocket;
  readonly clock: ConnectionClock;
  /** What is told of it while nothing else is known. */
  readonly protocol = 'http/1.1';
  readonly streams = NO_STREAMS;
  readonly headComplete = false;
  readonly isIdle = false;
  readonly isUnused = true;
  readonly bodyBytesLeft = 0;
  readonly pace = 0;
  readonly #protocols: Protocols;
  place: Place<ServerConnection> | null = null;
  /** Bytes of the preface that have come. */
  #matched = 0;
  /** What it has become. */
  #decided: ServerConnection | null = null;

  constructor(server: HttpServer, socket: ServerSocket, protocols: Protocols) {
    this.server = server;
    this.socket = socket;
    this.#protocols = protocols;
    this.clock = new ConnectionClock(this);
  }

  /** Whoever observes hears of it when it is known what it speaks. */
  get observation(): ConnectionObservation | null {
    return null;
  }

  set observation(_observation) {}

  receiveLent(chunk: Buffer): void {
    if (this.#isUndecided(chunk)) return;
    this.#decide(chunk).receiveLent(chunk);
  }

  receive(chunk: Buffer, fresh: boolean): void {
    if (this.#isUndecided(chunk)) return;
    this.#decide(chunk).receive(chunk, fresh);
  }

  /** The bytes were lent to it, and it has handed them on. */
  overrun(): void {
    this.#decided?.overrun();
  }

  #isUndecided(chunk: Buffer): boolean {
    const end = this.#matched + chunk.length;
    if (end >= CONNECTION_PREFACE.length || !this.#continues(chunk)) return false;
    this.#matched = end;
    return true;
  }

  /** Whether the preface goes on with this, as far as that reaches. */
  #continues(chunk: Buffer): boolean {
    const end = Math.min(this.#matched + chunk.length, CONNECTION_PREFACE.length);
    return CONNECTION_PREFACE.compare(chunk, 0, end - this.#matched, this.#matched, end) === 0;
  }

  #decide(chunk: Buffer): ServerConnection {
    const { Http1Connection, Http2Connection } = this.#protocols;
    return this.#become(this.#continues(chunk) ? Http2Connection : Http1Connection);
  }

  #become(Connection: ConnectionConstructor): ServerConnection {
    const { server, socket } = this;
    const { connections, observer } = server[kEngine];
    const connection = new Connection(server, socket);
    this.#decided = connection;
    // Who sends a byte from time to time is not given more time for it.
    connection.clock.requestStart = this.clock.requestStart;
    connection.clock.since = this.clock.since;
    if (this.clock.isLeaving) connection.shutdown();
    this.clock.stop();
    this.place?.remove();
    connection.place = connections.add(connection);
    if (observer !== null) observeConnection(connection, observer);
    handOver(socket, connection);
    if (this.#matched > 0) connection.receive(CONNECTION_PREFACE.subarray(0, this.#matched), false);
    return connection;
  }

  #becomeHttp1(): ServerConnection {
    return this.#become(this.#protocols.Http1Connection);
  }

  onEndOfInput(): void {
    this.#becomeHttp1().onEndOfInput();
  }

  onDrain(): void {}

  onTimeout(): void {
    this.#becomeHttp1().onTimeout();
  }

  onRequestTimeout(): void {
    this.#becomeHttp1().clock.onRequestTimeout();
  }

  refuse(error: Error, atOnce: boolean): void {
    this.#becomeHttp1().refuse(error, atOnce);
  }

  onClose(): void {
    this.clock.stop();
  }

  onSent(): void {
    this.clock.stop();
  }

  free(): void {
    this.place?.remove();
  }

  shutdown(): void {
    this.clock.isLeaving = true;
  }

  endGrace(): void {
    this.close();
  }

  closeIdle(): void {}

  close(): void {
    this.#becomeHttp1().close();
  }
}
