/**
 * Why a connection is not read, and what it received meanwhile.
 *
 * In: reasons as they come and go. Out: a socket that is paused while there is one. What was received but not read is
 * kept, and an end of input waits until it was. Never reads on by itself.
 */
import type { Buffer } from 'node:buffer';
import type { ServerSocket } from '../../transport/server-socket.js';

/** Too many answers wait, or too large ones. */
export const ANSWERS_WAIT = 1;
/** The reader of a body has had enough for the moment. */
export const READER_WAITS = 2;

export type Reason = typeof ANSWERS_WAIT | typeof READER_WAITS;

export class ReadingGate {
  /** Received, but not read. */
  unread: Buffer | null = null;
  /** The client has sent all it will, and not all of that was read. */
  inputEnded = false;
  readonly #socket: ServerSocket;
  #reasons = 0;

  constructor(socket: ServerSocket) {
    this.#socket = socket;
  }

  isShutFor(reason: Reason): boolean {
    return (this.#reasons & reason) !== 0;
  }

  shut(reason: Reason): void {
    this.#reasons |= reason;
    // Programs that hold the socket know the server's own pause by this name.
    if (reason === ANSWERS_WAIT) this.#socket._paused = true;
    this.#socket.pause();
  }

  /** The reason is gone; the socket flows when it was the last one and `flow` is called. */
  lift(reason: Reason): void {
    this.#reasons &= ~reason;
    if (reason === ANSWERS_WAIT) this.#socket._paused = false;
  }

  /** Lets the socket flow, unless answers wait. */
  flow(): void {
    if (!this.isShutFor(ANSWERS_WAIT)) this.#socket.resume();
  }

  takeUnread(): Buffer | null {
    const { unread } = this;
    this.unread = null;
    return unread;
  }

  /** Whether an end of input was kept, which it is no longer. */
  takeEnd(): boolean {
    const { inputEnded } = this;
    this.inputEnded = false;
    return inputEnded;
  }
}
