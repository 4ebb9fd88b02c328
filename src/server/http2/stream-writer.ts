/**
 * Writes one response on a stream of HTTP/2: what stands behind a `ServerResponse` on such a connection.
 *
 * In: what the response asks (interim heads, a head, pieces of a body, an end). Out: the same on its stream, where it
 * waits for windows and its turn. Never more of a body than was announced; where less came, the stream is reset, so that
 * no client takes it for the whole.
 */
import { Buffer } from 'node:buffer';
import type { FieldList } from '../../http/field-list.js';
import { isInterim } from '../../http/status.js';
import { COPIED_BYTES, QUANTUM_BYTES } from '../../http2/limits.js';
import type { LeftListener } from '../../http2/outgoing-body.js';
import type { Stream } from '../../http2/stream.js';
import type {
  ChannelListener,
  Chunk,
  ComposedHead,
  Encoding,
  HeadFacts,
  ResponseChannel,
  WriteCallback,
} from '../../message/response-channel.js';
import { byteLengthOf } from '../../node/byte-length.js';
import { noSocketBytes, streamDestroyed } from '../../node/errors.js';
import { nextTick } from '../../node/timers.js';
import { WaitingPieces } from '../waiting-pieces.js';
import { keptCopy } from './kept-copies.js';
import { callProgram } from './program-calls.js';
import { composeStreamHead, type StreamHead } from './stream-head.js';

/** What a writer tells of its response, and when all of that has left. */
export interface WriterOwner extends LeftListener {
  readonly response: ChannelListener;
  /** All of it has been handed on. */
  responseEnded(): void;
  /** Hands over what the socket takes. */
  flush(): void;
  /** Memory of the program's own is to leave by the end of its tick. */
  bytesWait(): void;
  /** Whether so many octets more of its stream can leave by then. */
  canLeave(octets: number): boolean;
  /** The program gives the exchange up. */
  abandon(error: Error | undefined): void;
}

export class StreamWriter implements ResponseChannel {
  readonly #owner: WriterOwner;
  readonly #stream: Stream;
  #head: StreamHead | null = null;
  #headSent = false;
  #isHeld = false;
  #hasEnded = false;
  /** Octets of the body that may still leave; -1 where none were announced. */
  #bytesLeft = -1;
  #waiting: WaitingPieces | null = null;

  constructor(owner: WriterOwner, stream: Stream) {
    this.#owner = owner;
    this.#stream = stream;
  }

  get isOverdue(): boolean {
    return false;
  }

  get leavesAtOnce(): boolean {
    return false;
  }

  get hasHead(): boolean {
    return this.#head !== null;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get waitingBytes(): number {
    return this.#waiting?.bytes ?? 0;
  }

  get waiting() {
    return this.#waiting?.pieces ?? [];
  }

  get backlog(): number {
    return this.#stream.backlog;
  }

  /** Another response must follow an interim one, and 101 is none of HTTP/2 (RFC 9113 §8.1, §8.6). */
  allowsStatus(status: number): boolean {
    return !isInterim(status);
  }

  interim(status: number, fields: FieldList, written: WriteCallback | null): boolean {
    this.#stream.interim(status, fields);
    if (written !== null) nextTick(written);
    return this.#hasRoom();
  }

  head(facts: HeadFacts, fields: FieldList): ComposedHead {
    const head = composeStreamHead(facts, fields);
    this.#head = head;
    this.#bytesLeft = head.bodyLength;
    return head;
  }

  flush(): boolean {
    if (this.#isHeld) return true;
    // As on node:http, what else was written in this turn doesn't leave sooner for it.
    const isFirst = !this.#headSent;
    this.#sendHead();
    if (isFirst) this.#owner.flush();
    return this.#hasRoom();
  }

  body(data: Chunk, encoding: Encoding, length: number, written: WriteCallback | null): boolean {
    if (this.#isHeld) {
      this.#waiting ??= new WaitingPieces();
      this.#waiting.add({ data, encoding, length, callback: written, isBody: true });
      return this.#waiting.bytes < this.#owner.response._highWaterMark;
    }
    this.#putBody(data, encoding, length, written);
    return this.#hasRoom();
  }

  end(data: Chunk, encoding: Encoding, length: number, trailers: FieldList): void {
    this.#hasEnded = true;
    this.#isHeld = false;
    this.#putWaiting();
    this.#putBody(data, encoding, length, null);
    // Who listens for 'prefinish' may give the exchange up there: what was ended leaves, as over HTTP/1.1.
    const isWhole = this.#bytesLeft <= 0 && this.#stream.writable;
    if (isWhole) this.#stream.end(trailers, this.#owner);
    // What a listener throws is the program's, and keeps nothing from leaving.
    try {
      this.#owner.responseEnded();
    } finally {
      if (!isWhole) this.#endIncomplete(trailers);
    }
  }

  #endIncomplete(trailers: FieldList): void {
    if (this.#bytesLeft <= 0) {
      this.#stream.end(trailers, this.#owner);
      return;
    }
    // A client that waits for the rest must not take this for all of it.
    this.#owner.flush();
    this.#owner.abandon(undefined);
  }

  hold(): void {
    if (!this.#stream.ended) this.#isHeld = true;
  }

  release(): boolean {
    this.#isHeld = false;
    this.#putWaiting();
    return this.#hasRoom();
  }

  abort(error: Error | undefined): void {
    this.#owner.abandon(error);
  }

  /** There is no text between the frames. */
  raw(_data: Chunk, _encoding: Encoding, written: WriteCallback | null): boolean {
    if (written !== null) nextTick(written, noSocketBytes());
    return false;
  }

  /** Its stream is where it goes, whatever socket the program names. */
  assign(): void {}
  detach(): void {}

  #hasRoom(): boolean {
    const { _highWaterMark } = this.#owner.response;
    if (this.#stream.backlog < _highWaterMark) return true;
    this.#stream.awaitDrain(_highWaterMark);
    return false;
  }

  #sendHead(): void {
    const head = this.#head;
    if (this.#headSent || head === null) return;
    this.#headSent = true;
    this.#stream.head(head.status, head, head.added);
  }

  #putWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    for (const { data, encoding, length, callback } of waiting?.pieces ?? [])
      this.#putBody(data, encoding, length, callback);
  }

  #putBody(data: Chunk, encoding: Encoding, length: number, written: WriteCallback | null): void {
    this.#sendHead();
    if (typeof data !== 'string' && length > 0) {
      this.#putPiece(this.#kept(bytesOf(data, length), length), null, length, written);
      return;
    }
    this.#putPiece(data, encoding, length, written);
  }

  /**
   * A program may write to its memory again: a few bytes are copied, more leave before it gets to that. What can't, since
   * others wait before it or its client wants no more, is copied up to a frame; larger parts stay where they are.
   */
  #kept(data: Uint8Array, length: number): Uint8Array {
    if (length <= COPIED_BYTES && data.length === length) return Buffer.from(data);
    if (length <= QUANTUM_BYTES && byteLengthOf(data) === length && !this.#owner.canLeave(length))
      return this.#stream.sendWindow < length ? Buffer.from(data) : keptCopy(data, length);
    this.#owner.bytesWait();
    return data;
  }

  #putPiece(data: Chunk, encoding: Encoding, length: number, written: WriteCallback | null): void {
    const listener = written === null ? null : new ToldWriter(written);
    if (this.#bytesLeft >= 0 && length > this.#bytesLeft) {
      const bytes = typeof data === 'string' ? Buffer.from(data, encoding ?? 'utf8') : data;
      const fits = bytes.subarray(0, this.#bytesLeft);
      this.#bytesLeft = 0;
      if (fits.length > 0 || listener !== null) this.#stream.body(fits, null, fits.length, listener);
    } else if (length > 0 || listener !== null) {
      if (this.#bytesLeft > 0) this.#bytesLeft -= length;
      this.#stream.body(data, encoding, length, listener);
    }
  }
}

/** Bytes as they were counted, whatever their object says of its length; it may be of the program's own making. */
function bytesOf(data: Uint8Array, length: number): Uint8Array {
  if (data.length === length || byteLengthOf(data) !== length) return data;
  return Buffer.from(data.buffer, data.byteOffset, length);
}

/** Whoever wrote a piece, and wants to know when it has left. */
class ToldWriter implements LeftListener {
  readonly #written: WriteCallback;

  constructor(written: WriteCallback) {
    this.#written = written;
  }

  /** As on a stream that was destroyed: what HTTP/2 calls the reason is told by the request and the response. */
  onLeft(error: Error | null | undefined): void {
    callProgram(null, () => this.#written(error ? streamDestroyed('write') : null));
  }
}
