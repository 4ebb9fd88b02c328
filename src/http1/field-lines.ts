/**
 * The fields of a response as lines, and what they set that matters to its connection.
 *
 * In: a list of fields in the order they were set. Out: both, worked out once for as long as responses have the same
 * fields: many servers say the same again and again. Never the lines of a list that differs in a name or a value.
 */
import { FIELD_STRIDE } from '../http/field-list.js';
import { type FieldsSet, mattersToConnection, NOTHING_SET, noted } from './fields-set.js';

export interface FieldLines {
  readonly entries: readonly string[];
  readonly text: string;
  readonly set: FieldsSet;
  readonly hasDate: boolean;
  /** The value of the one Content-Length; empty where there is none, or another. */
  readonly length: string;
}

const NONE: FieldLines = { entries: [], text: '', set: NOTHING_SET, hasDate: false, length: '' };

let last = NONE;

export function fieldLines(entries: readonly string[]): FieldLines {
  if (entries.length === 0) return NONE;
  if (!areSame(entries, last.entries)) last = composeLines(entries);
  return last;
}

/** From the end: what differs between two answers, such as a length or a tag, was set after the rest. */
function areSame(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let i = some.length - 1; i > 0; i -= FIELD_STRIDE) {
    if (some[i] !== others[i] || some[i - 1] !== others[i - 1]) return false;
  }
  return true;
}

function composeLines(entries: readonly string[]): FieldLines {
  let text = '';
  let set = NOTHING_SET;
  let hasDate = false;
  let length = '';
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) {
    const key = entries[i];
    if (key === 'date') hasDate = true;
    else if (mattersToConnection(key)) {
      if (key === 'content-length') length = set.hasContentLength ? '' : entries[i + 2];
      set = noted(set, key, entries[i + 2]);
    }
    // biome-ignore lint/style/useTemplate: a template asks each time whether its parts are strings
    text += entries[i + 1] + ': ' + entries[i + 2] + '\r\n';
  }
  return { entries, text, set, hasDate, length };
}
