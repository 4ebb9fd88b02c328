/**
 * Composes the head of a response for HTTP/2 (RFC 9113 §8.3.2).
 *
 * In: what is known of the response, and its fields in the order they were set. Out: the fields that leave, the octets
 * that the body may have, and the head as text for programs that look at it. Never a Content-Length where there may be no
 * body, nor two; fields of the connection of HTTP/1.1 are left out where fields leave, and seen here as what they say.
 */
import { FIELD_STRIDE, type FieldList, NewFieldList } from '../../http/field-list.js';
import { isDigits, listHas } from '../../http/grammar.js';
import { statusAllowsBody } from '../../http/status.js';
import type { ComposedHead, HeadFacts } from '../../message/response-channel.js';
import { dateLine } from '../date-field.js';

const NOTHING_SET: ComposedHead['set'] = Object.freeze({
  goesOn: false,
  hasTrailer: false,
  hasContentLength: false,
  contentLength: -1,
});

export class StreamHead implements ComposedHead {
  text = '';
  chunked = false;
  /** No response of HTTP/2 ends its connection. */
  readonly last = false;
  set = NOTHING_SET;
  fields: FieldList;
  /** The octets of the body where they are announced, else -1. */
  bodyLength = -1;

  readonly status: number;

  constructor(status: number, fields: FieldList) {
    this.status = status;
    this.fields = fields;
  }
}

/** @param facts - their status is no interim one */
export function composeStreamHead(facts: HeadFacts, fields: FieldList): StreamHead {
  const head = new StreamHead(facts.statusCode, fields);
  const { entries } = fields;
  let hasDate = !facts.sendDate;
  let matters = false;
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) {
    const key = entries[i];
    if (key === 'date') hasDate = true;
    else if (key === 'connection' || key === 'trailer' || key === 'content-length') matters = true;
  }
  if (matters) note(head, entries);
  const added = !head.set.hasContentLength && addsLength(facts) ? facts._contentLength : null;
  if (head.set.hasContentLength || added !== null || !hasDate) {
    head.fields = completed(facts, head, added, hasDate);
  }
  const announced = added ?? head.set.contentLength;
  if (facts._hasBody) head.bodyLength = announced;
  // What names the trailers is never too much here: they may follow a body of any length.
  head.chunked = facts._hasBody && (announced < 0 || head.set.hasTrailer);
  head.text = textOf(facts, head.fields);
  return head;
}

function note(head: StreamHead, entries: readonly string[]): void {
  const set = { ...NOTHING_SET };
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
  head.set = set;
}

/** What is no number announces nothing, and so may not leave (RFC 9110 §8.6). */
function lengthIn(value: string): number {
  const digits = value.trim();
  const length = isDigits(digits) ? Number(digits) : -1;
  return length <= Number.MAX_SAFE_INTEGER ? length : -1;
}

function addsLength(facts: HeadFacts): boolean {
  return facts._hasBody && typeof facts._contentLength === 'number' && !facts._removedContLen;
}

/** The fields with Date, and with one Content-Length or none. */
function completed(facts: HeadFacts, head: StreamHead, added: number | null, hasDate: boolean): FieldList {
  const { entries } = head.fields;
  const list = new NewFieldList();
  const length = head.set.contentLength;
  let isLengthDone = length < 0 || !(statusAllowsBody(facts.statusCode) || facts.statusCode === 304);
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) {
    if (entries[i] !== 'content-length') list.addAscii(entries[i], entries[i + 1], entries[i + 2]);
    else if (!isLengthDone) {
      isLengthDone = true;
      list.addAscii('content-length', entries[i + 1], String(length));
    }
  }
  list.ascii = head.fields.ascii;
  if (!hasDate) list.addAscii('date', 'Date', dateLine().slice(6, -2));
  if (added !== null) list.addAscii('content-length', 'Content-Length', String(added));
  return list;
}

function textOf({ statusCode, statusMessage }: HeadFacts, { entries }: FieldList): string {
  let text = `HTTP/2 ${statusCode} ${statusMessage}\r\n`;
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) text += `${entries[i + 1]}: ${entries[i + 2]}\r\n`;
  return `${text}\r\n`;
}
