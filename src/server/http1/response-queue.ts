/**
 * The responses of a connection that haven't reached the kernel yet, in the order of their requests.
 *
 * In: each response as its request comes, then word that it has ended and that it was written. Out: whose turn it is
 * to write, and whether so much waits that reading should stop. Never gives two responses the turn.
 */

import type { IncomingMessage } from '../../message/incoming-message.js';
import { emitClose } from '../../message/response-state.js';
import type { ServerResponse } from '../../message/server-response.js';
import * as errors from '../../node/errors.js';
import type { SocketOutput } from '../../transport/socket-output.js';
import type { ServerSocket } from '../http-server.js';
import { MAX_PIPELINED_REQUESTS } from '../limits.js';

export class ResponseQueue {
  /** Bytes of responses whose turn hasn't come. */
  queuedBytes = 0;
  readonly #socket: ServerSocket;
  readonly #output: SocketOutput;
  #responses: ServerResponse[] = [];
  /** How many at the front are ended; the one behind them has its turn. */
  #ended = 0;

  constructor(socket: ServerSocket, output: SocketOutput) {
    this.#socket = socket;
    this.#output = output;
  }

  get isEmpty(): boolean {
    return this.#responses.length === 0;
  }

  /** The response whose turn it is. */
  get turn(): ServerResponse | undefined {
    return this.#ended < this.#responses.length ? this.#responses[this.#ended] : undefined;
  }

  /** The response to the request that came last. */
  get last(): ServerResponse | undefined {
    const { length } = this.#responses;
    return length > 0 ? this.#responses[length - 1] : undefined;
  }

  add(response: ServerResponse): void {
    this.#responses.push(response);
    if (this.#responses.length - 1 === this.#ended) response._take(this.#socket, this.#output);
  }

  /** The response that had its turn has ended. */
  noteEnded(): void {
    this.#ended++;
  }

  giveTurn(): void {
    this.turn?._take(this.#socket, this.#output);
  }

  /** The first response has been written. */
  removeFirst(): void {
    if (this.#responses.length > 1) this.#responses.shift();
    else this.#responses.pop();
    this.#ended--;
  }

  /** Whether as many bytes wait as the socket's high-water mark times this. */
  isCrowded(highWaterMarks: number): boolean {
    const bound = highWaterMarks * this.#socket.writableHighWaterMark;
    return this.queuedBytes >= bound || this.#output.backlog >= bound;
  }

  /** Whether no more requests may be read than were received. */
  get isFull(): boolean {
    return this.#responses.length >= MAX_PIPELINED_REQUESTS || this.isCrowded(2);
  }

  /** Whether reading may go on after it had stopped. */
  get hasRoom(): boolean {
    return this.#responses.length < MAX_PIPELINED_REQUESTS / 2 && !this.isCrowded(1);
  }

  /** The connection is gone: whoever still reads a request or writes a response is told. */
  abandon(): void {
    const responses = this.#responses;
    const turn = this.#ended;
    this.#responses = [];
    this.#ended = 0;
    for (const { req } of responses) (req as IncomingMessage)._abandon(errors.connectionReset('aborted'));
    responses.forEach((response, index) => {
      response._owner = null;
      if (index <= turn) emitClose(response);
      else response.destroy(errors.connectionReset('aborted'));
    });
  }
}
