/**
 * Composes the head of a response for HTTP/2 (RFC 9113 §8.3.2).
 *
 * In: what is known of the response, and its fields in the order they were set. Out: the fields that leave, the octets
 * that the body may have, and the head as text for programs that look at it. Never a Content-Length where there may be no
 * body, nor two; fields of the connection of HTTP/1.1 are left out where fields leave, and seen here as what they say.
 */
import { FIELD_STRIDE, type FieldList, NewFieldList, NO_FIELDS } from '../../http/field-list.js';
import { isDigits, listHas } from '../../http/grammar.js';
import { statusAllowsBody } from '../../http/status.js';
import type { ComposedHead, HeadFacts } from '../../message/response-channel.js';
import { dateValue } from '../date-field.js';

type HeadSet = ComposedHead['set'];

const NOTHING_SET: HeadSet = Object.freeze({
  goesOn: false,
  hasTrailer: false,
  codings: null,
  hasContentLength: false,
  contentLength: -1,
});

export class StreamHead implements ComposedHead, FieldList {
  chunked = false;
  /** No response of HTTP/2 ends its connection. */
  readonly last = false;
  set = NOTHING_SET;
  /** The fields that leave, as the program set them by now. */
  entries: readonly string[];
  readonly ascii: boolean;
  /** What leaves after those that the program set; many responses share it. */
  added = NO_FIELDS;
  /** The octets of the body where they are announced, else -1. */
  bodyLength = -1;

  readonly status: number;
  readonly #reason: string | undefined;
  #text = '';

  constructor(status: number, reason: string | undefined, fields: FieldList) {
    this.status = status;
    this.#reason = reason;
    this.entries = fields.entries;
    this.ascii = fields.ascii;
  }

  /** Few programs look at it. */
  get text(): string {
    if (this.#text === '')
      this.#text = `HTTP/2 ${this.status} ${this.#reason}\r\n${linesOf(this)}${linesOf(this.added)}\r\n`;
    return this.#text;
  }
}

function linesOf({ entries }: FieldList): string {
  let lines = '';
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) lines += `${entries[i + 1]}: ${entries[i + 2]}\r\n`;
  return lines;
}

/** @param facts - their status is no interim one */
export function composeStreamHead(facts: HeadFacts, fields: FieldList): StreamHead {
  const { statusCode, statusMessage, sendDate, _hasBody, _contentLength, _removedContLen } = facts;
  const head = new StreamHead(statusCode, statusMessage, fields);
  const { entries } = fields;
  let hasDate = !sendDate;
  let matters = false;
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) {
    const key = entries[i];
    if (key === 'date') hasDate = true;
    else if (mattersToHead(key)) matters = true;
  }
  if (matters) head.set = noted(entries);
  const { set } = head;
  if (set.hasContentLength && !leavesAsSet(entries, statusCode, set.contentLength))
    head.entries = withOneLength(entries, statusCode, set.contentLength);
  const isAdded = !set.hasContentLength && _hasBody && typeof _contentLength === 'number' && !_removedContLen;
  const length = isAdded ? _contentLength : -1;
  head.added = addedFields(hasDate ? '' : dateValue(), length);
  const announced = isAdded ? length : set.contentLength;
  if (_hasBody) head.bodyLength = announced;
  // What names the trailers is never too much here: they may follow a body of any length.
  head.chunked = _hasBody && (announced < 0 || set.hasTrailer);
  return head;
}

/** Whether it is one of the fields that are noted; most names are told from them by their length. */
function mattersToHead(key: string): boolean {
  switch (key.length) {
    case 7:
      return key === 'trailer';
    case 10:
      return key === 'connection';
    case 14:
      return key === 'content-length';
    default:
      return false;
  }
}

function noted(entries: readonly string[]): HeadSet {
  const set = { goesOn: false, hasTrailer: false, codings: null, hasContentLength: false, contentLength: -1 };
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) {
    const value = entries[i + 2];
    switch (entries[i]) {
      case 'trailer':
        set.hasTrailer = true;
        break;
      case 'connection':
        set.goesOn ||= !listHas(value, 'close');
        break;
      case 'content-length':
        set.hasContentLength = true;
        set.contentLength = lengthIn(value);
        break;
    }
  }
  return set;
}

/** What is no number announces nothing, and so may not leave (RFC 9110 §8.6). */
function lengthIn(value: string): number {
  const digits = value.trim();
  const length = isDigits(digits) ? Number(digits) : -1;
  return length <= Number.MAX_SAFE_INTEGER ? length : -1;
}

function allowsLength(status: number): boolean {
  return statusAllowsBody(status) || status === 304;
}

/** Whether Content-Length leaves as the program set it: once, as nothing but the number. */
function leavesAsSet(entries: readonly string[], status: number, length: number): boolean {
  if (length < 0 || !allowsLength(status)) return false;
  let count = 0;
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) {
    if (entries[i] !== 'content-length') continue;
    if (entries[i + 2] !== String(length)) return false;
    count++;
  }
  return count === 1;
}

/** The fields with one Content-Length, or with none where there is no length, or may be none. */
function withOneLength(entries: readonly string[], status: number, length: number): readonly string[] {
  const kept: string[] = [];
  let isLengthDone = length < 0 || !allowsLength(status);
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) {
    if (entries[i] !== 'content-length') kept.push(entries[i], entries[i + 1], entries[i + 2]);
    else if (!isLengthDone) {
      isLengthDone = true;
      kept.push('content-length', entries[i + 1], String(length));
    }
  }
  return kept;
}

/** What was added last: responses of one second are often of one length. */
let latest = { date: '', length: -1, fields: NO_FIELDS };

/**
 * @param date - empty where there is no Date to add
 * @param length - below 0 where there is no Content-Length to add
 */
function addedFields(date: string, length: number): FieldList {
  if (date === '' && length < 0) return NO_FIELDS;
  if (latest.date !== date || latest.length !== length) {
    const fields = new NewFieldList();
    if (date !== '') fields.add('date', 'Date', date, true);
    if (length >= 0) fields.add('content-length', 'Content-Length', String(length), true);
    latest = { date, length, fields };
  }
  return latest.fields;
}
