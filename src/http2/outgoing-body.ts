/**
 * The data of a response that wait for their turn and for the client's window.
 *
 * In: chunks as a program writes them. Out: exactly their octets, counted and encoded once, in frames of any length.
 * Nothing is copied before it leaves: text is encoded into the buffer of the frames, long buffers leave as they are.
 */
import { Buffer } from 'node:buffer';
import { Http2Error } from './errors.js';
import type { FrameWriter } from './frame-writer.js';
import { COPIED_BYTES, QUANTUM_BYTES } from './limits.js';

/** Waits for what was written to leave. */
export interface LeftListener {
  /** It has left the process; with an error, it never will. */
  onLeft(error: Error | null | undefined): void;
}

class Chunk {
  data: Uint8Array | string;
  readonly encoding: BufferEncoding;
  /** Octets that have not left. */
  length: number;
  /** Octets that have left; a string leaves whole, or becomes a buffer first. */
  offset = 0;
  readonly listener: LeftListener | null;
  next: Chunk | null = null;

  constructor(
    data: Uint8Array | string,
    encoding: BufferEncoding,
    length: number,
    listener: LeftListener | null,
  ) {
    this.data = data;
    this.encoding = encoding;
    this.length = length;
    this.listener = listener;
  }
}

export class OutgoingBody {
  /** Octets that wait. */
  length = 0;
  /** Its program is told when less than so many wait; 0 where it doesn't want to know. */
  drainsBelow = 0;
  #first: Chunk | null = null;
  #last: Chunk | null = null;

  /** Whether somebody waits to be told, and no data. */
  get onlyListeners(): boolean {
    return this.length === 0 && this.#first !== null;
  }

  /** Takes a chunk, which must not change any more. An empty one only tells when what came before it has left. */
  add(
    data: Uint8Array | string,
    encoding: BufferEncoding,
    length: number,
    listener: LeftListener | null,
  ): void {
    const chunk = new Chunk(data, encoding, length, listener);
    if (this.#last === null) this.#first = chunk;
    else this.#last.next = chunk;
    this.#last = chunk;
    this.length += length;
  }

  /** Whether the next octets are still there: programs can take the memory of a buffer away, or make it shorter. */
  isIntact(octets: number): boolean {
    let missing = octets;
    for (let chunk = this.#first; chunk !== null && missing > 0; chunk = chunk.next) {
      const { data, offset, length } = chunk;
      if (typeof data !== 'string' && data.length < offset + length) return false;
      missing -= length;
    }
    return true;
  }

  /**
   * Writes the next octets, after the head of their frame.
   * @param octets - not more than wait
   * @param completed - takes the listeners of chunks that leave whole
   * @throws Http2Error where a chunk has not the octets that it had when it was added
   */
  write(writer: FrameWriter, octets: number, completed: LeftListener[]): void {
    let missing = octets;
    this.length -= octets;
    for (
      let chunk = this.#first;
      chunk !== null && (missing > 0 || chunk.length === 0);
      chunk = this.#first
    ) {
      const part = Math.min(missing, chunk.length);
      writePart(writer, chunk, part);
      missing -= part;
      if (chunk.length > 0) break;
      if (chunk.listener !== null) completed.push(chunk.listener);
      this.#first = chunk.next;
    }
    if (this.#first === null) this.#last = null;
  }

  /** Forgets what waits, and tells it. */
  drop(error: Error): void {
    let chunk = this.#first;
    this.#first = this.#last = null;
    this.length = 0;
    for (; chunk !== null; chunk = chunk.next) chunk.listener?.onLeft(error);
  }
}

function writePart(writer: FrameWriter, chunk: Chunk, octets: number): void {
  if (octets === 0) return;
  if (typeof chunk.data === 'string') {
    if (octets === chunk.length && octets <= QUANTUM_BYTES) {
      writeText(writer, chunk.data, chunk.encoding, octets);
      chunk.length = 0;
      return;
    }
    chunk.data = Buffer.from(chunk.data, chunk.encoding);
  }
  const { data, offset } = chunk;
  // A buffer can be resized by its program; what isn't there any more would be memory of somebody else's.
  if (data.length < offset + octets) throw new Http2Error('bodyChanged');
  if (octets <= COPIED_BYTES || data.length <= writer.copied) writer.copy(data, offset, offset + octets);
  else writer.pass(octets === data.length ? data : data.subarray(offset, offset + octets));
  chunk.offset += octets;
  chunk.length -= octets;
}

/** Octets of text up to which each is written by itself: a call into native code would take longer. */
const SHORT_TEXT = 32;

function writeText(writer: FrameWriter, text: string, encoding: BufferEncoding, octets: number): void {
  const bytes = writer.reserve(octets);
  const { position } = writer;
  // As many octets as characters: US-ASCII.
  const isShort = octets <= SHORT_TEXT && text.length === octets && encoding === 'utf8';
  const written = isShort ? writeAscii(bytes, position, text) : bytes.write(text, position, octets, encoding);
  if (written !== octets) throw new Http2Error('bodyChanged');
  writer.advance(position + octets);
}

/** @returns how many octets it is of US-ASCII */
function writeAscii(bytes: Uint8Array, start: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return i;
    bytes[start + i] = code;
  }
  return text.length;
}
