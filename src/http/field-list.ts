/**
 * The fields of a message that is about to leave.
 *
 * In: names and values that were checked, as text. Out: the same in the order they came. Never a value that changes
 * after it was checked.
 */
import { ASCII, fieldValueKind } from './grammar.js';

/** What one field takes in `entries`. */
export const FIELD_STRIDE = 3;

export interface FieldList {
  /** For each field its name in lower case, its name as it was set, and its value. */
  readonly entries: readonly string[];
  /** Whether all of it is US-ASCII. */
  readonly ascii: boolean;
}

export class NewFieldList implements FieldList {
  readonly entries: string[] = [];
  ascii = true;

  /** @param isAscii - whether the value is US-ASCII, where that is known */
  add(key: string, name: string, value: string, isAscii = fieldValueKind(value) === ASCII): void {
    this.entries.push(key, name, value);
    if (!isAscii) this.ascii = false;
  }
}

/** Shared by all messages without fields, and so never changed. */
export const NO_FIELDS: FieldList = Object.freeze({ entries: Object.freeze([]), ascii: true });
