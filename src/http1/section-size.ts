/**
 * How much a head or a trailer section may hold.
 *
 * In: lengths of lines, whole or cut. Out: a WireError once they hold too much together. What counts is what counts
 * towards Node's `maxHeaderSize`: the target, names and values; also white space around a value, since the strings that
 * are taken from a line keep it alive. Every line counts for something, so that no number of lines is free.
 */
import { type RefusalName, WireError } from './wire-error.js';

/** A kind of line: why it is refused where it is too much, and the bytes of it that do not count. */
export interface LineKind {
  readonly overflow: RefusalName;
  readonly framing: number;
}

/** Around a target stand the longest method, the version and what separates them. */
export const REQUEST_LINE_KIND: LineKind = { overflow: 'targetTooLong', framing: 24 };
/** Around a name and its value stand `: ` and CRLF. */
export const FIELD_KIND: LineKind = { overflow: 'headFieldsTooLarge', framing: 4 };
export const TRAILER_KIND: LineKind = { overflow: 'trailersTooLarge', framing: 4 };

export class SectionSize {
  #bytes = 0;
  readonly #max: number;

  /** @param max - bytes that are already too many */
  constructor(max: number) {
    this.#max = max;
  }

  begin(): void {
    this.#bytes = 0;
  }

  /** What was counted. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether so many bytes more are allowed. */
  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes < this.#max;
  }

  /** Refuses a line, whole or cut, that is too long whatever it says. */
  check(lineBytes: number, kind: LineKind): void {
    if (this.#bytes + lineBytes - kind.framing >= this.#max) throw new WireError(kind.overflow);
  }

  /** Counts what was read from a line. */
  add(bytes: number, kind: LineKind): void {
    this.#bytes += bytes;
    if (this.#bytes >= this.#max) throw new WireError(kind.overflow);
  }

  /**
   * Counts a field line that was read.
   * @param taken - characters of name and value: more than the rest of the line where it has less than usual around them
   */
  addField(lineBytes: number, taken: number, kind: LineKind): void {
    this.add(Math.max(1, lineBytes - kind.framing, taken), kind);
  }
}
