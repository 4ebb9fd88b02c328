/**
 * Validators of a representation: entity tags and dates (RFC 9110 §8.8). In: bytes, file facts, field values.
 * Out: tags and times. A tag made here is strong (other bytes, another tag) wherever that is certain, else weak.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { FileFacts } from './file.js';

/** The tag of bytes in memory: a digest of them, the same on every machine. */
export function tagOfBytes(bytes: Uint8Array): string {
  return `"${createHash('sha1').update(bytes).digest('base64url').slice(0, 20)}"`;
}

/** The clock of a kernel ticks at least this often (ms); between two ticks all changes have one time. */
const tick = 50;
/** File systems that know whole seconds only, or pairs of them. */
const coarseTick = 2000;

/**
 * How long it takes (ms) until a further change of a file shows in its facts; 0 when it would now. More than a moment
 * where the file system keeps time coarsely, or by a clock that is ahead of ours.
 */
export function settlesIn({ mtimeMs, ctimeMs }: FileFacts, now = Date.now()): number {
  const fine = ctimeMs % 1000 !== 0;
  return Math.max(0, Math.max(fine ? 0 : mtimeMs, ctimeMs) + (fine ? tick : coarseTick) - now);
}

/** Worth waiting for (ms), so that a document that was just written has a tag to rely on. */
export const moment = tick;

/**
 * The tag of a file too large to be read for it. Nobody can set the time at which its status changed, as `touch`, `rsync`
 * and `cp -p` set that of its contents, and a file put in its place has another inode. Where the facts cannot be relied
 * on, since it was changed just now, the tag is weak and never the same twice: no range of it is continued, and no earlier
 * copy taken for it.
 */
export function tagOfFile(facts: FileFacts, reliable: boolean): string {
  const { size, mtimeMs, ctimeMs, ino, dev } = facts;
  const tag = createHash('sha1')
    .update([size, mtimeMs, ctimeMs, ino, dev].join())
    .digest('base64url')
    .slice(0, 20);
  return reliable ? `"${tag}"` : `W/"${tag}-${randomBytes(6).toString('base64url')}"`;
}

/**
 * Whether the time of change tells the contents (RFC 9110 §8.8.2.2): nobody has set it since they were written. Where
 * the status changed later, it may have been set, and files of other contents may have had it before.
 */
export function isDateTrusted({ mtimeMs, ctimeMs }: FileFacts): boolean {
  return Math.abs(ctimeMs - mtimeMs) < 1000;
}

/** Whether two tags are the same; in the strong comparison weak ones never are (RFC 9110 §8.8.3.2). */
export function sameTag(a: string, b: string, strong: boolean): boolean {
  const [weakA, weakB] = [a.startsWith('W/'), b.startsWith('W/')];
  return !(strong && (weakA || weakB)) && a.slice(weakA ? 2 : 0) === b.slice(weakB ? 2 : 0);
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
