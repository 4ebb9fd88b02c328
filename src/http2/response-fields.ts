/**
 * Which fields of a response leave over HTTP/2 (RFC 9113 §8.2), and how.
 *
 * In: fields as a program set them, for any version. Out: the same without those that speak of the connection of
 * HTTP/1.1, and those that Connection names, and without white space around a value, which recipients of HTTP/1.1 drop
 * and those of HTTP/2 must not take; the list itself where nothing changes.
 */
import { FIELD_STRIDE, type FieldList, NewFieldList } from '../http/field-list.js';
import { listHas } from '../http/grammar.js';

/** @returns whether a field belongs to the connection of HTTP/1.1, §8.2.2 */
function isConnectionField(key: string): boolean {
  // Most names are told from these by their length.
  switch (key.length) {
    case 2:
      return key === 'te';
    case 7:
      return key === 'upgrade';
    case 10:
      return key === 'connection' || key === 'keep-alive';
    case 16:
      return key === 'proxy-connection';
    case 17:
      return key === 'transfer-encoding';
    default:
      return false;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function hasSpaceAround(value: string): boolean {
  return isSpace(value.charCodeAt(0)) || isSpace(value.charCodeAt(value.length - 1));
}

/** Without the white space of HTTP around it, and nothing else that `trim` takes for such. */
function withoutSpaceAround(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isSpace(value.charCodeAt(start))) start++;
  while (end > start && isSpace(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

/** The fields of a response's head. */
export function fieldsToSend(fields: FieldList): FieldList {
  const { entries } = fields;
  for (let i = 0; i < entries.length; i += FIELD_STRIDE)
    if (isConnectionField(entries[i]) || hasSpaceAround(entries[i + 2])) return changed(entries, true);
  return fields;
}

/**
 * The fields of an interim response, or trailers: neither has a Content-Length (RFC 9110 §8.6, §6.5.1), which clients
 * would take for that of the response.
 */
export function fieldsAround(fields: FieldList): FieldList {
  return fields.entries.length === 0 ? fields : changed(fields.entries, false);
}

function changed(entries: readonly string[], announcesLength: boolean): FieldList {
  const options: string[] = [];
  for (let i = 0; i < entries.length; i += FIELD_STRIDE)
    if (entries[i] === 'connection') options.push(entries[i + 2]);
  const kept = new NewFieldList();
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) {
    const key = entries[i];
    if (isConnectionField(key) || options.some((list) => listHas(list, key))) continue;
    if (announcesLength || key !== 'content-length')
      kept.add(key, entries[i + 1], withoutSpaceAround(entries[i + 2]));
  }
  return kept;
}
