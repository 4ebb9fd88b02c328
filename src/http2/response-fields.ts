/**
 * Which fields of a response leave over HTTP/2 (RFC 9113 §8.2.2).
 *
 * In: fields as a program set them, for any version. Out: the same without those that speak of the connection of
 * HTTP/1.1, and without those that Connection names; the list itself where nothing is left out.
 */
import { FIELD_STRIDE, type FieldList, NewFieldList } from '../http/field-list.js';
import { listHas } from '../http/grammar.js';

function isConnectionField(key: string): boolean {
  switch (key) {
    case 'connection':
    case 'keep-alive':
    case 'proxy-connection':
    case 'transfer-encoding':
    case 'upgrade':
      return true;
    default:
      return false;
  }
}

export function fieldsToSend(fields: FieldList): FieldList {
  const { entries } = fields;
  for (let i = 0; i < entries.length; i += FIELD_STRIDE)
    if (isConnectionField(entries[i])) return withoutConnection(entries);
  return fields;
}

function withoutConnection(entries: readonly string[]): FieldList {
  const options: string[] = [];
  for (let i = 0; i < entries.length; i += FIELD_STRIDE)
    if (entries[i] === 'connection') options.push(entries[i + 2]);
  const kept = new NewFieldList();
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) {
    const key = entries[i];
    if (isConnectionField(key) || options.some((list) => listHas(list, key))) continue;
    kept.add(key, entries[i + 1], entries[i + 2]);
  }
  return kept;
}
