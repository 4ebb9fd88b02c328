/**
 * The fields of an earlier head of a connection, so that the same fields need not be read again: clients say most of
 * what they say with every request.
 *
 * In: where the fields of a head begin and end in a window, and what was read from them. Out: the same for a head whose
 * fields are the same to the byte. Never anything of another connection, of a section that was cut, or of more
 * than is worth keeping. A connection keeps nothing before its second request.
 */
import { KnownFields } from '../http/known-fields.js';
import { REPEATED_FIELDS_BYTES, REPEATED_FIELDS_MISSES } from './limits.js';
import type { LineWindow } from './line-window.js';
import { RequestHead } from './request-head.js';

/** What was read. */
interface ReadFields {
  /** The lines, with the empty one that ends them. */
  readonly text: string;
  /** What they say of a head that has them. */
  readonly head: RequestHead;
  readonly fields: KnownFields;
  /** The bytes that count towards the limit of a head. */
  readonly bytes: number;
}

/** What a head's fields say of it, without the lists that its program may fill. */
function factsOf(head: RequestHead): RequestHead {
  const facts = new RequestHead(head.validation);
  facts.noteAll(head);
  return facts;
}

const NOWHERE = -1;

export class RepeatedFields {
  #start = NOWHERE;
  /** The length of the last section, in bytes. */
  #length = 0;
  #misses = 0;
  #kept: ReadFields | null = null;

  /** A request line was read: gives what was read before where the fields after it, from `start`, are the same. */
  begin(window: LineWindow, start: number): ReadFields | null {
    const kept = this.#kept;
    if (kept !== null && window.hasLines(kept.text, start)) return kept;
    this.#start = start;
    return null;
  }

  /** The rest of the section is in another window: it is not kept. */
  leaveOut(): void {
    this.#start = NOWHERE;
  }

  /** The section ends: it is kept where the one before it was as long, and so may have been the same. */
  end(window: LineWindow, end: number, head: RequestHead, bytes: number): void {
    const start = this.#start;
    this.#start = NOWHERE;
    const length = end - start;
    if (start === NOWHERE || length > REPEATED_FIELDS_BYTES) return;
    if (length === this.#length) {
      if (this.#kept?.text.length === length) this.#misses++;
      const isWorthwhile = this.#misses < REPEATED_FIELDS_MISSES;
      this.#kept = isWorthwhile
        ? {
            text: window.slice(start, end),
            head: factsOf(head),
            fields: new KnownFields(head.rawHeaders),
            bytes,
          }
        : null;
    }
    this.#length = length;
  }
}
