/**
 * Interim responses: 100 Continue, 102 Processing, 103 Early Hints (RFC 9110 §15.2, RFC 8297).
 *
 * In: a status below 200 and fields from the program. Out: a list of fields, checked like any other.
 */
import { type FieldList, NewFieldList } from '../http/field-list.js';
import { invalidArgType, invalidArgValue, invalidStatusCode, outOfRange } from '../node/errors.js';
import { addNewField } from './field-text.js';

type Fields = Record<string, unknown> | readonly unknown[] | null | undefined;

function pairs(fields: Fields): [string, unknown][] {
  if (fields === null || fields === undefined) return [];
  if (!Array.isArray(fields)) {
    if (typeof fields !== 'object') throw invalidArgType('headers', 'of type object', fields);
    return Object.entries(fields);
  }
  if (Array.isArray(fields[0])) return fields as [string, unknown][];
  if (fields.length % 2 !== 0) throw invalidArgValue('headers', fields);
  return Array.from({ length: fields.length / 2 }, (_, i) => [fields[2 * i] as string, fields[2 * i + 1]]);
}

/** @throws TypeError or RangeError where the status isn't interim, or is 101, which only an upgrade may send */
export function interimFields(status: number, fields: Fields): FieldList {
  if (typeof status !== 'number') throw invalidArgType('statusCode', 'of type number', status);
  if (!Number.isInteger(status)) throw outOfRange('statusCode', 'an integer', status);
  if (status < 100 || status > 199) throw outOfRange('statusCode', '>= 100 && <= 199', status);
  if (status === 101) throw invalidStatusCode(status);
  const list = new NewFieldList();
  // As on node:http, a list of values is one line of an interim response.
  for (const [name, value] of pairs(fields)) {
    addNewField(list, name, Array.isArray(value) ? `${value}` : value, null);
  }
  return list;
}

/**
 * One link-value: a URI reference in angle brackets, then parameters (RFC 8288 §3). At each character there is one way
 * to go on, so that no text takes longer than its length.
 */
const LINK = /^<[^>\r\n]*>(?:\s*;\s*[^;"\s]+(?:(?<=[^;"\s]=)"[^;"\s]*")?)*$/;

/** The Link field of early hints, from a string or a list of them; empty where there is nothing to hint at. */
export function linkValue(link: unknown): string {
  // As on node:http, what is in a list is taken as text.
  const links = Array.isArray(link) ? link.map((item) => `${item}`) : [link];
  for (const item of links) {
    if (typeof item !== 'string' || !LINK.test(item)) {
      throw invalidArgValue(
        'hints',
        item,
        'must be an array or string of format "</styles.css>; rel=preload; as=style"',
      );
    }
  }
  return links.join(', ');
}
