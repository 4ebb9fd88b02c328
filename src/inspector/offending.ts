/**
 * Which bytes of what was refused were not accepted. In: bytes, and where the line in question begins, or the byte is. Out:
 * from where to where. The first byte that can't stand where it does; where each can, the line is what was not accepted.
 */
import type { RefusalRecord } from './exchange-record.js';

type Range = readonly [from: number, to: number];

const TOKEN = /[\w!#$%&'*+.^`|~-]*/y;
const TARGET = /[!-~\x80-\xff]*/y;
const VERSION = /HTTP\/\d\.\d(?=[\r\n]|$)/y;
const VALUE = /[\t -~\x80-\xff]*/y;
const LINE = /[^\r\n]*/y;

/** The line before is of a head, or the chunk that is the last one. */
const BEFORE_FIELDS =
  /(?:^|\n)(?:[A-Z-]+ \S+ HTTP\/\d\.\d|[\w!#$%&'*+.^`|~-]+:[^\r\n]*|[ \t][^\r\n]*|0+)\r?\n$/;

/** Where a run of characters ends. */
function after(run: RegExp, bytes: string, at: number): number {
  run.lastIndex = at;
  return at + (run.exec(bytes)?.[0].length ?? 0);
}

export function offendingIn({ bytes, position, code, isCut, isInBody }: RefusalRecord): Range {
  if (code === 'HPE_PAUSED_H2_UPGRADE') return [bytes.lastIndexOf('PRI', position), position];
  if (position >= bytes.length) return wholeHead(bytes, code);
  if (code === 'HPE_HEADER_OVERFLOW') return [position, after(LINE, bytes, position)];
  const before = bytes.slice(0, position);
  const isAfterLongLine = isCut && before.indexOf('\n') === position - 1;
  if (isAfterLongLine || BEFORE_FIELDS.test(before)) return inField(bytes, position);
  return isInBody ? [position, position + 1] : inRequestLine(bytes, position);
}

function inField(bytes: string, start: number): Range {
  const colon = after(TOKEN, bytes, start);
  if (colon === start || bytes[colon] !== ':') return [colon, colon + 1];
  const end = after(VALUE, bytes, colon + 1);
  return end < bytes.length && !bytes.startsWith('\r\n', end) ? [end, end + 1] : [start, end];
}

function inRequestLine(bytes: string, start: number): Range {
  const blank = after(TOKEN, bytes, start);
  if (bytes[blank] !== ' ') return blank < bytes.length ? [blank, blank + 1] : [start, blank];
  const end = after(TARGET, bytes, blank + 1);
  if (bytes[end] !== ' ' || end === blank + 1) return [end, Math.min(end + 1, bytes.length)];
  const version = after(VERSION, bytes, end + 1);
  if (version === end + 1) return [end + 1, after(LINE, bytes, end + 1)];
  // The line is as it should be, but not its end.
  const endsWell = version === bytes.length || bytes.startsWith('\r\n', version);
  return endsWell ? [start, version] : [version, version + 1];
}

/** All of a head was read before it was refused. */
function wholeHead(bytes: string, code: string): Range {
  const named = code === 'HPE_INVALID_TRANSFER_ENCODING' ? /^transfer-encoding:.*$/im.exec(bytes) : null;
  if (named !== null) return [named.index, named.index + named[0].length];
  return [Math.max(0, bytes.length - 1), bytes.length];
}
