/**
 * What a stream of HTTP/2 is used for, an exchange or a tunnel, and what it asks of the connection. Types only.
 */
import type { Buffer } from 'node:buffer';
import type { Stream } from '../../http2/stream.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import type { HttpServer } from '../http-server.js';
import type { ConnectionObservation, ExchangeObservation } from '../observation.js';
import type { Swept } from '../timeouts.js';

/** Hears what comes on its stream. */
export interface StreamUse {
  /** How long its request may take to arrive. */
  readonly clock: Swept;
  /** Where its connection has it. */
  place: number;
  /** Null where nobody observes. */
  readonly observed: ExchangeObservation | null;
  /** All was asked, and all of the answer was written. */
  readonly isAnswered: boolean;
  receive(data: Buffer): void;
  requestEnds(rawTrailers: string[]): void;
  /** @param withConnection - the stream was reset with all others, since the connection has ended */
  reset(withConnection: boolean): void;
  drain(): void;
}

/** The connection, as far as one of its streams goes. */
export interface StreamConnection {
  readonly server: HttpServer;
  readonly socket: ServerSocket;
  /** Null where nobody observes. */
  readonly observation: ConnectionObservation | null;
  /** Hands over what the socket takes. */
  flush(): void;
  /** What was received may outlive the present call. */
  keep(bytes: Buffer): Buffer;
  /** Memory of a program's own is to leave by the end of its tick. */
  bytesWait(): void;
  /** Whether so many octets more of a stream can leave by then. */
  canLeave(stream: Stream, octets: number): boolean;
  useOver(use: StreamUse): void;
}
