// What the values are that a step passes on.
// In: a value of a program. Out: whether it is text, bytes, a status or fields of some kind. Knows nothing of servers.
import { Buffer } from 'node:buffer';
import type { Value } from './program.js';

/** What makes the call throw before the field is taken: that is compared. */
export const refused = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether `end` is called with something to send. */
export function isChunk(value: Value | undefined): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return Boolean(value);
  return !('undefined' in value || 'do' in value);
}

export function isBadReason(reason: unknown): boolean {
  return typeof reason === 'string' && refused.test(reason);
}

export function isUnknownEncoding(value: Value | undefined): boolean {
  return typeof value === 'number' || (typeof value === 'string' && !Buffer.isEncoding(value));
}

function isUndefined(value: Value): boolean {
  return typeof value === 'object' && value !== null && 'undefined' in value;
}

export function isEmpty(value: Value | undefined): boolean {
  return typeof value === 'object' && value !== null && 'bytes' in value && value.bytes === '';
}

/** Text that is about as long as a buffer, and of which characters aren't bytes. */
export function isLongInOtherUnits([chunk, encoding]: readonly Value[]): boolean {
  if (typeof chunk !== 'object' || chunk === null || !('repeat' in chunk)) return false;
  return chunk.repeat > '\x7f' || (typeof encoding === 'string' && /^(?:utf16|ucs)/.test(encoding));
}

export function isInterimStatus(value: Value): boolean {
  return typeof value !== 'object' && Math.trunc(Number(value) / 100) === 1;
}

/** Whether a list of names and values has a name twice. */
export function namesTwice(value: Value): boolean {
  if (!Array.isArray(value)) return false;
  const names = value.flatMap((item, at) => {
    const name = Array.isArray(item) ? item[0] : at % 2 === 0 ? item : '';
    return typeof name === 'string' && name !== '' ? [name.toLowerCase()] : [];
  });
  const isNameless = value.some((item, at) => at % 2 === 0 && (item === null || typeof item === 'object'));
  return isNameless || new Set(names).size < names.length;
}

/** Whether an object has a value that is no field value, on lines that refuse it. */
export function hasRefused(hints: Value | undefined): boolean {
  if (typeof hints !== 'object' || hints === null || !('object' in hints)) return false;
  const texts = Object.values(hints.object).flatMap((value) => (Array.isArray(value) ? value : [value]));
  return texts.some((text) => (typeof text === 'string' ? refused.test(text) : isUndefined(text)));
}
