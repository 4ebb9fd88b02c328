/**
 * A file that log lines are written to, whatever becomes of its disk.
 *
 * In: lines, many at a time. Out: the same in the file, at once. Where they can't be written they are dropped, which is told
 * once, and tried again with the next ones: a stream of Node's would be destroyed by the first error. Never half a line
 * before another.
 */
import { writeSync } from 'node:fs';
import type { LineStream } from './line-writer.js';

export class FileLines implements LineStream {
  readonly writable = true;
  /** Nothing ever waits. */
  readonly writableLength = 0;
  readonly #descriptor: number;
  readonly #onError: (error: NodeJS.ErrnoException) => void;
  #isFailing = false;
  /** Half a line was the last that could be written. */
  #isCut = false;

  /** @param onError - told once until something can be written again */
  constructor(descriptor: number, onError: (error: NodeJS.ErrnoException) => void) {
    this.#descriptor = descriptor;
    this.#onError = onError;
  }

  write(lines: Buffer): void {
    try {
      if (this.#isCut) writeSync(this.#descriptor, '\n');
      this.#isCut = false;
      for (let at = 0; at < lines.length; ) {
        at += writeSync(this.#descriptor, lines, at);
        // The disk took a part: it may take the rest, or say why not.
        this.#isCut = at < lines.length;
      }
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#onError(error as NodeJS.ErrnoException);
      this.#isFailing = true;
    }
  }
}
