/**
 * The beginning of a body, as far as it is kept. In: pieces, lent or the program's own. Out: its octets, and how many there
 * were in all. Never more of them than the bound. It is used again for one exchange after another.
 */
import { Buffer } from 'node:buffer';
import type { KeptOctets } from './kept-octets.js';

const NONE = Buffer.alloc(0);

/** Octets up to which a body is kept with the heads; a longer one has memory of its own. */
const SHORT = 4096;

export class BodyRecord {
  /** Octets that passed, kept or not. */
  total = 0;
  readonly #octets: KeptOctets;
  /** Where it is while it is short. */
  #place = 0;
  /** Its own memory where it is not; else none. */
  #bytes = NONE;
  #length = 0;

  constructor(octets: KeptOctets) {
    this.#octets = octets;
  }

  /** Begins anew, with nothing. */
  clear(): void {
    this.total = 0;
    this.#bytes = NONE;
    this.#length = 0;
  }

  /**
   * @param length - octets of the piece
   * @param bound - octets that may be kept of the body
   * @param id - of the exchange
   * @returns how many octets of memory more are taken now
   */
  add(
    data: string | Uint8Array,
    encoding: BufferEncoding | null | undefined,
    length: number,
    bound: number,
    id: number,
  ): number {
    this.total += length;
    const more = Math.min(length, bound - this.#length);
    if (more <= 0) return 0;
    if (this.#bytes === NONE && this.#makeRoom(more, id)) {
      const place = this.#place + this.#length;
      this.#length += more;
      if (typeof data === 'string') this.#octets.write(place, data, encoding ?? 'utf8', more);
      else this.#octets.set(place, more < data.length ? data.subarray(0, more) : data);
      return more;
    }
    if (typeof data !== 'string') return this.#keep(data, more, bound);
    // A text of megabytes is not encoded for its first kilobytes; a character takes one octet at least, hex half of one.
    return this.#keep(Buffer.from(data.slice(0, bound * 2), encoding ?? 'utf8'), more, bound);
  }

  /** What is kept; lent. */
  get kept(): Buffer {
    if (this.#length === 0) return NONE;
    return this.#bytes === NONE
      ? this.#octets.octets(this.#place, this.#length)
      : this.#bytes.subarray(0, this.#length);
  }

  /** Whether so many octets more have room with the heads. */
  #makeRoom(more: number, id: number): boolean {
    if (this.#length + more > SHORT) return false;
    if (this.#length > 0) return this.#octets.extend(this.#place, this.#length, more);
    this.#place = this.#octets.reserve(more, id);
    return true;
  }

  #keep(data: Uint8Array, more: number, bound: number): number {
    const needed = this.#length + more;
    const before = this.#bytes.length;
    if (needed > before) {
      // Memory of its own: a part of a shared slab would keep all of that.
      const grown = Buffer.allocUnsafeSlow(Math.min(bound, Math.max(needed, before * 2)));
      grown.set(this.kept);
      this.#bytes = grown;
    }
    this.#bytes.set(more < data.length ? data.subarray(0, more) : data, this.#length);
    this.#length = needed;
    return this.#bytes.length - before;
  }
}
