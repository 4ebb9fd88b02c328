/**
 * The beginning of a body, as far as it is kept. In: pieces, lent or the program's own. Out: its octets, in memory of
 * their own, and how many there were in all. Never more of them than the bound.
 */
import { Buffer } from 'node:buffer';

const NONE = Buffer.alloc(0);

/** Characters of a text that is kept as it is: a longer one may be a slice of another, and keep all of that. */
const MAX_TEXT = 12;

export class BodyRecord {
  /** Octets that passed, kept or not. */
  total = 0;
  /** The only piece so far, where it is a short text. */
  #text: string | null = null;
  #encoding: BufferEncoding = 'utf8';
  #bytes: Buffer = NONE;
  #length = 0;

  /**
   * @param length - octets of the piece
   * @param bound - octets that may be kept of the body
   * @returns how many octets more are kept now
   */
  add(data: string | Uint8Array, encoding: BufferEncoding | null | undefined, length: number, bound: number) {
    const isFirst = this.total === 0;
    this.total += length;
    if (typeof data === 'string') {
      if (isFirst && length <= bound) {
        if (data.length > MAX_TEXT) {
          this.#bytes = Buffer.from(data, encoding ?? 'utf8');
          // No more of it leaves than was announced.
          this.#length = Math.min(this.#bytes.length, length);
          return this.#length;
        }
        this.#text = data;
        this.#encoding = encoding ?? 'utf8';
        return length;
      }
      // A text of megabytes is not encoded for its first kilobytes; a character takes one octet at least, hex half of one.
      return this.#keep(Buffer.from(data.slice(0, bound * 2), encoding ?? 'utf8'), bound);
    }
    return this.#keep(data, bound);
  }

  get kept(): Buffer {
    this.#settle();
    return this.#bytes.subarray(0, this.#length);
  }

  #settle(): void {
    if (this.#text === null) return;
    this.#bytes = Buffer.from(this.#text, this.#encoding);
    this.#length = this.#bytes.length;
    this.#text = null;
  }

  #keep(data: Uint8Array, bound: number): number {
    this.#settle();
    const more = Math.min(data.length, bound - this.#length);
    if (more <= 0) return 0;
    const needed = this.#length + more;
    if (needed > this.#bytes.length) {
      // Memory of its own: a part of a shared slab would keep all of that.
      const grown = Buffer.allocUnsafeSlow(Math.min(bound, Math.max(needed, this.#bytes.length * 2)));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(data.subarray(0, more), this.#length);
    this.#length = needed;
    return more;
  }
}
