/**
 * Whether and how a connection ends.
 *
 * In: an answer that is the last, a refusal, an end of input, an upgrade, a close. Out: one state, each nearer to the
 * end than those before it, and the socket's end after what was answered. Never a way back.
 */
import type { Buffer } from 'node:buffer';
import * as errors from '../../node/errors.js';
import { type EndingConnection, Farewell } from './farewell.js';

/** Requests are served. */
const OPEN = 0;
/** The response that closes the connection has ended: nothing follows it. */
const LAST_ANSWERED = 1;
/** What the client sent is refused, or it is given time to read the last answer: nothing it sends is read any more. */
const REFUSED = 2;
const CLOSED = 3;

type State = typeof OPEN | typeof LAST_ANSWERED | typeof REFUSED | typeof CLOSED;

export class Ending {
  readonly #connection: EndingConnection;
  #state: State = OPEN;
  #farewell: Farewell | null = null;

  constructor(connection: EndingConnection) {
    this.#connection = connection;
  }

  /** Whether more requests are served. */
  get isOpen(): boolean {
    return this.#state === OPEN;
  }

  /** Whether what the client sends was refused. */
  get isRefused(): boolean {
    return this.#farewell !== null;
  }

  #advance(state: State): void {
    if (this.#state < state) this.#state = state;
  }

  lastAnswered(): void {
    this.#advance(LAST_ANSWERED);
  }

  /** @param atOnce - nothing more can be written in order: the socket itself reported the error */
  refuse(error: Error, atOnce: boolean): void {
    this.#advance(REFUSED);
    this.#farewell = new Farewell(error, this.#connection);
    this.#farewell.offer(atOnce);
  }

  /** Whether the program has taken the refusal, and not closed the connection. */
  get isLeftOpen(): boolean {
    return this.#farewell?.isLeftOpen ?? false;
  }

  /** What came after the refusal. */
  repeatRefusal(chunk: Buffer): void {
    this.#farewell?.repeat(chunk);
  }

  /** The responses before the refusal have been written. Returns whether it has been answered. */
  answerRefusal(): boolean {
    return this.#farewell?.answerInTurn() ?? false;
  }

  /** Ends the connection after what was written. */
  close(): void {
    const { socket, incoming } = this.#connection;
    if (incoming !== null) this.#linger();
    else if (typeof socket.destroySoon === 'function') socket.destroySoon();
    else socket.end();
  }

  /** The client may still be sending: it is given time to read its answer. */
  #linger(): void {
    this.#advance(REFUSED);
    this.#farewell ??= new Farewell(errors.connectionReset('aborted'), this.#connection);
    this.#farewell.linger();
  }

  /** Whether a refusal waits for its turn: its client may end meanwhile, and still reads. */
  get owesRefusal(): boolean {
    return this.#farewell?.waits ?? false;
  }

  get isLingering(): boolean {
    return this.#farewell?.lingering ?? false;
  }

  closed(): void {
    this.#advance(CLOSED);
  }
}
