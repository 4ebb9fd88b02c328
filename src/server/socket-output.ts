/**
 * Writes responses to a socket, in as few writes as it can.
 *
 * In: text and bytes in the order they are to leave, and whoever wants to hear when they have. Out: writes on the
 * socket. Text gathers into one string, and short buffers join it; everything leaves when `flush` is called, at the
 * latest at the end of the turn. Never reorders, and never holds back more than a socket's high-water mark.
 */
import { Buffer } from 'node:buffer';
import type { Writable } from 'node:stream';
import { COALESCED_CHUNK_BYTES } from './limits.js';

/** Told when everything written before it has been handed to the kernel, or could not be. */
export interface WriteListener {
  /** Whether it matters to anybody when that is; else it may be told at once. */
  readonly watched: boolean;
  onWritten(error: Error | null | undefined): void;
}

const DEFAULT_HIGH_WATER_MARK = 16 * 1024;

/** What the gathered text may be written as. US-ASCII goes with either of the others. */
const TEXT_ASCII = 0;
const TEXT_LATIN1 = 1;
const TEXT_UTF8 = 2;

export class SocketOutput {
  /** While set, `flush` is going to be called by whoever set it: nothing is scheduled. */
  held = false;
  /** Bytes that wait here and are not yet the socket's. */
  length = 0;

  readonly #socket: Writable;
  #text = '';
  #textKind = TEXT_ASCII;
  #bytes: Uint8Array | null = null;
  #corked = false;
  #scheduled = false;
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

  ascii(text: string): void {
    this.#gather(text, TEXT_ASCII, text.length);
  }

  latin1(text: string): void {
    this.#gather(text, TEXT_LATIN1, text.length);
  }

  /** @param byteLength - its length as UTF-8 */
  utf8(text: string, byteLength: number): void {
    this.#gather(text, byteLength === text.length ? TEXT_ASCII : TEXT_UTF8, byteLength);
  }

  bytes(data: Uint8Array): void {
    if (data.length <= COALESCED_CHUNK_BYTES) {
      this.latin1(Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1'));
      return;
    }
    this.#makeRoom(data.length);
    this.#passOn();
    this.#bytes = data;
    this.length += data.length;
  }

  #gather(text: string, kind: number, byteLength: number): void {
    this.#makeRoom(byteLength);
    if (
      this.#bytes !== null ||
      (kind + this.#textKind === TEXT_LATIN1 + TEXT_UTF8 && kind !== this.#textKind)
    ) {
      this.#passOn();
    }
    this.#text += text;
    if (kind !== TEXT_ASCII) this.#textKind = kind;
    this.length += byteLength;
  }

  /**
   * What waits leaves first where it would not fit together with what comes: so that a write is only said to be too
   * much where the socket can't take it, and not because others before it are waiting here.
   */
  #makeRoom(byteLength: number): void {
    const highWaterMark = this.#highWaterMark;
    const { length } = this;
    if (length > 0 && length < highWaterMark && length + byteLength >= highWaterMark) this.flush();
  }

  /** Hands what waits to the socket, corked, because something of another kind follows it. */
  #passOn(): boolean {
    if (this.length === 0) return true;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork?.();
    }
    return this.#write(undefined);
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
      process.nextTick(flushScheduled, this);
    }
    return accepted;
  }

  /** Hands what waits to the socket; who wants to hear of it is told after the next flush. */
  push(): void {
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
    if (this.#listeners.length > 0) {
      this.flush();
      return;
    }
    this.length = 0;
    this.#bytes = null;
    this.#text = '';
    this.#textKind = TEXT_ASCII;
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
    if (listeners.length === 0 || this.#inFlight.length > 0 || listeners.some(isWatched)) {
      this.flush();
      return;
    }
    const socket = this.#socket;
    const only = listeners.length === 1 ? (listeners.pop() as WriteListener) : null;
    if (only === null) this.#listeners = [];
    this.flush();
    if (socket.writableLength > 0 || socket.destroyed || socket.errored) {
      this.#inFlight.push(only === null ? listeners : [only]);
      this.#write(this.#onWritten);
    } else if (only !== null) {
      only.onWritten(null);
    } else {
      for (const listener of listeners) listener.onWritten(null);
    }
  }

  #write(callback: ((error?: Error | null) => void) | undefined): boolean {
    const socket = this.#socket;
    const bytes = this.#bytes;
    const text = this.#text;
    const encoding = this.#textKind === TEXT_UTF8 ? 'utf8' : 'latin1';
    this.length = 0;
    this.#bytes = null;
    this.#text = '';
    this.#textKind = TEXT_ASCII;
    if (bytes !== null) return socket.write(bytes, callback);
    // A program that ended the socket itself is told when its turn is over: no write may follow.
    const settled = !socket.destroyed && (socket.writableLength === 0 || socket.writableEnded);
    if (text === '' && callback !== undefined && !this.#corked && settled) {
      process.nextTick(callback);
      return true;
    }
    return socket.write(text, encoding, callback);
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
