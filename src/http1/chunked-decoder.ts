/**
 * Takes the chunked coding off a body (RFC 9112 §7.1).
 *
 * In: segments of bytes, cut anywhere. Out: data, then DONE when the trailer section may begin. The first chunks of a
 * segment leave one by one, as their sender wrote them; many small ones after them leave as one buffer, so that a body
 * of 1-byte chunks costs its reader little more than a plain one. Extensions are checked, counted and dropped. Never
 * looks at a byte twice.
 */
import type { Buffer } from 'node:buffer';
import { FIELD_VALUE } from '../http/grammar.js';
import { GrowingBuffer } from './growing-buffer.js';
import {
  MAX_BODY_EXTENSION_BYTES,
  MAX_CHUNK_EXTENSION_BYTES,
  MAX_CHUNK_SIZE_DIGITS,
  SEPARATE_CHUNKS,
  SMALL_CHUNK_BYTES,
} from './limits.js';
import { WireError } from './wire-error.js';

/** What the next byte belongs to. */
const SIZE = 0;
const SIZE_SPACE = 1;
const EXTENSION = 2;
const SIZE_LF = 3;
const DATA = 4;
const DATA_CR = 5;
const DATA_LF = 6;
const DONE = 7;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const SEMICOLON = 0x3b;

/** The value of each hexadecimal digit; 255 for what is none. */
const HEX = Uint8Array.from({ length: 256 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? 255 : digit;
});

export class ChunkedDecoder {
  /** Index in the segment of the first byte that was not read, where whoever gets the data throws. */
  position = 0;
  #state = SIZE;
  #size = 0;
  #digits = 0;
  #extensionBytes = 0;
  #bodyExtensionBytes = 0;
  /** How many chunks of the segment left as they are. */
  #reported = 0;
  readonly #gathered = new GrowingBuffer();
  readonly #onData: (data: Buffer) => void;
  readonly #isLoose: boolean;

  /** @param isLoose - white space may follow a chunk size */
  constructor(onData: (data: Buffer) => void, isLoose = false) {
    this.#onData = onData;
    this.#isLoose = isLoose;
  }

  /** Whether the last chunk has been read: what follows is the trailer section. */
  get done(): boolean {
    return this.#state === DONE;
  }

  /** Reads from `position` to the end of the segment or of the body; gives the index of the first byte not read. */
  decode(segment: Buffer, position: number): number {
    let i = position;
    this.#reported = 0;
    try {
      while (i < segment.length && this.#state !== DONE) {
        i = this.#state === DATA ? this.#data(segment, i) : this.#frame(segment, i);
      }
      this.position = i;
    } catch (error) {
      if (error instanceof WireError) this.position = i;
      throw error;
    } finally {
      // Data that came before what is refused is reported, however the segments were cut.
      this.#flush();
    }
    return i;
  }

  #data(segment: Buffer, start: number): number {
    const end = Math.min(segment.length, start + this.#size);
    const length = end - start;
    const isGathered = length < SMALL_CHUNK_BYTES && this.#reported >= SEPARATE_CHUNKS;
    if (!isGathered) {
      this.position = start;
      this.#flush();
      this.position = end;
    }
    this.#size -= length;
    if (this.#size === 0) this.#state = DATA_CR;
    if (isGathered) {
      this.#gathered.append(segment, start, end);
    } else {
      this.#reported++;
      this.#onData(segment.subarray(start, end));
    }
    return end;
  }

  #flush(): void {
    if (this.#gathered.length > 0) this.#onData(this.#gathered.takeBytes());
  }

  #frame(segment: Buffer, i: number): number {
    const byte = segment[i];
    switch (this.#state) {
      case SIZE:
        return this.#sizeDigit(byte, i);
      case SIZE_SPACE:
        if (byte === SEMICOLON) this.#state = EXTENSION;
        else if (byte === CR && this.#isLoose) this.#state = SIZE_LF;
        else if (byte !== SPACE && byte !== TAB) throw new WireError('chunkSizeInvalid');
        this.#countExtension(1);
        return i + 1;
      case EXTENSION:
        return this.#extension(segment, i);
      case SIZE_LF:
        if (byte !== LF) throw new WireError('lineFeedExpected');
        this.#state = this.#size === 0 ? DONE : DATA;
        this.#digits = 0;
        this.#extensionBytes = 0;
        return i + 1;
      case DATA_CR:
        if (byte !== CR) throw new WireError('chunkDataUnterminated');
        this.#state = DATA_LF;
        return i + 1;
      default:
        if (byte !== LF) throw new WireError('chunkDataUnterminated');
        this.#state = SIZE;
        return i + 1;
    }
  }

  #sizeDigit(byte: number, i: number): number {
    const digit = HEX[byte];
    if (digit !== 255) {
      if (++this.#digits > MAX_CHUNK_SIZE_DIGITS) throw new WireError('chunkSizeOverflow');
      this.#size = this.#size * 16 + digit;
      if (this.#size > Number.MAX_SAFE_INTEGER) throw new WireError('chunkSizeOverflow');
      return i + 1;
    }
    if (this.#digits === 0) throw new WireError('chunkSizeInvalid');
    if (byte === CR) this.#state = SIZE_LF;
    else if (byte === SEMICOLON) this.#state = EXTENSION;
    else if (byte === SPACE || byte === TAB) this.#state = SIZE_SPACE;
    else throw new WireError('chunkSizeInvalid');
    return i + 1;
  }

  #extension(segment: Buffer, start: number): number {
    let i = start;
    while (i < segment.length && FIELD_VALUE[segment[i]] === 1) i++;
    this.#countExtension(i - start);
    if (i === segment.length) return i;
    if (segment[i] !== CR) throw new WireError('chunkExtensionInvalid');
    this.#state = SIZE_LF;
    return i + 1;
  }

  #countExtension(bytes: number): void {
    this.#extensionBytes += bytes;
    this.#bodyExtensionBytes += bytes;
    if (
      this.#extensionBytes > MAX_CHUNK_EXTENSION_BYTES ||
      this.#bodyExtensionBytes > MAX_BODY_EXTENSION_BYTES
    ) {
      throw new WireError('chunkExtensionsTooLarge');
    }
  }
}
