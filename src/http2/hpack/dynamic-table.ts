/**
 * The dynamic table of one direction of a connection (RFC 7541 §2.3.2, §4).
 *
 * In: fields, and the size the table may have. Out: fields by their age. The sizes of what it holds never exceed its
 * own together; an empty table holds no memory.
 */
import type { Field } from './field.js';

/** Fields that have been evicted before the array is cut to those that are left. */
const EVICTED_AT_MOST = 64;

export class DynamicTable {
  /** The oldest first; those below `#first` have been evicted. */
  #fields: (Field | undefined)[] = [];
  #first = 0;
  #size = 0;
  #maxSize: number;

  /** @param maxSize - the sum of the fields' sizes that is not exceeded */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get length(): number {
    return this.#fields.length - this.#first;
  }

  get size(): number {
    return this.#size;
  }

  get maxSize(): number {
    return this.#maxSize;
  }

  /** The field that was added so many fields ago; undefined where there is none. */
  at(age: number): Field | undefined {
    return age < this.length ? this.#fields[this.#fields.length - 1 - age] : undefined;
  }

  /** "An attempt to add an entry larger than the maximum size causes the table to be emptied", and is no error (§4.4). */
  add(field: Field): void {
    const { size } = field;
    this.#evict(this.#maxSize - size);
    if (size > this.#maxSize) return;
    this.#fields.push(field);
    this.#size += size;
  }

  resize(maxSize: number): void {
    this.#maxSize = maxSize;
    this.#evict(maxSize);
  }

  #evict(size: number): void {
    while (this.#size > size && this.length > 0) {
      this.#size -= (this.#fields[this.#first] as Field).size;
      this.#fields[this.#first++] = undefined;
    }
    if (this.#first === this.#fields.length) this.#fields.length = this.#first = 0;
    else if (this.#first >= EVICTED_AT_MOST) {
      this.#fields.splice(0, this.#first);
      this.#first = 0;
    }
  }
}
