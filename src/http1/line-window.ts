/**
 * The part of a segment from which lines are read: its bytes to look at, and the same as text to take strings from.
 *
 * In: a segment and where to begin. Out: whole lines only. Each ends with LF, which belongs to no character class: so
 * whoever walks along the bytes of a line stops there by itself, and never reads beyond the window. Indices are
 * those of the segment throughout.
 */
import type { Buffer } from 'node:buffer';

const LF = 0x0a;
const NO_BYTES = new Uint8Array(0);

export class LineWindow {
  bytes: Uint8Array = NO_BYTES;
  /** The index after the last whole line. */
  end = 0;
  /** The index after the last byte that was looked for lines. */
  limit = 0;
  #text = '';
  #origin = 0;

  open(segment: Buffer, start: number, maxBytes: number): void {
    const limit = Math.min(segment.length, start + maxBytes);
    // Most segments end with a head, and so with LF.
    const lineFeed = segment[limit - 1] === LF ? limit - 1 : segment.lastIndexOf(LF, limit - 1);
    const end = Math.max(start, lineFeed + 1);
    this.bytes = segment;
    this.limit = limit;
    this.end = end;
    this.#origin = start;
    this.#text = segment.toString('latin1', start, end);
  }

  close(): void {
    this.bytes = NO_BYTES;
    this.#text = '';
    this.end = 0;
  }

  slice(start: number, end: number): string {
    return this.#text.slice(start - this.#origin, end - this.#origin);
  }

  startsWith(text: string, index: number): boolean {
    return this.#text.startsWith(text, index - this.#origin);
  }

  /** Whether the whole lines from `index` on begin with `lines`, which are whole lines and end with an empty one. */
  hasLines(lines: string, index: number): boolean {
    const end = index + lines.length;
    // Most others are not as long, and so have no line's end there.
    if (end > this.end || this.bytes[end - 1] !== LF || this.bytes[end - 3] !== LF) return false;
    return this.slice(index, end) === lines;
  }

  /** The index of the LF that ends the line in which `index` is. */
  lineFeed(index: number): number {
    return this.#origin + this.#text.indexOf('\n', index - this.#origin);
  }
}
