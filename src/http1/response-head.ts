/**
 * Composes the head of a response: once, from a list of fields.
 *
 * In: what is known of the response, and its fields in the order they were set. Out: the head's text, how the body is
 * delimited, and whether the connection goes on after it: one decision. Each line is written once and never taken
 * out again.
 */
import { Buffer } from 'node:buffer';
import { FIELD_STRIDE, type FieldList } from '../http/field-list.js';
import { ASCII, fieldValueKind, isDigits, NOT_FIELD_VALUE } from '../http/grammar.js';
import { type FieldLines, fieldLines } from './field-lines.js';
import { type FieldsSet, NOTHING_SET } from './fields-set.js';
import { type PersistenceFacts, persist } from './persistence.js';
import { type FramingFacts, frameResponse, type ResponseFraming } from './response-framing.js';

export interface ResponseFacts extends FramingFacts, PersistenceFacts {
  /** The reason phrase. */
  readonly statusMessage: string | undefined;
  /** Whether a Date field is added where the program set none. */
  readonly sendDate: boolean;
}

export class ResponseHead {
  text = '';
  /** Whether the text is US-ASCII, so that it can share a string with UTF-8. */
  ascii = true;
  chunked = false;
  /** The octets of the body where they are announced, else -1: no more may leave, and no less before another answer. */
  bodyLength = -1;
  /** The response is the last one of its connection. */
  last = false;
  /** What the program set of the fields that matter to the connection. */
  set: FieldsSet = NOTHING_SET;
  /** Whether it has been handed on. */
  sent = false;
  /** Whether what leaves of the body does so in chunks. */
  inChunks = false;
  /** The octets of the body that may still leave; -1 where none were announced. */
  bytesLeft = -1;
}

interface StatusLine {
  readonly reason: string;
  readonly line: string;
  readonly ascii: boolean;
}

const statusLines: StatusLine[] = [];

/** The status line, made once for the reason phrase that a status first came with. */
function statusLine(status: number, phrase: string | undefined): StatusLine {
  const known = statusLines[status];
  if (known !== undefined && known.reason === phrase) return known;
  const reason = `${phrase}`;
  const kind = reason === '' ? ASCII : fieldValueKind(reason);
  // Whoever gives a response may have given another text to whoever checked it.
  if (kind === NOT_FIELD_VALUE) return statusLine(status, '');
  const ascii = kind === ASCII;
  const made = { reason, line: `HTTP/1.1 ${status} ${reason}\r\n`, ascii };
  if (known === undefined && ascii) statusLines[status] = made;
  return made;
}

/** Date and what follows it, joined once for as long as both stay the same. */
let joined = { date: '', lines: '', text: '' };

function dated(date: string, lines: string): string {
  if (joined.date !== date || joined.lines !== lines) joined = { date, lines, text: `${date}${lines}` };
  return joined.text;
}

/** The last text without framing fields of the program, and what it was joined of. */
interface HeadText {
  readonly status: StatusLine;
  readonly fields: FieldLines;
  readonly added: string;
  readonly framing: ResponseFraming;
  text: string;
  isFlat: boolean;
}

let last: HeadText | null = null;

/** What is sent again is made one piece of memory, which is copied in one go. */
function headText(status: StatusLine, fields: FieldLines, added: string, framing: ResponseFraming): string {
  if (
    last !== null &&
    last.fields === fields &&
    last.status === status &&
    // Two ends of the same length may be compared byte by byte: numbers tell before.
    last.framing.length === framing.length &&
    last.framing.end === framing.end &&
    last.added === added
  ) {
    if (!last.isFlat) {
      last.text = Buffer.from(last.text, 'latin1').toString('latin1');
      last.isFlat = true;
    }
    return last.text;
  }
  const text = status.line + fields.text + added + framing.end;
  last = { status, fields, added, framing, text, isFlat: false };
  return text;
}

/**
 * @param date - the Date field to add where the program set none, as a line
 * @param ends - whether the server ends the connection after this response
 */
export function composeHead(
  facts: ResponseFacts,
  fields: FieldList,
  date: string,
  ends: boolean,
): ResponseHead {
  const head = new ResponseHead();
  const status = statusLine(facts.statusCode | 0, facts.statusMessage);
  const known = fieldLines(fields.entries);
  const { set } = known;
  const framing = frameResponse(facts, set);
  const connection = persist(facts, set, framing.closes, ends);
  const hasDate = known.hasDate || !facts.sendDate;
  const added = hasDate ? connection.lines : dated(date, connection.lines);
  head.set = set;
  head.text = leavesAsSet(set, framing, known.length)
    ? headText(status, known, added, framing)
    : status.line + framedLines(fields.entries, set, framing) + added + framing.end;
  head.last = connection.last;
  head.ascii = fields.ascii && status.ascii;
  head.chunked = framing.chunked;
  head.bodyLength = framing.length;
  return head;
}

/** Whether the framing fields leave as the program set them, which is so of a number that it gave once. */
function leavesAsSet(set: FieldsSet, framing: ResponseFraming, length: string): boolean {
  if (set.codings !== null) return false;
  return !set.hasContentLength || (framing.keepsLength && isDigits(length));
}

/** The lines of fields among which are framing fields: those leave that frame the body, and in one place. */
function framedLines(entries: readonly string[], set: FieldsSet, framing: ResponseFraming): string {
  let text = '';
  let isLengthDone = !framing.keepsLength;
  let areCodingsDone = !framing.keepsCodings;
  // Chunked is the last coding, and applied once (RFC 9112 §6.1): what was set otherwise is put in order.
  const inOrder = set.codings === null || isInOrder(set.codings);
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) {
    const key = entries[i];
    const name = entries[i + 1];
    if (key === 'content-length') {
      if (!isLengthDone) text += `${name}: ${set.contentLength}\r\n`;
      isLengthDone = true;
    } else if (key === 'transfer-encoding') {
      if (!areCodingsDone) text += `${name}: ${inOrder ? entries[i + 2] : ordered(set.codings)}\r\n`;
      if (!inOrder) areCodingsDone = true;
    } else {
      text += `${name}: ${entries[i + 2]}\r\n`;
    }
  }
  return text;
}

function isInOrder(codings: readonly string[]): boolean {
  const first = codings.indexOf('chunked');
  return first < 0 || first === codings.length - 1;
}

function ordered(codings: readonly string[] | null): string {
  return [...(codings ?? []).filter((coding) => coding !== 'chunked'), 'chunked'].join(', ');
}
