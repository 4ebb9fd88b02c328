/**
 * How a connection ends whose client sent something that is refused.
 *
 * In: the error. Out: 'clientError'; where nobody takes it, an answer in its turn after the responses before it, and a
 * close that lets the client read it. Never an answer within another, nor a second one to the same request.
 */
import type { Buffer } from 'node:buffer';
import { WireError } from '../../http1/wire-error.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import type { ServerResponse } from '../../message/server-response.js';
import { setTimeout } from '../../node/timers.js';
import { lingeringClose } from '../../transport/lingering-close.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import type { SocketOutput } from '../../transport/socket-output.js';
import { type HttpServer, kEngine } from '../http-server.js';
import { REFUSAL_PATIENCE } from '../limits.js';
import type { ConnectionObservation, ExchangeObservation } from '../observation.js';
import { refusalFacts, refusalResponse } from './refusal-response.js';
import type { ResponseWriter } from './response-writer.js';

/** A connection on which something is refused. */
export interface RefusingConnection {
  readonly server: HttpServer;
  readonly observation: ConnectionObservation | null;
  /** The request that was being read, for whoever observes. */
  readonly exchange: ExchangeObservation | null;
}

/** Tells whoever observes of what was offered to the program. */
export function tellRefusal(connection: RefusingConnection, error: Error, claimed: boolean): void {
  const { server, observation, exchange } = connection;
  if (observation === null) return;
  const refusal = refusalFacts(error, server[kEngine].refusalStyle, claimed);
  if (refusal !== null) observation.refuse(refusal, exchange);
}

/** The connection that ends. */
export interface EndingConnection extends RefusingConnection {
  readonly socket: ServerSocket;
  readonly output: SocketOutput;
  /** The request that was being read. */
  readonly incoming: IncomingMessage | null;
  /** The response whose turn it is to write. */
  readonly turn: ResponseWriter<ServerResponse> | undefined;
}

export class Farewell {
  /** The client is given time to read the answer; what it sends is dropped. */
  lingering = false;
  readonly #error: Error;
  readonly #connection: EndingConnection;
  #unclaimed = false;

  /** Nobody has taken the error, and it isn't answered yet. */
  get waits(): boolean {
    return this.#unclaimed && !this.lingering && this.#error instanceof WireError;
  }

  /** The program has taken the error, and not closed the connection. */
  get isLeftOpen(): boolean {
    return !this.#unclaimed && !this.lingering && !this.#connection.socket.destroyed;
  }

  constructor(error: Error, connection: EndingConnection) {
    this.#error = error;
    this.#connection = connection;
  }

  /** Offers the error to the program; answers it where nobody listens. */
  offer(atOnce: boolean): void {
    const { server, socket, output } = this.#connection;
    // The program may write to the socket and destroy it: what was answered before leaves before.
    output.flush();
    const claimed = server.emit('clientError', this.#error, socket);
    tellRefusal(this.#connection, this.#error, claimed);
    if (claimed) return;
    this.#unclaimed = true;
    if (this.answerInTurn(atOnce) || !(this.#error instanceof WireError)) return;
    setTimeout(answerAtOnce, REFUSAL_PATIENCE, this).unref();
  }

  /** The program left the connection open: it hears of what still comes. */
  repeat(chunk: Buffer): void {
    if (this.lingering) return;
    const { server, socket } = this.#connection;
    const error = this.#error instanceof WireError ? new WireError(this.#error.refusal) : this.#error;
    if (error instanceof WireError) error.rawPacket = chunk;
    server.emit('clientError', error, socket);
  }

  /** Answers when the responses before have been written. Returns whether that is done. */
  answerInTurn(atOnce = false): boolean {
    if (!this.#unclaimed || this.lingering) return this.lingering;
    const { server, socket, output, incoming, turn } = this.#connection;
    if (turn !== undefined && turn.request !== incoming && !atOnce) return false;
    if (!socket.writable || turn?.headSent) {
      output.flush();
      socket.destroy(this.#error);
      return true;
    }
    turn?.silence();
    // A request that was answered before its body went wrong has had its answer.
    if (turn !== undefined || incoming === null) {
      output.ascii(refusalResponse(this.#error, server[kEngine].refusalStyle));
    }
    output.flush();
    this.linger();
    return true;
  }

  linger(): void {
    this.lingering = true;
    lingeringClose(this.#connection.socket, this.#unclaimed ? this.#error : undefined);
  }
}

function answerAtOnce(farewell: Farewell): void {
  farewell.answerInTurn(true);
}
