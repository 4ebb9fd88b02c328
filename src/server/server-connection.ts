/**
 * What a server asks of a connection, whatever version of HTTP that speaks. Types only.
 *
 * The events of its socket come through `SocketEvents`; time comes through its clock.
 */
import type { Server } from 'node:net';
import type { ServerSocket } from '../transport/server-socket.js';
import type { SocketEvents } from '../transport/socket-listeners.js';
import type { Place } from './linked-list.js';
import type { ConnectionObservation } from './observation.js';
import type { Swept, Timed } from './timeouts.js';

export interface ServerConnection extends SocketEvents {
  /** What the server's clocks know of it. */
  readonly clock: Timed & { since: number; requestStart: number; isLeaving: boolean };
  /** The exchanges that have a time of their own, beside the connection's. */
  readonly streams: Iterable<{ readonly clock: Swept }>;
  readonly server: Server;
  readonly socket: ServerSocket;
  readonly protocol: 'http/1.1' | 'h2';
  /** Among those of its server. */
  place: Place<ServerConnection> | null;
  /** Null where nobody observes the server. */
  observation: ConnectionObservation | null;
  /** Between two requests. */
  readonly isIdle: boolean;
  /** Nothing was ever received on it. */
  readonly isUnused: boolean;
  /** Milliseconds from one request to the next, of a client that is expected to send one and can't be told not to; else 0. */
  readonly pace: number;
  /** The server closes: says so to the client at once, where the protocol can. */
  shutdown(): void;
  /** It has left it for long enough: ends it where nothing is asked on it. */
  endGrace(): void;
  /** Gives up what the client doesn't take. Over HTTP/1.1 nothing does, as on node:http, but the socket's `timeout`. */
  checkProgress?(): void;
  /** Ends the connection after what was written. */
  close(): void;
  /** Ends it at once where it is idle; where all was answered, as soon as the answers have left. */
  closeIdle(): void;
}
