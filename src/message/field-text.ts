/**
 * Turns what a program gave as a field into text: once, and checked as that text.
 *
 * In: a name and a value of any type, a list perhaps. Out: fields of a list. Never a character that could end a line;
 * never a second look at an object whose text may have changed meanwhile.
 */
import { FIELD_STRIDE, type FieldList, NewFieldList } from '../http/field-list.js';
import { fieldValueKind, NOT_FIELD_VALUE } from '../http/grammar.js';
import { refuseFieldValue } from '../node/field-errors.js';
import { fieldName, hasTextOnly, type OutgoingFields } from './outgoing-fields.js';

/** Lower-cased names of fields that may come once only. */
export type UniqueNames = ReadonlySet<string> | null;

/** The fields that were set one by one: whoever keeps them keeps `entries`, since the fields may get others. */
export function listOf(fields: OutgoingFields, unique: UniqueNames): FieldList {
  if (hasTextOnly(fields)) {
    fields.isHandedOn = true;
    return fields;
  }
  return withNumbersAsText(fields) ?? withListsAsFields(fields, unique);
}

/** Where there are no lists: numbers don't change after they were set. Null where there are. */
function withNumbersAsText({ entries, ascii }: OutgoingFields): FieldList | null {
  const texts = entries.slice() as string[];
  for (let i = 2; i < texts.length; i += FIELD_STRIDE) {
    const value: unknown = texts[i];
    if (typeof value === 'number') texts[i] = `${value}`;
    else if (typeof value !== 'string') return null;
  }
  return { entries: texts, ascii };
}

function withListsAsFields(fields: OutgoingFields, unique: UniqueNames): FieldList {
  const list = new NewFieldList();
  const { entries, ascii } = fields;
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) {
    const key = entries[i] as string;
    const name = entries[i + 1] as string;
    const value = entries[i + 2];
    // A string was checked when it was set. A list is the program's own object: it may have changed since.
    if (typeof value !== 'string') addValue(list, key, name, value, unique);
    else if (ascii) list.add(key, name, value, true);
    else list.add(key, name, value);
  }
  return list;
}

/** Adds a field of which nothing was checked. */
export function addNewField(list: NewFieldList, name: string, value: unknown, unique: UniqueNames): void {
  const field = fieldName(name);
  const { key } = field;
  if (typeof value === 'string') {
    list.add(key, name, value, field.checkText(name, value));
    return;
  }
  // As on node:http, what is joined is looked at as the one text that it becomes.
  const isEach = Array.isArray(value) && !isJoined(key, value, unique);
  if (value === undefined || (isEach && value.includes(undefined))) refuseFieldValue(name, undefined);
  addValue(list, key, name, value, unique);
}

/** Adds a field of which the name was checked; each value of a list by itself, but for those that are joined. */
export function addValue(
  list: NewFieldList,
  key: string,
  name: string,
  value: unknown,
  unique: UniqueNames,
): void {
  if (typeof value === 'number') {
    list.add(key, name, `${value}`, true);
  } else if (!Array.isArray(value)) {
    list.add(key, name, checkedText(name, value));
  } else if (isJoined(key, value, unique)) {
    list.add(key, name, checkedText(name, value.join('; ')));
  } else {
    for (const item of value) list.add(key, name, checkedText(name, item));
  }
}

/** Whether the values of a list become one. */
function isJoined(key: string, { length }: readonly unknown[], unique: UniqueNames): boolean {
  return (key === 'cookie' && length > 1) || unique?.has(key) === true;
}

/** @throws TypeError ERR_INVALID_CHAR */
function checkedText(name: string, value: unknown): string {
  const text = `${value}`;
  if (fieldValueKind(text) === NOT_FIELD_VALUE) refuseFieldValue(name, text);
  return text;
}
