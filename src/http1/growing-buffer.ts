/**
 * Gathers bytes that arrive in pieces.
 *
 * In: parts of segments, appended in order. Out: all of them as one string or one buffer. The memory doubles when it
 * is full, so that pieces of one byte cost a constant each; it is given away with what it held, so that an idle
 * connection holds nothing. Never more than twice what was appended, beyond its first few bytes.
 */
import { Buffer } from 'node:buffer';

const FIRST_CAPACITY = 256;
const FEW_BYTES = 16;

export class GrowingBuffer {
  length = 0;
  #bytes: Buffer | null = null;

  append(segment: Buffer, start: number, end: number): void {
    const needed = this.length + end - start;
    if (this.#bytes === null || needed > this.#bytes.length) {
      const capacity = this.#bytes === null ? FIRST_CAPACITY : 2 * this.#bytes.length;
      const larger = Buffer.allocUnsafe(Math.max(needed, capacity));
      this.#bytes?.copy(larger, 0, 0, this.length);
      this.#bytes = larger;
    }
    const bytes = this.#bytes;
    // For a few bytes, the call into native code would cost more than the copy.
    if (end - start > FEW_BYTES) segment.copy(bytes, this.length, start, end);
    else for (let i = start, to = this.length; i < end; i++, to++) bytes[to] = segment[i];
    this.length = needed;
  }

  /** The first `length` bytes as latin1, without taking them. */
  peek(length: number): string {
    return this.#bytes === null ? '' : this.#bytes.toString('latin1', 0, Math.min(length, this.length));
  }

  takeText(): string {
    const text = this.peek(this.length);
    this.#clear();
    return text;
  }

  takeBytes(): Buffer {
    const bytes = (this.#bytes as Buffer).subarray(0, this.length);
    this.#clear();
    return bytes;
  }

  #clear(): void {
    this.length = 0;
    this.#bytes = null;
  }
}
