/**
 * Holds the beginning of a line whose end has not arrived yet.
 *
 * In: bytes of segments, appended in order. Out: the whole line as one string. The buffer doubles when it is full, so
 * that a line in segments of one byte costs a constant for each byte; it is given back when the line is taken, so
 * that an idle connection holds nothing.
 */
import { Buffer } from 'node:buffer';

const FIRST_CAPACITY = 256;

export class LineCarry {
  length = 0;
  #bytes: Buffer | null = null;

  append(segment: Buffer, start: number, end: number): void {
    const needed = this.length + end - start;
    if (this.#bytes === null || needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(
        Math.max(needed, this.#bytes === null ? FIRST_CAPACITY : 2 * this.#bytes.length),
      );
      this.#bytes?.copy(larger, 0, 0, this.length);
      this.#bytes = larger;
    }
    segment.copy(this.#bytes, this.length, start, end);
    this.length = needed;
  }

  /** The first `length` bytes, without taking them. */
  peek(length: number): string {
    return this.#bytes === null ? '' : this.#bytes.toString('latin1', 0, Math.min(length, this.length));
  }

  take(): string {
    const text = this.peek(this.length);
    this.length = 0;
    this.#bytes = null;
    return text;
  }
}
