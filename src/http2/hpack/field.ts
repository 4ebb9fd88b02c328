/**
 * A field of a header list: a name and a value, one character for each octet.
 *
 * HPACK's tables hold such objects and hand them out again and again; what a reader of fields concludes from name and
 * value is kept with them, so that a field that is repeated is judged once.
 */

/** Octets that each field counts on top of its name and value, RFC 7541 §4.1. */
export const FIELD_OVERHEAD = 32;

export class Field {
  readonly name: string;
  readonly value: string;
  /** What the rules of RFC 9113 §8 make of this field; 0 until it has been judged. */
  verdict = 0;

  constructor(name: string, value: string) {
    this.name = name;
    this.value = value;
  }

  /** The size of the field in a table or a list, RFC 7541 §4.1. */
  get size(): number {
    return this.name.length + this.value.length + FIELD_OVERHEAD;
  }
}
