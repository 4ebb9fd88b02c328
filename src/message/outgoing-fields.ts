/**
 * The fields of a response before its head is written, and the checks on whatever may become one.
 *
 * In: names and values from the program. Out: a short list in the order the fields were set. A name that isn't a
 * token, or a value with a character that could end its line, is refused with the error `node:http` throws.
 */
import { FIELD_STRIDE, type FieldList } from '../http/field-list.js';
import { fieldValueKind, isToken, LATIN1, NOT_FIELD_VALUE } from '../http/grammar.js';
import { refuseFieldName, refuseFieldValue } from '../node/field-errors.js';

export type FieldValue = number | string | readonly string[];

/** A name that was checked, and what is known of the value that came with it last: most come again and again. */
export class FieldName {
  /** In lower case. */
  readonly key: string;
  #value: string = '';
  #isAscii = true;

  constructor(key: string) {
    this.key = key;
  }

  /**
   * Checks a text. Returns whether it is US-ASCII.
   * @throws TypeError ERR_INVALID_CHAR
   */
  checkText(name: string, value: string): boolean {
    if (value === this.#value) return this.#isAscii;
    const kind = fieldValueKind(value);
    if (kind === NOT_FIELD_VALUE) refuseFieldValue(name, value);
    const isAscii = kind !== LATIN1;
    if (value.length <= MAX_REMEMBERED_VALUE) {
      this.#value = value;
      this.#isAscii = isAscii;
    }
    return isAscii;
  }
}

/** Valid names that were set before: most programs set a few dozen. */
const names = new Map<string, FieldName>();
const MAX_REMEMBERED_NAMES = 1000;

/** Characters of a value up to which it is kept. */
const MAX_REMEMBERED_VALUE = 256;

/**
 * A name of a field, checked.
 * @throws TypeError ERR_INVALID_HTTP_TOKEN
 */
export function fieldName(name: string, label?: string): FieldName {
  const known = names.get(name);
  if (known !== undefined) return known;
  if (typeof name !== 'string' || !isToken(name)) refuseFieldName(name, label);
  const made = new FieldName(name.toLowerCase());
  if (names.size < MAX_REMEMBERED_NAMES) names.set(name, made);
  return made;
}

/**
 * The lower-cased name of a field, checked.
 * @throws TypeError ERR_INVALID_HTTP_TOKEN
 */
export function fieldKey(name: string, label?: string): string {
  return fieldName(name, label).key;
}

/**
 * Checks a value, or each one of a list. Returns whether all of it is US-ASCII.
 * @throws TypeError ERR_HTTP_INVALID_HEADER_VALUE, ERR_INVALID_CHAR
 */
export function checkFieldValue(field: FieldName, name: string, value: unknown): boolean {
  if (typeof value === 'string') return field.checkText(name, value);
  if (typeof value === 'number') return true;
  if (Array.isArray(value)) {
    let ascii = true;
    // As on node:http, what is in a list is taken as text, `undefined` too.
    for (const item of value) {
      const kind = fieldValueKind(`${item}`);
      if (kind === NOT_FIELD_VALUE) refuseFieldValue(name, `${item}`);
      if (kind === LATIN1) ascii = false;
    }
    return ascii;
  }
  if (value === undefined) refuseFieldValue(name, value);
  const kind = fieldValueKind(`${value}`);
  if (kind === NOT_FIELD_VALUE) refuseFieldValue(name, value);
  return kind !== LATIN1;
}

/** One array for all: most responses have a few fields, and an array each costs most. */
export class OutgoingFields {
  /** For each field its name in lower case, its name as it was set, and its value. */
  entries: FieldValue[] = [];
  /** Whether `entries` are those of a head: they stay as they are then, and what is changed is a copy. */
  isHandedOn = false;
  /** Whether all values are US-ASCII. */
  ascii = true;
  /** Whether all values that were ever set are strings by themselves. */
  isText = true;

  get size(): number {
    return this.entries.length / FIELD_STRIDE;
  }

  /** The lower-cased names. */
  get keys(): string[] {
    return this.#column(0);
  }

  /** The names as they were set. */
  get names(): string[] {
    return this.#column(1);
  }

  #column(offset: number): string[] {
    return Array.from({ length: this.size }, (_, i) => this.entries[i * FIELD_STRIDE + offset] as string);
  }

  /** The name as it was set. */
  nameAt(index: number): string {
    return this.entries[index * FIELD_STRIDE + 1] as string;
  }

  valueAt(index: number): FieldValue {
    return this.entries[index * FIELD_STRIDE + 2];
  }

  #indexOf(key: string): number {
    const { entries } = this;
    for (let i = 0; i < entries.length; i += FIELD_STRIDE) if (entries[i] === key) return i;
    return -1;
  }

  get(key: string): FieldValue | undefined {
    const index = this.#indexOf(key);
    return index < 0 ? undefined : this.entries[index + 2];
  }

  #keepHandedOn(): void {
    if (!this.isHandedOn) return;
    this.entries = this.entries.slice();
    this.isHandedOn = false;
  }

  /** A field that is set again keeps its place, as in `node:http`. */
  set(key: string, name: string, value: FieldValue): void {
    this.#keepHandedOn();
    if (typeof value !== 'string') this.isText = false;
    const index = this.#indexOf(key);
    if (index < 0) {
      this.entries.push(key, name, value);
    } else {
      this.entries[index + 1] = name;
      this.entries[index + 2] = value;
    }
  }

  append(key: string, name: string, value: FieldValue): void {
    const index = this.#indexOf(key);
    if (index < 0) {
      this.set(key, name, value);
      return;
    }
    this.#keepHandedOn();
    this.isText = false;
    this.entries[index + 2] = ([] as string[]).concat(this.entries[index + 2] as never, value as never);
  }

  remove(key: string): void {
    const index = this.#indexOf(key);
    if (index < 0) return;
    this.#keepHandedOn();
    this.entries.splice(index, FIELD_STRIDE);
  }
}

/** Whether the fields can leave as they are: strings don't change after they were checked. */
export function hasTextOnly(fields: OutgoingFields): fields is OutgoingFields & FieldList {
  return fields.isText;
}
