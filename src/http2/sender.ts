/**
 * What leaves a connection, and in which order.
 *
 * In: control frames, and streams that have something to send. Out, when it is asked for: octets, no more at a time than
 * the caller wants. Control frames leave first, then what no window holds back (heads, trailers, ends) in the order in
 * which it was written, then data as send-order.ts says and as both windows allow (RFC 9113 §5.2). Fields are encoded
 * when they leave: the client's table must see blocks in the order of the wire.
 */
import { Buffer } from 'node:buffer';
import { type FieldList, NO_FIELDS } from '../http/field-list.js';
import { ControlFrames } from './control-frames.js';
import type { FrameAccounts } from './frame-accounts.js';
import { FrameWriter, writeHead, writeKind } from './frame-writer.js';
import { blockBound, type HpackEncoder } from './hpack/encoder.js';
import { QUANTUM_BYTES } from './limits.js';
import type { LeftListener, OutgoingBody } from './outgoing-body.js';
import {
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  FRAME_HEAD_BYTES,
  HEADERS,
  INITIAL_MAX_FRAME_SIZE,
  INITIAL_WINDOW_SIZE,
} from './protocol.js';
import { SendOrder, UNPLACED } from './send-order.js';
import type { Stream } from './stream.js';
import { canSend } from './stream-states.js';

/**
 * Whether a stream has its turn after another one that has sent all it had, and whose program is about to be told that it
 * can write: what is handed out ends there, or each hand-out would go on with what is less urgent.
 */
function isAfter({ priority: { urgency } }: Stream, { priority: refilling }: Stream): boolean {
  return urgency > refilling.urgency || (urgency === refilling.urgency && !refilling.incremental);
}

/** What leaves at a time. */
export interface Output {
  /** Octets in order; they must not be changed. */
  readonly pieces: Uint8Array[];
  readonly octets: number;
  /** To be told when they have left, or with an error that they can't. */
  readonly listeners: LeftListener[];
}

/** One for all connections: nothing is written but within `pull`. */
const writer = new FrameWriter();

export class Sender {
  readonly control = new ControlFrames();
  /** Octets of data that the client lets leave on the connection. */
  window = INITIAL_WINDOW_SIZE;
  /** Octets of data that wait in all streams. */
  backlog = 0;
  /** Octets of data that have left. */
  sent = 0;
  /** Streams of which less waits than before, and whose program wants to know. */
  drained: Stream[] = [];
  /** Streams that can't send what was written: a buffer of it has another length now. */
  broken: Stream[] = [];

  readonly #order = new SendOrder<Stream>();
  readonly #encoder: HpackEncoder;
  readonly #accounts: FrameAccounts;
  readonly #onEnd: (stream: Stream) => void;
  #firstExempt: Stream | null = null;
  #lastExempt: Stream | null = null;
  #listeners: LeftListener[] = [];

  /** @param onEnd - is told when a stream's END_STREAM flag leaves */
  constructor(encoder: HpackEncoder, accounts: FrameAccounts, onEnd: (stream: Stream) => void) {
    this.#encoder = encoder;
    this.#accounts = accounts;
    this.#onEnd = onEnd;
  }

  /** Whether there is something that can leave. */
  get ready(): boolean {
    if (this.control.length > 0 || this.#firstExempt !== null) return true;
    return this.window > 0 && this.#order.next() !== null;
  }

  /** Puts a stream where what it sends next has its place. */
  schedule(stream: Stream): void {
    if (!canSend(stream.state)) return;
    const { backlog } = stream;
    if (stream.sections.length > 0 || stream.onlyListeners || (stream.ended && backlog === 0))
      this.#addExempt(stream);
    else if (backlog > 0 && stream.sendWindow > 0 && stream.place === UNPLACED) this.#order.add(stream);
  }

  /** Takes a stream away: it is closed, or its place changes. */
  remove(stream: Stream): void {
    this.#order.remove(stream);
  }

  /**
   * @param maxBytes - octets of data beyond which no further frame is begun
   * @param copied - octets up to which a part of a body is copied: it may not leave before its program writes to it again
   * @throws Http2Error where a part of a response has changed since it was written
   */
  pull(maxBytes: number, copied = 0): Output | null {
    if (!this.ready) return null;
    writer.begin(copied);
    this.#sendControl();
    while (this.#firstExempt !== null && writer.size < maxBytes) this.#sendExempt(this.#takeExempt());
    let refilling: Stream | null = null;
    while (this.window > 0 && writer.size < maxBytes) {
      const stream = this.#order.next();
      if (stream === null || (refilling !== null && isAfter(stream, refilling))) break;
      this.#sendData(stream);
      if (stream.backlog === 0 && this.drained.includes(stream)) refilling = stream;
    }
    // Ends of streams may have added to it.
    this.#sendControl();
    const listeners = this.#listeners;
    if (listeners.length > 0) this.#listeners = [];
    if (writer.size === 0 && listeners.length === 0) return null;
    return { octets: writer.size, pieces: writer.finish(), listeners };
  }

  /** What `pull` could not finish never leaves. */
  discard(error: Error): void {
    writer.finish();
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener.onLeft(error);
  }

  #sendControl(): void {
    if (this.control.length === 0) return;
    const octets = this.control.take();
    writer.copy(octets, 0, octets.length);
  }

  #addExempt(stream: Stream): void {
    if (stream.nextExempt !== undefined) return;
    stream.nextExempt = null;
    if (this.#lastExempt === null) this.#firstExempt = stream;
    else this.#lastExempt.nextExempt = stream;
    this.#lastExempt = stream;
  }

  #takeExempt(): Stream {
    const stream = this.#firstExempt as Stream;
    this.#firstExempt = stream.nextExempt ?? null;
    if (this.#firstExempt === null) this.#lastExempt = null;
    stream.nextExempt = undefined;
    return stream;
  }

  #sendExempt(stream: Stream): void {
    if (!canSend(stream.state)) return;
    const { sections } = stream;
    const isComplete = stream.ended && stream.backlog === 0;
    const endsWithHead = isComplete && stream.trailers === null;
    for (let i = 0; i < sections.length; i++) {
      const isLast = endsWithHead && i === sections.length - 1;
      const { status, fields, added } = sections[i];
      this.#sendFields(stream.id, status, fields, added, isLast);
    }
    if (!isComplete) {
      stream.sectionsSent();
      if (stream.onlyListeners) stream.outgoing?.write(writer, 0, this.#listeners);
      this.schedule(stream);
    } else if (endsWithHead && sections.length > 0) this.#end(stream);
    else this.#sendEnd(stream);
  }

  /** Nothing but the end is left: trailers, or an empty DATA frame. */
  #sendEnd(stream: Stream): void {
    if (stream.trailers !== null) this.#sendFields(stream.id, 0, stream.trailers, NO_FIELDS, true);
    else writer.head(DATA, END_STREAM, stream.id, 0);
    this.#end(stream);
  }

  #end(stream: Stream): void {
    stream.sectionsSent();
    if (stream.onlyListeners) stream.outgoing?.write(writer, 0, this.#listeners);
    const listener = stream.responseLeaves();
    if (listener !== null) this.#listeners.push(listener);
    this.#onEnd(stream);
  }

  #sendData(stream: Stream): void {
    const outgoing = stream.outgoing as OutgoingBody;
    const octets = Math.min(QUANTUM_BYTES, this.window, stream.sendWindow, outgoing.length);
    // Memory that was taken away meanwhile is somebody else's.
    if (!outgoing.isIntact(octets)) {
      this.#order.remove(stream);
      this.broken.push(stream);
      return;
    }
    const isLast = stream.ended && octets === outgoing.length;
    writer.head(DATA, isLast && stream.trailers === null ? END_STREAM : 0, stream.id, octets);
    outgoing.write(writer, octets, this.#listeners);
    this.window -= octets;
    this.backlog -= octets;
    stream.sendWindow -= octets;
    this.sent += octets;
    stream.sent += octets;
    this.#accounts.earn(octets);
    if (outgoing.length === 0 || stream.sendWindow <= 0) this.#order.remove(stream);
    else this.#order.turn(stream);
    if (isLast) {
      if (stream.trailers === null) this.#end(stream);
      else this.#sendEnd(stream);
    } else if (outgoing.length < outgoing.drainsBelow) {
      outgoing.drainsBelow = 0;
      this.drained.push(stream);
    }
  }

  /** A field block in one HEADERS frame, or, where it is longer than every client takes, with CONTINUATION frames. */
  #sendFields(streamId: number, status: number, fields: FieldList, added: FieldList, isEnd: boolean): void {
    const bytes = writer.reserve(FRAME_HEAD_BYTES + blockBound(fields, added));
    const head = writer.position;
    const start = head + FRAME_HEAD_BYTES;
    const end = this.#encoder.encode(bytes, start, status, fields, added);
    const flags = isEnd ? END_STREAM : 0;
    if (end - start <= INITIAL_MAX_FRAME_SIZE) {
      writeHead(bytes, head, streamId, end - start);
      writeKind(bytes, head, HEADERS, END_HEADERS | flags);
      writer.advance(end);
      return;
    }
    writeHead(bytes, head, streamId, INITIAL_MAX_FRAME_SIZE);
    writeKind(bytes, head, HEADERS, flags);
    // The rest moves on to make room for the heads between its parts.
    const rest = Buffer.from(bytes.subarray(start + INITIAL_MAX_FRAME_SIZE, end));
    writer.advance(start + INITIAL_MAX_FRAME_SIZE);
    for (let at = 0; at < rest.length; at += INITIAL_MAX_FRAME_SIZE) {
      const part = Math.min(INITIAL_MAX_FRAME_SIZE, rest.length - at);
      writer.head(CONTINUATION, at + part === rest.length ? END_HEADERS : 0, streamId, part);
      writer.copy(rest, at, at + part);
    }
  }
}
