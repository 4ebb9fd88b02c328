/**
 * The responses of a connection that haven't reached the kernel yet, in the order of their requests.
 *
 * In: each response as its request comes, then word that it has ended and that it has left. Out: whose turn it is to
 * write, and whether so much waits that reading should stop. Never gives two responses the turn.
 */
import { emitClose } from '../../message/response-close.js';
import type { ServerResponse } from '../../message/server-response.js';
import * as errors from '../../node/errors.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import type { SocketOutput } from '../../transport/socket-output.js';
import { MAX_PIPELINED_REQUESTS } from '../limits.js';
import type { ResponseWriter } from './response-writer.js';
import type { OwnedWriter } from './writer-owner.js';

type Writer = ResponseWriter<ServerResponse>;

export class ResponseQueue {
  /** Bytes of responses whose turn hasn't come. */
  waitingBytes = 0;
  readonly #socket: ServerSocket;
  readonly #output: SocketOutput;
  /** Those that have left stand before #first, until all have: to move the others each time would cost more. */
  #writers: Writer[] = [];
  #first = 0;
  /** Index of the one that has its turn: those before it are ended. */
  #turn = 0;

  constructor(socket: ServerSocket, output: SocketOutput) {
    this.#socket = socket;
    this.#output = output;
  }

  get isEmpty(): boolean {
    return this.#first === this.#writers.length;
  }

  /** The response whose turn it is. */
  get turn(): Writer | undefined {
    return this.#turn < this.#writers.length ? this.#writers[this.#turn] : undefined;
  }

  /** The first response that has not left. */
  get first(): Writer | undefined {
    return this.isEmpty ? undefined : this.#writers[this.#first];
  }

  /** The response to the request that came last. */
  get last(): Writer | undefined {
    return this.isEmpty ? undefined : this.#writers[this.#writers.length - 1];
  }

  add(writer: Writer): void {
    this.#writers.push(writer);
    if (this.#writers.length - 1 === this.#turn) this.#begin(writer);
  }

  /** The response that had its turn has ended. */
  noteEnded(): void {
    this.#turn++;
  }

  giveTurn(): void {
    const { turn } = this;
    if (turn === undefined) return;
    turn.exchange?.turnCame();
    this.#begin(turn);
  }

  #begin(writer: Writer): void {
    this.#socket._httpMessage = writer.response;
    writer.takeTurn(this.#output);
  }

  /** A response has left: the first one, unless those before it never will. */
  remove(writer: OwnedWriter<ServerResponse>): void {
    const writers = this.#writers;
    if (this.first === writer) {
      this.#first++;
    } else {
      const index = writers.indexOf(writer as Writer, this.#first);
      if (index < 0) return;
      writers.splice(index, 1);
      this.#turn--;
    }
    if (this.#first === writers.length || this.#first === MAX_PIPELINED_REQUESTS) this.#forgetLeft();
  }

  #forgetLeft(): void {
    const writers = this.#writers;
    this.#turn -= this.#first;
    // Mostly all have left. The array keeps what it can hold where they are taken one by one.
    if (this.#first === writers.length) while (writers.length > 0) writers.pop();
    else writers.splice(0, this.#first);
    this.#first = 0;
  }

  #empty(): void {
    this.#writers = [];
    this.#first = 0;
    this.#turn = 0;
  }

  /** Whether as many bytes wait as the socket's high-water mark times this. */
  isCrowded(highWaterMarks: number): boolean {
    const bound = highWaterMarks * this.#socket.writableHighWaterMark;
    return this.waitingBytes >= bound || this.#output.backlog >= bound;
  }

  /** Whether no more requests may be read than were received. */
  get isFull(): boolean {
    return this.#writers.length - this.#first >= MAX_PIPELINED_REQUESTS || this.isCrowded(2);
  }

  /** Whether reading may go on after it had stopped. */
  get hasRoom(): boolean {
    return this.#writers.length - this.#first < MAX_PIPELINED_REQUESTS / 2 && !this.isCrowded(1);
  }

  /** Those that have not left. */
  #unsent(): Writer[] {
    return this.#writers.slice(this.#first);
  }

  /** The connection goes on in another process, which owes the responses from now on. */
  leave(): void {
    const { turn } = this;
    for (const { exchange } of this.#unsent()) exchange?.close('aborted');
    this.#empty();
    turn?.response.detachSocket(this.#socket);
    this.#socket._httpMessage = null;
  }

  /** The connection is gone: whoever still reads a request or writes a response is told. */
  abandon(): void {
    const writers = this.#unsent();
    this.#empty();
    for (const { request } of writers) request?._abandon(errors.connectionReset('aborted'));
    for (const writer of writers) {
      writer.orphan();
      writer.exchange?.close('aborted');
      if (writer.isWaiting) writer.response.destroy(errors.connectionReset('aborted'));
      else emitClose(writer.response);
    }
  }
}
