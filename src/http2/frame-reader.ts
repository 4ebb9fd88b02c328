/**
 * Reads frames from the bytes of a connection (RFC 9113 §3.4, §4.1).
 *
 * In: segments, cut anywhere, the preface first. Out: frames. The payload of DATA is passed on as it comes, in views of
 * the segments; any other payload whole, as a view where it lies in one segment, else gathered. Frames of types that
 * mean nothing are passed over without being kept. Knows no streams; never holds more than one frame.
 */
import { Buffer } from 'node:buffer';
import { Http2Error } from './errors.js';
import { Frame, NO_OCTETS } from './frame.js';
import { isKnownFrame } from './frame-rules.js';
import { CONNECTION_PREFACE, DATA, FRAME_HEAD_BYTES, PADDED } from './protocol.js';

/** Where frames are reported. Each of them may throw an `Http2Error` of the scope of the connection. */
export interface FrameSink {
  /** A head is complete, of any type. */
  onFrameHead(frame: Frame): void;
  /** A frame other than DATA, of a known type; its payload has come. */
  onFrame(frame: Frame): void;
  /** The data of the DATA frame whose head came last is so long, and its padding, with its length, so many octets. */
  onDataLength(data: number, padding: number): void;
  /** A part of its data; a view of the segment. */
  onData(data: Buffer): void;
  /** All of it has come, and the padding as well. */
  onDataEnd(): void;
}

const PREFACE = 0;
const HEAD = 1;
const PAYLOAD = 2;
const PAD_LENGTH = 3;
const DATA_PAYLOAD = 4;
const PADDING = 5;
const UNKNOWN_PAYLOAD = 6;

/** The first memory of a payload that is cut; it doubles, so that a head alone costs nothing. */
const FIRST_CAPACITY = 256;

export class FrameReader {
  readonly #sink: FrameSink;
  #state = PREFACE;
  /** Octets that are missing to what is read in this state. */
  #missing = CONNECTION_PREFACE.length;
  readonly #frame = new Frame();
  #padding = 0;
  /** A head or a payload that is cut. */
  #carry: Buffer | null = null;
  #carried = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Whether the segments so far end between two frames. */
  get betweenFrames(): boolean {
    return this.#state === HEAD && this.#carried === 0;
  }

  /** Whether they end within a DATA frame. */
  get inData(): boolean {
    const state = this.#state;
    return state === DATA_PAYLOAD || state === PAD_LENGTH || state === PADDING;
  }

  /**
   * Reads a segment and reports what is in it.
   * @throws Http2Error that ends the connection; the reader is of no use after it
   */
  read(segment: Buffer): void {
    let i = 0;
    while (i < segment.length) {
      switch (this.#state) {
        case HEAD:
          i = this.#readHead(segment, i);
          break;
        case PAYLOAD:
          i = this.#readPayload(segment, i);
          break;
        case DATA_PAYLOAD:
          i = this.#readData(segment, i);
          break;
        case PAD_LENGTH:
          this.#beginData(1 + segment[i++]);
          break;
        case PREFACE:
          i = this.#readPreface(segment, i);
          break;
        default:
          i = this.#pass(segment, i);
      }
    }
  }

  #readPreface(segment: Buffer, start: number): number {
    const end = Math.min(segment.length, start + this.#missing);
    const read = CONNECTION_PREFACE.length - this.#missing;
    if (CONNECTION_PREFACE.compare(segment, start, end, read, read + end - start) !== 0)
      throw new Http2Error('prefaceInvalid');
    this.#missing -= end - start;
    if (this.#missing === 0) this.#expectHead();
    return end;
  }

  #expectHead(): void {
    this.#state = HEAD;
    this.#missing = FRAME_HEAD_BYTES;
  }

  #readHead(segment: Buffer, start: number): number {
    if (this.#carried === 0 && segment.length - start >= FRAME_HEAD_BYTES) {
      this.#takeHead(segment, start);
      return start + FRAME_HEAD_BYTES;
    }
    const end = this.#keep(segment, start);
    if (this.#missing === 0) this.#takeHead(this.#takeCarry(), 0);
    return end;
  }

  #takeHead(bytes: Buffer, at: number): void {
    const frame = this.#frame;
    frame.length = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
    frame.type = bytes[at + 3];
    frame.flags = bytes[at + 4];
    // The first bit is reserved, and "MUST be ignored when receiving".
    frame.streamId =
      ((bytes[at + 5] & 0x7f) << 24) | (bytes[at + 6] << 16) | (bytes[at + 7] << 8) | bytes[at + 8];
    this.#sink.onFrameHead(frame);
    this.#beginPayload();
  }

  #beginPayload(): void {
    const { type, flags, length } = this.#frame;
    this.#missing = length;
    if (type === DATA) {
      if ((flags & PADDED) === 0) this.#beginData(0);
      else if (length === 0) throw new Http2Error('frameLengthInvalid');
      else this.#state = PAD_LENGTH;
    } else if (!isKnownFrame(type)) {
      this.#state = UNKNOWN_PAYLOAD;
      if (length === 0) this.#expectHead();
    } else if (length === 0) {
      this.#expectHead();
      this.#report(NO_OCTETS, 0);
    } else {
      this.#state = PAYLOAD;
    }
  }

  #readPayload(segment: Buffer, start: number): number {
    const end = start + this.#frame.length;
    if (this.#carried === 0 && end <= segment.length) {
      this.#expectHead();
      this.#report(segment, start);
      return end;
    }
    const kept = this.#keep(segment, start);
    if (this.#missing === 0) {
      this.#expectHead();
      this.#report(this.#takeCarry(), 0);
    }
    return kept;
  }

  #report(bytes: Buffer, start: number): void {
    const frame = this.#frame;
    frame.bytes = bytes;
    frame.start = start;
    frame.end = start + frame.length;
    this.#sink.onFrame(frame);
    // The segment is lent.
    frame.bytes = NO_OCTETS;
  }

  /** @param padding - octets of padding and of the octet that says how many there are */
  #beginData(padding: number): void {
    // "If the length of the padding is the length of the frame payload or greater, the recipient MUST treat this as a
    // connection error of type PROTOCOL_ERROR."
    if (padding > this.#frame.length) throw new Http2Error('paddingTooLong');
    this.#padding = padding === 0 ? 0 : padding - 1;
    this.#missing = this.#frame.length - padding;
    this.#sink.onDataLength(this.#missing, padding);
    this.#state = DATA_PAYLOAD;
    if (this.#missing === 0) this.#beginPadding();
  }

  #readData(segment: Buffer, start: number): number {
    const end = Math.min(segment.length, start + this.#missing);
    this.#missing -= end - start;
    this.#sink.onData(segment.subarray(start, end));
    if (this.#missing === 0) this.#beginPadding();
    return end;
  }

  #beginPadding(): void {
    this.#state = PADDING;
    this.#missing = this.#padding;
    if (this.#missing === 0) this.#endData();
  }

  #endData(): void {
    this.#expectHead();
    this.#sink.onDataEnd();
  }

  #pass(segment: Buffer, start: number): number {
    const end = Math.min(segment.length, start + this.#missing);
    this.#missing -= end - start;
    if (this.#missing === 0) {
      if (this.#state === PADDING) this.#endData();
      else this.#expectHead();
    }
    return end;
  }

  /** Keeps what a segment has of something that is cut. */
  #keep(segment: Buffer, start: number): number {
    const end = Math.min(segment.length, start + this.#missing);
    const needed = this.#carried + end - start;
    if (this.#carry === null || needed > this.#carry.length) {
      const capacity = this.#carry === null ? FIRST_CAPACITY : 2 * this.#carry.length;
      const larger = Buffer.allocUnsafe(Math.max(needed, capacity));
      this.#carry?.copy(larger, 0, 0, this.#carried);
      this.#carry = larger;
    }
    segment.copy(this.#carry, this.#carried, start, end);
    this.#carried = needed;
    this.#missing -= end - start;
    return end;
  }

  #takeCarry(): Buffer {
    const bytes = this.#carry as Buffer;
    this.#carry = null;
    this.#carried = 0;
    return bytes;
  }
}
