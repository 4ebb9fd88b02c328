/**
 * Gathers what is to leave in one write.
 *
 * In: text and bytes in the order they are to leave. Out: one string while it is all text and little bytes, else one
 * buffer where that is cheaper than many writes, else the parts as they are. Never copies large bytes.
 */
import { Buffer } from 'node:buffer';
import { ASSEMBLED_BYTES, BYTES_AS_TEXT, LARGE_PART_BYTES } from './limits.js';

/** What a text may be written as. US-ASCII goes with either of the others. */
const ASCII = 0;
const LATIN1 = 1;
const UTF8 = 2;

type TextKind = typeof ASCII | typeof LATIN1 | typeof UTF8;

/** One write: the data, and its encoding where it is text. */
export interface Piece {
  readonly chunk: string | Uint8Array;
  readonly encoding: 'latin1' | 'utf8' | 'buffer';
}

export class WriteBatch {
  /** Bytes gathered. */
  length = 0;
  #text = '';
  #kind: TextKind = ASCII;
  #parts: Piece[] = [];

  ascii(text: string): void {
    this.#text += text;
    this.length += text.length;
  }

  latin1(text: string): void {
    if (this.#kind === UTF8) this.#closeText();
    this.#kind = LATIN1;
    this.#text += text;
    this.length += text.length;
  }

  /** @param byteLength - its length as UTF-8 */
  utf8(text: string, byteLength: number): void {
    if (byteLength !== text.length) {
      if (this.#kind === LATIN1) this.#closeText();
      this.#kind = UTF8;
    }
    this.#text += text;
    this.length += byteLength;
  }

  bytes(data: Uint8Array): void {
    if (data.length <= BYTES_AS_TEXT) {
      this.latin1(asBuffer(data).toString('latin1'));
      return;
    }
    this.#closeText();
    this.#parts.push({ chunk: data, encoding: 'buffer' });
    this.length += data.length;
  }

  #closeText(): void {
    if (this.#text === '') return;
    this.#parts.push({ chunk: this.#text, encoding: this.#encoding() });
    this.#text = '';
    this.#kind = ASCII;
  }

  #encoding(): 'latin1' | 'utf8' {
    return this.#kind === UTF8 ? 'utf8' : 'latin1';
  }

  /** Takes everything, as one piece; null when it has to be taken with `takeParts`. */
  takeWhole(): Piece | null {
    const { length } = this;
    if (this.#parts.length === 0) {
      const piece = { chunk: this.#text, encoding: this.#encoding() };
      this.#text = '';
      this.#kind = ASCII;
      this.length = 0;
      return piece;
    }
    if (length > ASSEMBLED_BYTES || length > this.#parts.length * LARGE_PART_BYTES) return null;
    return { chunk: assemble(this.takeParts(), length), encoding: 'buffer' };
  }

  takeParts(): Piece[] {
    this.#closeText();
    const parts = this.#parts;
    this.#parts = [];
    this.length = 0;
    return parts;
  }
}

function assemble(parts: readonly Piece[], length: number): Buffer {
  const whole = Buffer.allocUnsafe(length);
  let offset = 0;
  for (const { chunk, encoding } of parts) {
    if (typeof chunk === 'string') {
      offset += whole.write(chunk, offset, encoding as BufferEncoding);
    } else {
      whole.set(chunk, offset);
      offset += chunk.length;
    }
  }
  return whole;
}

function asBuffer(data: Uint8Array): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
