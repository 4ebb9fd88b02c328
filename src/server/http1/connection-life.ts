/**
 * The life of a connection beside its requests: idle, timed out, refused, closing, gone.
 *
 * In: the events of its socket, and word of its requests from the class that reads them. Out: the socket's end, behind
 * what was answered; nothing left behind once it is closed. Knows no byte of a request.
 */
import { setTimeout } from 'node:timers';
import type { WireError } from '../../http1/wire-error.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import type { ServerResponse } from '../../message/server-response.js';
import * as errors from '../../node/errors.js';
import { keepOrder } from '../../transport/socket-order.js';
import { SocketOutput } from '../../transport/socket-output.js';
import { type HttpServer, kEngine, type ServerEngine, type ServerSocket } from '../http-server.js';
import { CLOSING_GRACE } from '../limits.js';
import type { Timed } from '../timeouts.js';
import { Refusal, type RefusedConnection } from './refusal.js';
import { ResponseQueue } from './response-queue.js';

/** What the life of a connection asks of the reading of its requests. */
interface Reading {
  /** Whether no request is under way. */
  readonly idle: boolean;
  /** Reads nothing any more. */
  stop(): void;
  /** The client has sent all it will. Returns the error where that cuts a request in two. */
  finish(): WireError | null;
}

export abstract class ConnectionLife implements RefusedConnection, Timed {
  idleSince = 0;
  previousIdle: Timed | null = null;
  nextIdle: Timed | null = null;
  requestStart = Date.now();
  /** The request that is being read, until its end. */
  incoming: IncomingMessage | null = null;
  readonly socket: ServerSocket;
  readonly server: HttpServer;
  readonly output: SocketOutput;
  protected readonly engine: ServerEngine;
  protected readonly responses: ResponseQueue;
  protected refusal: Refusal | null = null;
  /** Requests that were handed to the program. */
  protected requests = 0;
  /** The present request came when the server was closing already. */
  protected cameLate = false;
  protected abstract readonly parser: Reading;

  constructor(server: HttpServer, socket: ServerSocket) {
    this.server = server;
    this.engine = server[kEngine];
    this.socket = socket;
    this.output = new SocketOutput(socket);
    this.responses = new ResponseQueue(socket, this.output);
    keepOrder(socket, this.output);
  }

  get isIdle(): boolean {
    return this.responses.isEmpty && this.requestStart === 0 && this.refusal === null;
  }

  /** Whether nothing was ever received on it: browsers open some to spare. */
  get isUnused(): boolean {
    return this.requests === 0 && this.parser.idle && this.refusal === null;
  }

  get headComplete(): boolean {
    return this.incoming !== null;
  }

  /** The response whose turn it is. */
  get turn(): ServerResponse | undefined {
    return this.responses.turn;
  }

  /** Ends the connection behind what was written. */
  close(): void {
    if (this.incoming !== null) this.linger();
    else if (typeof this.socket.destroySoon === 'function') this.socket.destroySoon();
    else this.socket.end();
  }

  protected becomeIdle(): void {
    if (this.engine.closing) {
      // An answer from before said that the connection goes on: what the client is sending now is still served.
      if (this.cameLate) this.close();
      else setTimeout(closeIdle, CLOSING_GRACE, this).unref();
      return;
    }
    this.engine.idle.add(this);
    // What the server or a handler set for the time of a request is no limit of the time between two.
    if (this.idleSince !== 0 && this.socket.timeout) this.socket.setTimeout(0);
  }

  protected leaveIdle(): void {
    if (this.idleSince === 0) return;
    this.engine.idle.remove(this);
    if (this.server.timeout) this.socket.setTimeout?.(this.server.timeout);
  }

  /**
   * Refuses what the client sends from now on; the program may answer in its own way ('clientError').
   * @param atOnce - nothing more can be written in order: the socket itself reported the error
   */
  refuse(error: Error, atOnce = false): void {
    if (this.refusal !== null) return;
    this.refusal = new Refusal(error, this);
    this.parser.stop();
    this.requestStart = 0;
    this.engine.idle.remove(this);
    this.refusal.offer(atOnce);
  }

  private linger(): void {
    this.refusal ??= new Refusal(errors.connectionReset('aborted'), this);
    this.refusal.linger();
  }

  onIdleTimeout(): void {
    this.onTimeout();
  }

  onRequestTimeout(): void {
    this.refuse(errors.requestTimeout());
  }

  /** The socket was silent for too long: whoever listens decides, else it is cut. */
  onTimeout(): void {
    const { socket, incoming } = this;
    const byRequest = incoming !== null && !incoming.complete && incoming.emit('timeout', socket);
    const byResponse = socket._httpMessage?.emit('timeout', socket) ?? false;
    const byServer = this.server.emit('timeout', socket);
    if (!byRequest && !byResponse && !byServer) socket.destroy();
  }

  /** The client has sent all it will. */
  onEndOfInput(): void {
    if (this.refusal?.lingering) return;
    const error = this.refusal === null ? this.parser.finish() : null;
    if (error !== null) {
      this.refuse(error);
    } else if (this.server.httpAllowHalfOpen && this.responses.last !== undefined) {
      this.responses.last._last = true;
    } else {
      this.socket.end();
    }
  }

  onClose(): void {
    this.parser.stop();
    this.requestStart = 0;
    this.responses.abandon();
  }

  /** The server keeps it no longer. */
  free(): void {
    this.engine.idle.remove(this);
    this.engine.connections.delete(this);
  }
}

function closeIdle(connection: ConnectionLife): void {
  if (connection.isIdle) connection.close();
}
