/**
 * In which order streams send their data (RFC 9218 §10).
 *
 * In: streams that have data and a window for them. Out: the next. The more urgent go first; within an urgency those
 * whose responses are of no use in parts, in the order in which they were asked for, then the others in turn. Streams are
 * linked to each other: removing and turning cost the same however many there are.
 */
import { type Priority, URGENCIES } from './priority.js';

/** No place in the order. */
export const UNPLACED = -1;

/** What the order keeps with a stream. */
export interface Ordered {
  readonly id: number;
  readonly priority: Priority;
  /** The list in which it is; UNPLACED where it is in none. */
  place: number;
  before: Ordered | null;
  after: Ordered | null;
}

export class SendOrder<S extends Ordered> {
  /** Two lists an urgency: responses one after the other, then those in turn. */
  readonly #first: (Ordered | null)[] = new Array(2 * URGENCIES).fill(null);
  readonly #last: (Ordered | null)[] = new Array(2 * URGENCIES).fill(null);
  /** A bit for each list that isn't empty. */
  #filled = 0;

  /** The stream that sends next; null where none has anything to send. */
  next(): S | null {
    if (this.#filled === 0) return null;
    const lowest = 31 - Math.clz32(this.#filled & -this.#filled);
    return this.#first[lowest] as S;
  }

  add(stream: S): void {
    const { urgency, incremental } = stream.priority;
    const place = 2 * urgency + (incremental ? 1 : 0);
    let before = this.#last[place];
    if (!incremental) while (before !== null && before.id > stream.id) before = before.before;
    this.#insert(stream, before, place);
  }

  remove(stream: S): void {
    const { place, before, after } = stream;
    if (place === UNPLACED) return;
    if (before === null) this.#first[place] = after;
    else before.after = after;
    if (after === null) this.#last[place] = before;
    else after.before = before;
    if (this.#first[place] === null) this.#filled &= ~(1 << place);
    stream.place = UNPLACED;
    stream.before = stream.after = null;
  }

  /** A stream has sent what it may at a time: the others of its urgency have their turn. */
  turn(stream: S): void {
    if (!stream.priority.incremental || stream.after === null) return;
    this.remove(stream);
    this.add(stream);
  }

  #insert(stream: S, before: Ordered | null, place: number): void {
    const after = before === null ? this.#first[place] : before.after;
    stream.place = place;
    stream.before = before;
    stream.after = after;
    if (before === null) this.#first[place] = stream;
    else before.after = stream;
    if (after === null) this.#last[place] = stream;
    else after.before = stream;
    this.#filled |= 1 << place;
  }
}
