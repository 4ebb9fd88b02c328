/**
 * Memory for heads and short bodies, which is used again. In: octets, and the number of the exchange they are of. Out: the place where
 * they are, until that exchange is dropped. Thousands of small objects that live for some milliseconds each cost the collector of
 * garbage more than all else that is noted; these are none.
 */
import { Buffer } from 'node:buffer';

/** Octets of a chunk; what needs more has one of its own. */
const CHUNK = 65_536;
/** Characters up to which the call into native code would cost more than writing them one by one. */
const FEW = 64;
/** A place is the number of a chunk and an index in it. */
const INDEX_BITS = 16;
const INDEX = CHUNK - 1;

const NONE = Buffer.alloc(0);

interface Chunk {
  bytes: Buffer;
  /** The last exchange that has octets in it. */
  lastId: number;
}

export interface Keeper {
  /** The oldest exchange that is kept. */
  readonly oldestId: number;
  dropOldest(): void;
}

export class KeptOctets {
  readonly #keeper: Keeper;
  readonly #maxBytes: number;
  readonly #chunks: Chunk[] = [];
  /** Numbers of chunks without memory. */
  readonly #spare: number[] = [];
  /** Numbers of chunks that are full, in the order in which they were filled. */
  readonly #full: number[] = [];
  #number = -1;
  #bytes: Buffer = NONE;
  #used = 0;
  #allocated = 0;
  /** The text that was kept last, and where. */
  #text = '';
  #textPlace = -1;

  /** @param maxBytes - of all chunks together, but for two */
  constructor(keeper: Keeper, maxBytes: number) {
    this.#keeper = keeper;
    this.#maxBytes = maxBytes;
  }

  /** Octets of memory that it has. */
  get allocated(): number {
    return this.#allocated;
  }

  /** Keeps a part of bytes; returns its place. */
  keep(bytes: Uint8Array, start: number, end: number, id: number): number {
    if (start === end) return 0;
    const place = this.reserve(end - start, id);
    const isWhole = start === 0 && end === bytes.length;
    this.#bytes.set(isWhole ? bytes : bytes.subarray(start, end), place & INDEX);
    return place;
  }

  /**
   * Keeps text whose characters are one octet each; returns its place. Most programs answer many requests with one head, until the
   * date changes: it is kept once.
   */
  keepText(text: string, id: number): number {
    if (text.length === 0) return 0;
    if (this.#number === this.#textPlace >>> INDEX_BITS && text === this.#text) {
      this.#own(id);
      return this.#textPlace;
    }
    const place = this.reserve(text.length, id);
    this.#bytes.write(text, place & INDEX, text.length, 'latin1');
    this.#text = text;
    this.#textPlace = place;
    return place;
  }

  /** A place for octets, which `write` and `set` fill. */
  reserve(length: number, id: number): number {
    if (this.#used + length > this.#bytes.length) this.#next(length, id);
    const place = (this.#number << INDEX_BITS) | this.#used;
    this.#used += length;
    this.#own(id);
    return place;
  }

  /** The present chunk has octets of an exchange. */
  #own(id: number): void {
    const chunk = this.#chunks[this.#number] as Chunk;
    if (chunk.lastId < id) chunk.lastId = id;
  }

  /** Whether a place, to which nothing was added since it was reserved, has so many octets more from now on. */
  extend(place: number, length: number, more: number): boolean {
    const isLast = place >>> INDEX_BITS === this.#number && (place & INDEX) + length === this.#used;
    if (!isLast || this.#used + more > this.#bytes.length) return false;
    this.#used += more;
    return true;
  }

  /** Text of so many octets, or the beginning of one that has more. */
  write(place: number, text: string, encoding: BufferEncoding, length: number): void {
    const bytes = this.#at(place);
    const index = place & INDEX;
    if (encoding === 'utf8' && text.length === length && length <= FEW && writeAscii(bytes, index, text))
      return;
    if (bytes.write(text, index, length, encoding) === length) return;
    // No part of a character is written; what was there before is of another exchange.
    bytes.fill(0, index, index + length);
    // A character takes one octet at least, hex half of one.
    bytes.set(Buffer.from(text.slice(0, length * 2), encoding).subarray(0, length), index);
  }

  set(place: number, octets: Uint8Array): void {
    this.#at(place).set(octets, place & INDEX);
  }

  /** What is kept there; lent. */
  octets(place: number, length: number): Buffer {
    if (length === 0) return NONE;
    const index = place & INDEX;
    return this.#at(place).subarray(index, index + length);
  }

  text(place: number, length: number): string {
    if (length === 0) return '';
    const index = place & INDEX;
    return this.#at(place).toString('latin1', index, index + length);
  }

  /** Gives all memory back; whatever was kept is dropped. */
  clear(): void {
    this.#chunks.length = 0;
    this.#spare.length = 0;
    this.#full.length = 0;
    this.#number = -1;
    this.#textPlace = -1;
    this.#text = '';
    this.#bytes = NONE;
    this.#used = 0;
    this.#allocated = 0;
  }

  #at(place: number): Buffer {
    return (this.#chunks[place >>> INDEX_BITS] as Chunk).bytes;
  }

  /** Goes on to a chunk that has room. Never drops the exchange for which it is. */
  #next(length: number, id: number): void {
    if (this.#number >= 0) this.#full.push(this.#number);
    this.#textPlace = -1;
    let free = this.#takeFree(length);
    if (free === null) {
      // The oldest of what has room by itself may share a chunk with what has not.
      while (this.#allocated >= this.#maxBytes + CHUNK && this.#full.length > 0) {
        const oldest = this.#full[0] as number;
        if (this.#isFree(oldest)) this.#release(this.#full.shift() as number);
        else if ((this.#chunks[oldest] as Chunk).lastId < id) this.#keeper.dropOldest();
        else break;
      }
      const size = Math.max(CHUNK, length);
      free = this.#spare.pop() ?? this.#chunks.length;
      // Memory of its own: a part of a shared slab would keep all of that.
      this.#chunks[free] = { bytes: Buffer.allocUnsafeSlow(size), lastId: 0 };
      this.#allocated += size;
    }
    this.#number = free;
    this.#bytes = (this.#chunks[free] as Chunk).bytes;
    this.#used = 0;
  }

  /** One that nobody has octets in any more; others like it give their memory back. */
  #takeFree(length: number): number | null {
    let free: number | null = null;
    while (this.#full.length > 0 && this.#isFree(this.#full[0] as number)) {
      const number = this.#full.shift() as number;
      const { bytes } = this.#chunks[number] as Chunk;
      if (free === null && bytes.length === CHUNK && length <= CHUNK) free = number;
      else this.#release(number);
    }
    if (free !== null) (this.#chunks[free] as Chunk).lastId = 0;
    return free;
  }

  #isFree(number: number): boolean {
    return (this.#chunks[number] as Chunk).lastId < this.#keeper.oldestId;
  }

  #release(number: number): void {
    const chunk = this.#chunks[number] as Chunk;
    this.#allocated -= chunk.bytes.length;
    chunk.bytes = NONE;
    this.#spare.push(number);
  }
}

/** @returns whether all of it is ASCII, so that a character is one octet in every encoding of text */
function writeAscii(bytes: Buffer, index: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return false;
    bytes[index + i] = code;
  }
  return true;
}
