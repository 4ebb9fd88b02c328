/**
 * The fields of a message that is about to leave.
 *
 * In: names and values that were checked, as text. Out: the same in the order they came. Never a value that changes
 * after it was checked.
 */
import { ASCII, fieldValueKind } from './grammar.js';

export class FieldList {
  /** Names and values in turn. */
  readonly entries: string[] = [];
  /** Whether all of it is US-ASCII. */
  ascii = true;

  add(name: string, value: string): void {
    this.entries.push(name, value);
    if (this.ascii && fieldValueKind(value) !== ASCII) this.ascii = false;
  }

  /** Adds a value that is known to be US-ASCII. */
  addAscii(name: string, value: string): void {
    this.entries.push(name, value);
  }
}

export const NO_FIELDS: FieldList = new FieldList();
