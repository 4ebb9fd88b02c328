/**
 * Writes frames (RFC 9113 §4.1, §6) into one buffer for all that leaves at a time.
 *
 * In: heads, field blocks, short payloads, which are written or copied into the buffer, and long payloads, which are
 * passed on as they are. Out: all of it in order, as few buffers as that takes. The buffer is shared by all
 * connections: between `begin` and `finish` nothing else may write. What was given out is never written again.
 */
import { Buffer } from 'node:buffer';
import { FRAME_HEAD_BYTES } from './protocol.js';

/** Octets of the buffer; where it is full, another takes its place. */
const BUFFER_BYTES = 64 * 1024;

/** A Buffer's own way to copy, which takes any octets. */
const copyOctets: (this: Uint8Array, target: Uint8Array, to: number, start: number, end: number) => number =
  Buffer.prototype.copy;

let buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
let at = 0;

export class FrameWriter {
  /** Octets since `begin`. */
  size = 0;
  /** Octets of a part of a body up to which it is copied. */
  copied = 0;
  #pieces: Uint8Array[] = [];
  #from = 0;

  /**
   * What was begun and never finished, since something threw, is forgotten.
   * @param copied - octets of a part of a body up to which it is copied
   */
  begin(copied: number): void {
    this.size = 0;
    this.copied = copied;
    this.#pieces = [];
    this.#from = at;
  }

  /** What was written since `begin`. */
  finish(): Uint8Array[] {
    // Mostly it is one piece, and an array made with it takes less than one that grows.
    if (this.#pieces.length === 0 && at > this.#from) {
      const whole = [buffer.subarray(this.#from, at)];
      this.#from = at;
      return whole;
    }
    this.#cut();
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  #cut(): void {
    if (at > this.#from) this.#pieces.push(buffer.subarray(this.#from, at));
    this.#from = at;
  }

  /** The buffer, with so many octets free at `position`. */
  reserve(octets: number): Buffer {
    if (at + octets > buffer.length) {
      this.#cut();
      buffer = Buffer.allocUnsafeSlow(Math.max(BUFFER_BYTES, octets));
      at = this.#from = 0;
    }
    return buffer;
  }

  /** Where the next octet goes. */
  get position(): number {
    return at;
  }

  /** Takes what the caller wrote into the buffer up to `end`. */
  advance(end: number): void {
    this.size += end - at;
    at = end;
  }

  /** The head of a frame whose payload follows. */
  head(type: number, flags: number, streamId: number, length: number): void {
    const bytes = this.reserve(FRAME_HEAD_BYTES);
    writeHead(bytes, at, streamId, length);
    writeKind(bytes, at, type, flags);
    this.advance(at + FRAME_HEAD_BYTES);
  }

  /** Octets that are copied into the buffer. */
  copy(octets: Uint8Array, start: number, end: number): void {
    const bytes = this.reserve(end - start);
    copyOctets.call(octets, bytes, at, start, end);
    this.advance(at + end - start);
  }

  /** Octets that leave as they are, and must not change until they have. */
  pass(octets: Uint8Array): void {
    this.#cut();
    this.#pieces.push(octets);
    this.size += octets.length;
  }
}

/** Writes the length and the stream of a head. */
export function writeHead(bytes: Uint8Array, start: number, streamId: number, length: number): void {
  bytes[start] = length >>> 16;
  bytes[start + 1] = length >>> 8;
  bytes[start + 2] = length;
  writeUint32(bytes, start + 5, streamId);
}

/** Writes the type and the flags of a head. */
export function writeKind(bytes: Uint8Array, start: number, type: number, flags: number): void {
  bytes[start + 3] = type;
  bytes[start + 4] = flags;
}

export function writeUint32(bytes: Uint8Array, start: number, value: number): void {
  bytes[start] = value >>> 24;
  bytes[start + 1] = value >>> 16;
  bytes[start + 2] = value >>> 8;
  bytes[start + 3] = value;
}
