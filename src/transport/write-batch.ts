/**
 * Gathers what is to leave in one write.
 *
 * In: text and bytes in the order they are to leave, counted as they come. Out: one string while it is all text and
 * little bytes, else one buffer where that is cheaper than many writes, else the parts as they are. Never copies large
 * bytes; never gives out more or less than was counted, nor memory that wasn't filled.
 */
import { Buffer } from 'node:buffer';
import { byteLengthOf, isLatin1, isUtf8 } from '../node/byte-length.js';
import { ASSEMBLED_BYTES, BYTES_AS_TEXT, LARGE_PART_BYTES } from './limits.js';

/** What a text may be written as. US-ASCII goes with either of the others. */
const ASCII = 0;
const LATIN1 = 1;
const UTF8 = 2;

type TextKind = typeof ASCII | typeof LATIN1 | typeof UTF8;

/** One write: the data, its encoding where it is text, and its bytes as they were counted. */
export interface Piece {
  readonly chunk: string | Uint8Array;
  readonly encoding: 'latin1' | 'utf8' | 'buffer';
  readonly length: number;
}

/** The program shrank a buffer after it wrote it: what was said of its length is not true any more. */
export class ResizedBufferError extends Error {
  readonly code = 'ERR_HTTP_RESIZED_BUFFER';
  /** @param before - what was gathered before it, and can leave */
  constructor(readonly before: readonly Piece[] = []) {
    super('A buffer was shrunk or transferred after it was written and before it left');
  }
}

/** Text that leaves in UTF-8 or latin1, or bytes. */
export type Encodable = string | Uint8Array;

type Encoding = BufferEncoding | null | undefined;

/** Text in another encoding than UTF-8 and latin1 becomes bytes. */
export function encodable(data: string | Uint8Array, encoding: Encoding): Encodable {
  if (typeof data !== 'string' || isUtf8(encoding) || isLatin1(encoding)) return data;
  return Buffer.from(data, encoding as BufferEncoding);
}

export class WriteBatch {
  /** Bytes gathered. */
  length = 0;
  #text = '';
  /** Bytes of the text. */
  #textLength = 0;
  #kind: TextKind = ASCII;
  #parts: Piece[] = [];

  /** Whether bytes are kept as they are, and not as a copy. */
  get keepsBytes(): boolean {
    return this.#parts.length > 0;
  }

  ascii(text: string): void {
    this.#add(text, text.length);
  }

  /** @param length - its bytes as they were counted, by `encodedLength` or before */
  put(data: Encodable, encoding: Encoding, length: number): void {
    if (typeof data !== 'string') this.bytes(data, length);
    else if (isLatin1(encoding)) this.latin1(data);
    else this.utf8(data, length);
  }

  #add(text: string, length: number): void {
    this.#text += text;
    this.#textLength += length;
    this.length += length;
  }

  latin1(text: string): void {
    if (this.#kind === UTF8) this.#closeText();
    this.#kind = LATIN1;
    this.#add(text, text.length);
  }

  /** @param byteLength - its length as UTF-8 */
  utf8(text: string, byteLength: number): void {
    if (byteLength === text.length) {
      this.#add(text, byteLength);
      return;
    }
    if (this.#kind === LATIN1) this.#closeText();
    this.#kind = UTF8;
    this.#add(endingWell(text), byteLength);
  }

  /** @param length - its bytes as they were counted: where they are others by now, none of them leaves */
  bytes(data: Uint8Array, length: number): void {
    if (length === 0) return;
    if (length <= BYTES_AS_TEXT && byteLengthOf(data) === length) {
      const text = asBuffer(data).toString('latin1', 0, length);
      if (text.length === length) {
        this.latin1(text);
        return;
      }
    }
    this.#closeText();
    this.#parts.push({ chunk: data, encoding: 'buffer', length });
    this.length += length;
  }

  #closeText(): void {
    if (this.#text === '') return;
    this.#parts.push(this.#takeText());
  }

  #takeText(): Piece {
    const piece: Piece = { chunk: this.#text, encoding: this.#encoding(), length: this.#textLength };
    this.#text = '';
    this.#textLength = 0;
    this.#kind = ASCII;
    return piece;
  }

  #encoding(): 'latin1' | 'utf8' {
    return this.#kind === UTF8 ? 'utf8' : 'latin1';
  }

  /**
   * Takes everything, as one piece; null when it has to be taken with `takeParts`.
   * @throws ResizedBufferError, and everything is gone
   */
  takeWhole(): Piece | null {
    const { length } = this;
    if (this.#parts.length === 0) {
      this.length = 0;
      return this.#takeText();
    }
    if (length > ASSEMBLED_BYTES || length > this.#parts.length * LARGE_PART_BYTES) return null;
    return { chunk: assemble(this.takeParts(), length), encoding: 'buffer', length };
  }

  /** @throws ResizedBufferError, and everything is gone */
  takeParts(): Piece[] {
    const parts = this.takeUnchecked();
    if (!parts.some(isResized)) return parts;
    const broken = parts.findIndex(isShrunk);
    if (broken >= 0) throw new ResizedBufferError(parts.slice(0, broken).map(asCounted));
    return parts.map(asCounted);
  }

  /** Takes everything to drop it. */
  takeUnchecked(): Piece[] {
    this.#closeText();
    const parts = this.#parts;
    this.#parts = [];
    this.length = 0;
    return parts;
  }
}

function isResized({ chunk, length }: Piece): boolean {
  return typeof chunk !== 'string' && byteLengthOf(chunk) !== length;
}

function isShrunk({ chunk, length }: Piece): boolean {
  return typeof chunk !== 'string' && byteLengthOf(chunk) < length;
}

/** Of a buffer that grew after it was written, what was written. */
function asCounted(piece: Piece): Piece {
  if (!isResized(piece)) return piece;
  const { buffer, byteOffset } = piece.chunk as Uint8Array;
  return { ...piece, chunk: new Uint8Array(buffer, byteOffset, piece.length) };
}

/** Copies parts that were checked; they are as long as was counted. */
export function assemble(parts: readonly Piece[], length: number): Buffer {
  const whole = Buffer.allocUnsafe(length);
  let offset = 0;
  for (const { chunk, encoding } of parts) {
    if (typeof chunk === 'string') {
      offset += whole.write(chunk, offset, encoding as BufferEncoding);
    } else {
      whole.set(chunk, offset);
      offset += byteLengthOf(chunk);
    }
  }
  // Memory that wasn't filled is another's: it never leaves, whatever was counted.
  if (offset !== length) throw new ResizedBufferError();
  return whole;
}

/** Half a surrogate pair at the end of a write is not joined with the next one: each write is encoded by itself. */
function endingWell(text: string): string {
  const isHalf = (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800;
  return isHalf ? `${text.slice(0, -1)}\ufffd` : text;
}

function asBuffer(data: Uint8Array): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
