/**
 * Leaves HTTP: 'upgrade' and 'connect' (RFC 9110 §7.8, §9.3.6).
 *
 * In: the request that asked for it and what came after it. Out: the socket, as it was before the server had it, to
 * whoever listens; closed where nobody does. Where the Node in use reads the body of the request, what comes after it is
 * what comes after the body.
 */
import type { AsyncResource } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import type { IncomingMessage } from '../../message/incoming-message.js';
import { completeBody } from '../../message/request-body.js';
import { forgetFlowing } from '../../node/flowing.js';
import { readWrittenHead } from '../../node/written-head.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { leaveReading } from '../../transport/shared-reads.js';
import { detach } from '../../transport/socket-listeners.js';
import type { HttpServer } from '../http-server.js';
import type { ConnectionObservation, ExchangeObservation } from '../observation.js';
import { UpgradeStream } from './upgrade-stream.js';

const NOTHING = Buffer.alloc(0);

function upgradeEvent({ method }: IncomingMessage): 'connect' | 'upgrade' {
  return method === 'CONNECT' ? 'connect' : 'upgrade';
}

/** Whether the program takes the socket of a connection that leaves HTTP. */
function isLeftToProgram(server: HttpServer, request: IncomingMessage): boolean {
  return server.listenerCount(upgradeEvent(request)) > 0;
}

function tell(server: HttpServer, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  server.emit(upgradeEvent(request), request, socket, head);
}

/** The connection that leaves HTTP. */
export interface LeavingConnection {
  readonly server: HttpServer;
  readonly socket: ServerSocket;
  /** The request and its connection, for whoever observes. */
  readonly exchange: ExchangeObservation | null;
  readonly observation: ConnectionObservation | null;
}

export class Upgrade {
  readonly #connection: LeavingConnection;
  readonly #request: IncomingMessage;
  /** What stands for the socket until the body of the request has been read. */
  #stream: UpgradeStream | null = null;

  constructor(connection: LeavingConnection, request: IncomingMessage) {
    this.#connection = connection;
    this.#request = request;
  }

  /** Hands the request over while its body still comes, with what stands for its socket until then. */
  begin(context: AsyncResource): void {
    const { server, socket } = this.#connection;
    this.#stream = new UpgradeStream(socket, this.#request);
    if (isLeftToProgram(server, this.#request))
      context.runInAsyncScope(tell, undefined, server, this.#request, this.#stream, NOTHING);
    else this.#stream.destroy();
  }

  /** @param head - what came after the request */
  leave(head: Buffer, context: AsyncResource): void {
    const { server, socket, exchange, observation } = this.#connection;
    if (!isLeftToProgram(server, this.#request)) exchange?.close('aborted');
    else if (exchange !== null) {
      const { observer } = exchange;
      exchange.upgrade();
      if (observer.upgradeAnswered !== undefined)
        readWrittenHead(socket, (head) => observer.upgradeAnswered?.(exchange, head));
    }
    observation?.close();
    leaveHttp(server, this.#request, head, context, this.#stream);
  }
}

/** @param begun - where the request was handed over before */
function leaveHttp(
  server: HttpServer,
  request: IncomingMessage,
  head: Buffer,
  context: AsyncResource,
  begun: UpgradeStream | null,
): void {
  const socket = request.socket as ServerSocket;
  if (!request.complete) {
    // What follows its head is another protocol's: the request is complete.
    request.complete = true;
    if (request._state !== null) completeBody(request, false);
  }
  // Somebody must hear why it was destroyed, and whoever waits that it closes.
  if (!socket.destroyed) detach(socket);
  socket._paused = false;
  if (begun === null && !isLeftToProgram(server, request)) {
    socket.destroy();
    return;
  }
  forgetFlowing(socket);
  leaveReading(socket);
  if (begun === null) context.runInAsyncScope(tell, undefined, server, request, socket, head);
  else context.runInAsyncScope(begun.begin, begun, head);
}
