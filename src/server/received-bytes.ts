/**
 * Which bytes of a connection of HTTP/1.1 are the head or the body of the request that is being read, for whoever observes.
 *
 * In: segments as they come, and how far the parser has read. Out: the bytes since the last time, lent, and when the
 * first of them came. Copies only what a segment leaves unfinished.
 */
import { Buffer } from 'node:buffer';
import { performance } from 'node:perf_hooks';
import { GrowingBuffer } from '../http1/growing-buffer.js';

const NONE = Buffer.alloc(0);

export class ReceivedBytes {
  /** When the first byte came that has not been taken, in ms of `performance.now()`. */
  since = performance.now();
  #segmentAt = this.since;
  #segment: Buffer | null = null;
  #start = 0;
  readonly #kept = new GrowingBuffer();
  /** Where what was taken last begins and ends in the bytes that were returned. */
  partStart = 0;
  partEnd = 0;

  /** What came of a head before the present segment, in memory of its own. */
  get earlier(): Buffer {
    return Buffer.from(this.#kept.peek(this.#kept.length), 'latin1');
  }

  /** Whether anything came that was not taken yet, of which no view need be made else. */
  hasMore(position: number): boolean {
    return position > this.#start || this.#kept.length > 0;
  }

  begin(segment: Buffer): void {
    this.#segmentAt = performance.now();
    if (this.#kept.length === 0) this.since = this.#segmentAt;
    this.#segment = segment;
    this.#start = 0;
  }

  /**
   * What came and was not taken yet.
   * @param position - index in the segment up to which the parser has read
   */
  take(position: number): Uint8Array {
    const segment = this.#segment;
    // Observed since a moment ago.
    if (segment === null) return NONE;
    const start = this.#start;
    this.#start = position;
    this.since = this.#segmentAt;
    if (this.#kept.length === 0) return segment.subarray(start, position);
    this.#kept.append(segment, start, position);
    return this.#kept.takeBytes();
  }

  /**
   * The same as a part of what is returned, from `partStart` to `partEnd`: a view costs more than what it saves of a small head.
   */
  takePart(position: number): Uint8Array {
    const segment = this.#segment;
    if (segment === null || this.#kept.length > 0) {
      const bytes = this.take(position);
      this.partStart = 0;
      this.partEnd = bytes.length;
      return bytes;
    }
    this.partStart = this.#start;
    this.partEnd = position;
    this.#start = position;
    this.since = this.#segmentAt;
    return segment;
  }

  /** What came and was not taken yet is of no concern to anybody. */
  skip(position: number): void {
    this.#start = position;
    this.since = this.#segmentAt;
    if (this.#kept.length > 0) this.#kept.takeBytes();
  }

  /**
   * The segment is given back.
   * @param isCut - whether what was not taken of it is a head that goes on in the next one
   */
  end(position: number, isCut: boolean): void {
    const segment = this.#segment;
    this.#segment = null;
    if (isCut && segment !== null) this.#kept.append(segment, this.#start, position);
  }
}
