/**
 * Turns what a program gave as a field into text: once, and checked as that text.
 *
 * In: a name and a value of any type, a list perhaps. Out: lines of a FieldList. Never a character that could end a
 * line; never a second look at an object whose text may have changed meanwhile.
 */
import { validateHeaderValue } from 'node:http';
import type { FieldList } from '../http/field-list.js';
import { fieldValueKind, NOT_FIELD_VALUE } from '../http/grammar.js';
import { fieldKey } from './outgoing-fields.js';

type UniqueNames = ReadonlySet<string> | null;

/**
 * Adds a field of which the name was checked, and each value that is a string by itself.
 * @param ascii - whether all those strings are US-ASCII
 */
export function addField(
  list: FieldList,
  name: string,
  value: unknown,
  unique: UniqueNames,
  ascii: boolean,
): void {
  if (typeof value === 'string') {
    if (ascii) list.addAscii(name, value);
    else list.add(name, value);
  } else if (typeof value === 'number') {
    list.addAscii(name, `${value}`);
  } else {
    // A list is the program's own object: it may have changed since it was set.
    addNewValue(list, name, value, unique);
  }
}

/** Adds a field of which nothing was checked. */
export function addNewField(list: FieldList, name: string, value: unknown, unique: UniqueNames): void {
  fieldKey(name);
  if (value === undefined || (Array.isArray(value) && value.includes(undefined))) {
    validateHeaderValue(name, undefined as never);
  }
  addNewValue(list, name, value, unique);
}

/** Adds a field of which the name was checked. */
export function addNewValue(list: FieldList, name: string, value: unknown, unique: UniqueNames): void {
  if (!Array.isArray(value)) list.add(name, checkedText(name, value));
  else if (isJoined(name, value, unique)) list.add(name, checkedText(name, value.join('; ')));
  else for (const item of value) list.add(name, checkedText(name, item));
}

/** Cookies, and fields that may come once only, are joined. */
function isJoined(name: string, values: readonly unknown[], unique: UniqueNames): boolean {
  const isCookie = name.length === 6 && name.toLowerCase() === 'cookie';
  return (isCookie && values.length > 1) || (unique?.has(name.toLowerCase()) ?? false);
}

/** @throws TypeError ERR_INVALID_CHAR */
function checkedText(name: string, value: unknown): string {
  const text = `${value}`;
  if (fieldValueKind(text) === NOT_FIELD_VALUE) validateHeaderValue(name, text);
  return text;
}
