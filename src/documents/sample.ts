/**
 * A sample of a large text, by which to tell its charset without holding the text. In: an open file. Out: how it
 * begins, and the first part of it that has a byte beyond ASCII. Of a file that grows, such as a log, only what is new
 * is read again.
 */
import { type Buffer, isAscii } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import type { Sample } from './charset.js';
import { type FileFacts, readSlice } from './file.js';

/** Bytes read at a time. */
const step = 256 * 1024;
/** Where the search ends: a text that is ASCII so far is taken for UTF-8. */
const furthest = 64 * 1024 * 1024;
/** Bytes before a place by which it is known again. */
const trace = 1024;
/** Files of which the place is remembered. */
const remembered = 500;

/** Where the sample of a file begins: all before is ASCII. */
interface Place {
  readonly position: number;
  /** The bytes just before it; where they are others, the file was written anew. */
  readonly before: Buffer;
}

export class Samples {
  readonly #places = new Map<string, Place>();

  async of(handle: FileHandle, file: FileFacts): Promise<Sample> {
    const { size } = file;
    const head = await readSlice(handle, 0, Math.min(step, size));
    const whole = head.length === size;
    if (whole || !isAscii(head)) return { head, bytes: head, whole };
    const end = Math.min(size, furthest);
    const key = `${file.dev}:${file.ino}`;
    let position = (await this.#placeOf(key, handle)) ?? step;
    let bytes = head;
    for (; position < end; position += step) {
      bytes = await readSlice(handle, position, Math.min(step, size - position));
      // What is not full yet, or has the sample, is read again next time.
      if (!isAscii(bytes) || position + step > end) break;
    }
    this.#remember(key, { position, before: await readSlice(handle, position - trace, trace) });
    return { head, bytes: isAscii(bytes) ? head : bytes, whole };
  }

  async #placeOf(key: string, handle: FileHandle): Promise<number | undefined> {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    const before = await readSlice(handle, place.position - trace, trace);
    return before.equals(place.before) ? place.position : undefined;
  }

  #remember(key: string, place: Place): void {
    this.#places.delete(key);
    this.#places.set(key, place);
    const [oldest] = this.#places.keys();
    if (this.#places.size > remembered && oldest !== undefined) this.#places.delete(oldest);
  }
}
