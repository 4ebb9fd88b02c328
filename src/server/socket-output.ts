/**
 * Writes responses to a socket, in as few writes as it can.
 *
 * In: text and bytes in the order they are to leave, and whoever wants to hear when they have. Out: writes on the
 * socket. What is to leave gathers in a WriteBatch; all of it leaves when `flush` is called, at the
 * latest at the end of the turn. Never reorders, and never holds back more than a socket's high-water mark.
 */
import type { Writable } from 'node:stream';
import { type Piece, WriteBatch } from './write-batch.js';

/** Told when everything written before it has been handed to the kernel, or could not be. */
export interface WriteListener {
  /** Whether it matters to anybody when that is; else it may be told at once. */
  readonly watched: boolean;
  onWritten(error: Error | null | undefined): void;
}

type WriteCallback = (error?: Error | null) => void;

const DEFAULT_HIGH_WATER_MARK = 16 * 1024;

export class SocketOutput {
  /** While set, `flush` is going to be called by whoever set it: nothing is scheduled. */
  held = false;
  readonly #socket: Writable;
  readonly #batch = new WriteBatch();
  #corked = false;
  #scheduled = false;
  /** Whether the socket passes on what it is given at once; one that encrypts doesn't. */
  #isPrompt = true;
  #listeners: WriteListener[] = [];
  readonly #inFlight: WriteListener[][] = [];

  constructor(socket: Writable) {
    this.#socket = socket;
  }

  /** Bytes that have not left yet, here and in the socket. */
  get backlog(): number {
    return this.#socket.writableLength + this.length;
  }

  /** Whether the socket asked for a pause, or would with what waits here. */
  get full(): boolean {
    return this.backlog >= this.#highWaterMark;
  }

  get #highWaterMark(): number {
    return this.#socket.writableHighWaterMark ?? DEFAULT_HIGH_WATER_MARK;
  }

  /** Bytes that wait here and are not yet the socket's. */
  get length(): number {
    return this.#batch.length;
  }

  ascii(text: string): void {
    this.#makeRoom(text.length);
    this.#batch.ascii(text);
  }

  latin1(text: string): void {
    this.#makeRoom(text.length);
    this.#batch.latin1(text);
  }

  /** @param byteLength - its length as UTF-8 */
  utf8(text: string, byteLength: number): void {
    this.#makeRoom(byteLength);
    this.#batch.utf8(text, byteLength);
  }

  bytes(data: Uint8Array): void {
    this.#makeRoom(data.length);
    this.#batch.bytes(data);
  }

  /**
   * Ended responses leave first where they would not fit together with what comes: so that a write is only said to be
   * too much where the socket can't take it, and not because others before it are waiting here.
   */
  #makeRoom(byteLength: number): void {
    if (this.#listeners.length === 0) return;
    const { length } = this.#batch;
    const highWaterMark = this.#highWaterMark;
    if (length > 0 && length < highWaterMark && length + byteLength >= highWaterMark) this.flush();
  }

  /** Hands what waits to the socket, corked: it says whether that is too much, and writes when the turn is over. */
  #passOn(): boolean {
    if (this.length === 0) return true;
    this.#cork();
    return this.#write(undefined);
  }

  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork?.();
  }

  /** Hears when everything written so far has left. */
  notify(listener: WriteListener): void {
    this.#listeners.push(listener);
  }

  /** Makes sure that what waits leaves by the end of this turn. Returns false where the program should pause. */
  schedule(): boolean {
    const accepted = !this.full || this.#passOn();
    if (!this.held && !this.#scheduled) {
      this.#scheduled = true;
      setImmediate(flushScheduled, this);
    }
    return accepted;
  }

  /** Hands what waits to the socket; who wants to hear of it is told after the next flush. */
  push(): void {
    if (!this.#isPrompt) {
      this.flush();
      return;
    }
    if (this.length > 0) this.#write(undefined);
    this.#uncork();
  }

  /** Hands everything to the socket. Returns false where the program should pause. */
  flush(): boolean {
    this.#scheduled = false;
    let accepted = true;
    if (this.#listeners.length > 0) {
      this.#inFlight.push(this.#listeners);
      this.#listeners = [];
      accepted = this.#write(this.#onWritten);
    } else if (this.length > 0) {
      accepted = this.#write(undefined);
    }
    this.#uncork();
    return accepted;
  }

  /** Forgets what waits for the end of this turn, unless a whole response is part of it. */
  abandon(): void {
    if (this.#listeners.length > 0) this.flush();
    else this.#batch.takeParts();
  }

  #uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#socket.uncork?.();
  }

  /**
   * Hands everything to the socket at the end of a turn. Where nobody watches and the socket has passed it all on to
   * the kernel, the listeners are told at once: that spares a callback and a tick for each turn.
   */
  settle(): void {
    const listeners = this.#listeners;
    const mustWait = !this.#isPrompt || this.#inFlight.length > 0;
    if (listeners.length === 0 || mustWait || listeners.some(isWatched)) {
      this.flush();
      return;
    }
    const socket = this.#socket;
    const only = listeners.length === 1 ? (listeners.pop() as WriteListener) : null;
    if (only === null) this.#listeners = [];
    this.flush();
    if (socket.writableLength > 0 || socket.destroyed || socket.errored) {
      this.#isPrompt = false;
      this.#inFlight.push(only === null ? listeners : [only]);
      this.#write(this.#onWritten);
    } else if (only !== null) {
      only.onWritten(null);
    } else {
      for (const listener of listeners) listener.onWritten(null);
    }
  }

  #write(callback: WriteCallback | undefined): boolean {
    const socket = this.#socket;
    // Behind the program's own end of the socket nothing can follow; who waits hears of the close.
    if (this.length > 0 && socket.writableEnded) {
      this.#batch.takeParts();
      return false;
    }
    const piece = this.#batch.takeWhole();
    if (piece === null) return this.#writeParts(this.#batch.takeParts(), callback);
    // A program that ended the socket itself is told when its turn is over: no write may follow.
    const settled = !socket.destroyed && (socket.writableLength === 0 || socket.writableEnded);
    if (piece.data === '' && callback !== undefined && !this.#corked && settled) {
      process.nextTick(callback);
      return true;
    }
    return socket.write(piece.data, piece.encoding as BufferEncoding, callback);
  }

  #writeParts(parts: readonly Piece[], callback: WriteCallback | undefined): boolean {
    this.#cork();
    const last = parts.length - 1;
    let accepted = true;
    parts.forEach(({ data, encoding }, i) => {
      accepted = this.#socket.write(data, encoding as BufferEncoding, i === last ? callback : undefined);
    });
    return accepted;
  }

  #onWritten = (error?: Error | null): void => {
    const listeners = this.#inFlight.shift() as WriteListener[];
    for (const listener of listeners) listener.onWritten(error);
  };
}

function isWatched(listener: WriteListener): boolean {
  return listener.watched;
}

function flushScheduled(output: SocketOutput): void {
  output.flush();
}
