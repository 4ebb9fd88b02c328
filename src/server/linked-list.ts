/**
 * What comes and goes with each connection, in the order in which it came.
 *
 * In: values as they come, and their places as they go. Out: those that are there. A `Set` that is filled and emptied is
 * made anew from time to time, and each keeps the next alive, with all that was in it at that time, once one of them is
 * among V8's old objects: most of what connections have outlived them until the next full collection. Keeps nothing of
 * what has gone.
 */

/** In a ring of them, or alone. */
export class Place<T> {
  readonly value: T;
  #before: Place<T> = this;
  #after: Place<T> = this;

  constructor(value: T) {
    this.value = value;
  }

  get after(): Place<T> {
    return this.#after;
  }

  get isAlone(): boolean {
    return this.#after === this;
  }

  /** Once it has been removed it is alone: a second time does nothing. */
  remove(): void {
    this.#before.#after = this.#after;
    this.#after.#before = this.#before;
    this.#before = this.#after = this;
  }

  insertBefore(next: Place<T>): void {
    this.#before = next.#before;
    this.#after = next;
    this.#before.#after = next.#before = this;
  }
}

export class LinkedList<T extends object> implements Iterable<T> {
  /** After the last and before the first. */
  readonly #end = new Place<T | null>(null);

  add(value: T): Place<T> {
    const place = new Place<T | null>(value);
    place.insertBefore(this.#end);
    return place as Place<T>;
  }

  /** Those that are there now, but for what goes meanwhile. */
  *[Symbol.iterator](): Iterator<T> {
    const places: Place<T>[] = [];
    for (let { after } = this.#end; after !== this.#end; after = after.after) places.push(after as Place<T>);
    for (const place of places) if (!place.isAlone) yield place.value;
  }
}
