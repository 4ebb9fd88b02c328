/**
 * Validators of a representation: entity tags and dates (RFC 9110 §8.8). In: bytes, file facts, field values.
 * Out: tags and times. A tag made here is always strong: other bytes, another tag.
 */
import { createHash } from 'node:crypto';
import type { FileFacts } from './file.js';

/** The tag of bytes in memory: a digest of them, the same on every machine. */
export function tagOfBytes(bytes: Uint8Array): string {
  return `"${createHash('sha1').update(bytes).digest('base64url').slice(0, 20)}"`;
}

/** The tag of a file too large to be read for it: its size and time of change, to the microsecond. */
export function tagOfFile(facts: FileFacts): string {
  return `"${facts.size.toString(36)}-${Math.round(facts.mtimeMs * 1000).toString(36)}"`;
}

/** The tag of the same document in another content coding. */
export function tagOfCoding(tag: string, coding: string): string {
  return `${tag.slice(0, -1)}-${coding}"`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const fixdate = /^\w{3}, (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;
const rfc850 = /^\w{6,9}, (\d\d)-(\w{3})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/;
const asctime = /^\w{3} (\w{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/;

/** An HTTP-date in any of its three forms (RFC 9110 §5.6.7) as ms since 1970, or `undefined`. */
export function parseDate(value: string): number | undefined {
  let match = fixdate.exec(value);
  if (match !== null) return timeOf(match[3], match[2], match[1], match.slice(4));
  match = rfc850.exec(value);
  if (match !== null) return timeOf(fullYear(Number(match[3])), match[2], match[1], match.slice(4));
  match = asctime.exec(value);
  if (match !== null) return timeOf(match[6], match[1], match[2], match.slice(3, 6));
  return undefined;
}

/** A year of two digits is the latest one that is not more than 50 years ahead. */
function fullYear(short: number): number {
  const now = new Date().getUTCFullYear();
  const year = now - (now % 100) + short;
  return year > now + 50 ? year - 100 : year;
}

function timeOf(
  year: number | string | undefined,
  month: string | undefined,
  day: string | undefined,
  clock: string[],
): number | undefined {
  const [hour, minute, second] = clock.map(Number) as [number, number, number];
  const index = months.indexOf(month ?? '');
  if (index < 0 || hour > 23 || minute > 59 || second > 60) return undefined;
  const time = Date.UTC(Number(year), index, Number(day), hour, minute, Math.min(second, 59));
  return new Date(time).getUTCDate() === Number(day) ? time : undefined;
}
