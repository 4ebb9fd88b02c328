/**
 * Gathers the fragments of a field block (RFC 9113 §4.3).
 *
 * In: the fragments of a HEADERS frame and its CONTINUATION frames. Out: the block in one piece. Never more than one
 * block, nor more octets or frames of it than are acceptable.
 */
import { Buffer } from 'node:buffer';
import { Http2Error } from './errors.js';
import type { OctetRange } from './frame.js';
import { MAX_CONTINUATIONS } from './limits.js';
import { INITIAL_MAX_FRAME_SIZE } from './protocol.js';

export class FieldBlock {
  /** The stream whose block is under way; 0 where none is. */
  streamId = 0;
  /** Whether its HEADERS frame had the flag END_STREAM. */
  endStream = false;
  readonly #fatalBytes: number;
  readonly #maxContinuations: number;
  #fragments: Buffer[] = [];
  #octets = 0;

  /** @param fatalBytes - octets that are already too many */
  constructor(fatalBytes: number) {
    this.#fatalBytes = fatalBytes;
    this.#maxContinuations = Math.max(MAX_CONTINUATIONS, Math.ceil(fatalBytes / INITIAL_MAX_FRAME_SIZE));
  }

  begin(streamId: number, endStream: boolean): void {
    this.streamId = streamId;
    this.endStream = endStream;
  }

  /** The head of a CONTINUATION frame has come. */
  continue(length: number): void {
    if (length === 0) throw new Http2Error('continuationEmpty');
    if (this.#fragments.length > this.#maxContinuations) throw new Http2Error('tooManyContinuations');
  }

  /** Keeps a fragment: a copy, since the segment is lent. */
  add({ bytes, start, end }: OctetRange): void {
    this.#octets += end - start;
    if (this.#octets >= this.#fatalBytes) throw new Http2Error('fieldBlockTooLarge');
    this.#fragments.push(Buffer.from(bytes.subarray(start, end)));
  }

  /** The whole block; none is under way after it. */
  take(): Buffer {
    const block = Buffer.concat(this.#fragments);
    this.#fragments = [];
    this.#octets = 0;
    this.streamId = 0;
    return block;
  }
}
