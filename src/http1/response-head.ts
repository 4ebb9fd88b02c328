/**
 * Composes the head of a response: once, from a list of fields.
 *
 * In: what is known of the response, and its fields in the order they were set. Out: the head's text, how the body is
 * delimited, and whether the connection goes on after it: one decision. Each line is written once and never taken
 * out again.
 */
import type { FieldList } from '../http/field-list.js';
import { ASCII, fieldValueKind, isDigits, isFieldName, listHas } from '../http/grammar.js';
import { type PersistenceFacts, persist } from './persistence.js';
import {
  type FramingFacts,
  type FramingFields,
  frameResponse,
  type ResponseFraming,
} from './response-framing.js';

export interface ResponseFacts extends FramingFacts, PersistenceFacts {
  /** The reason phrase. */
  readonly statusMessage: string | undefined;
  /** Whether a Date field is added where the program set none. */
  readonly sendDate: boolean;
}

export class ResponseHead implements FramingFields {
  text = '';
  /** Whether the text is US-ASCII, so that it can share a string with UTF-8. */
  ascii = true;
  chunked = false;
  /** The octets of the body where they are announced, else -1: no more may leave, and no less before another answer. */
  bodyLength = -1;
  /** The response is the last one of its connection. */
  last = false;
  /** As the program set it: see `FramingFields`. */
  contentLength = -1;
  codings: string[] | null = null;
  hasTrailer = false;
  hasConnection = false;
  /** The program set `Connection: close`. */
  asksClose = false;
  hasKeepAlive = false;
  hasDate = false;
  /** Whether a Content-Length is among the fields, be it a number or not. */
  hasContentLength = false;
}

const statusLines = new Map<number, { reason: string; line: string }>();

function statusLine(status: number, reason: string): string {
  const known = statusLines.get(status);
  if (known !== undefined && known.reason === reason) return known.line;
  const line = `HTTP/1.1 ${status} ${reason}\r\n`;
  if (known === undefined && fieldValueKind(reason) === ASCII) statusLines.set(status, { reason, line });
  return line;
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
  const { entries } = fields;
  for (let i = 0; i < entries.length; i += 2) note(head, entries[i], entries[i + 1]);
  const framing = frameResponse(facts, head);
  const reason = `${facts.statusMessage}`;
  let text = statusLine(facts.statusCode, reason);
  if (head.hasContentLength || head.codings !== null) {
    text += framedLines(entries, head, framing);
  } else {
    for (let i = 0; i < entries.length; i += 2) text += `${entries[i]}: ${entries[i + 1]}\r\n`;
  }
  if (facts.sendDate && !head.hasDate) text += date;
  text += persist(facts, head, framing.closes, ends);
  head.text = `${text}${framing.line}\r\n`;
  head.ascii = fields.ascii && (reason === '' || fieldValueKind(reason) === ASCII);
  head.chunked = framing.chunked;
  head.bodyLength = framing.length;
  return head;
}

/** Takes note of a field if it is one of those that matter here. */
function note(head: ResponseHead, name: string, value: string): void {
  switch (name.length) {
    case 4:
      if (isFieldName(name, 'date')) head.hasDate = true;
      break;
    case 7:
      if (isFieldName(name, 'trailer')) head.hasTrailer = true;
      break;
    case 10:
      if (isFieldName(name, 'connection')) {
        head.hasConnection = true;
        if (listHas(value, 'close')) head.asksClose = true;
      } else if (isFieldName(name, 'keep-alive')) head.hasKeepAlive = true;
      break;
    case 14:
      if (isFieldName(name, 'content-length')) {
        head.hasContentLength = true;
        head.contentLength = lengthIn(value);
      }
      break;
    case 17:
      if (isFieldName(name, 'transfer-encoding'))
        head.codings = (head.codings ?? []).concat(codingsIn(value));
      break;
  }
}

/** The octets that a Content-Length announces; -1 where it is no number, and so may not leave (RFC 9110 §8.6). */
function lengthIn(value: string): number {
  const digits = value.trim();
  const length = isDigits(digits) ? Number(digits) : -1;
  return length <= Number.MAX_SAFE_INTEGER ? length : -1;
}

function codingsIn(value: string): string[] {
  return value
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '');
}

/** The lines of fields among which are framing fields: those leave that frame the body, and in one place. */
function framedLines(entries: readonly string[], head: ResponseHead, framing: ResponseFraming): string {
  let text = '';
  let lengthLeft = !framing.keepsLength;
  // Chunked is the last coding, and applied once (RFC 9112 §6.1): what was set otherwise is put in order.
  const inOrder = head.codings === null || isInOrder(head.codings);
  let codingsLeft = !framing.keepsCodings;
  for (let i = 0; i < entries.length; i += 2) {
    const name = entries[i];
    const value = entries[i + 1];
    if (isFieldName(name, 'content-length')) {
      if (!lengthLeft) text += `${name}: ${head.contentLength}\r\n`;
      lengthLeft = true;
    } else if (isFieldName(name, 'transfer-encoding')) {
      if (!codingsLeft) text += `${name}: ${inOrder ? value : ordered(head.codings as string[])}\r\n`;
      if (!inOrder) codingsLeft = true;
    } else {
      text += `${name}: ${value}\r\n`;
    }
  }
  return text;
}

function isInOrder(codings: readonly string[]): boolean {
  const first = codings.indexOf('chunked');
  return first < 0 || first === codings.length - 1;
}

function ordered(codings: readonly string[]): string {
  return [...codings.filter((coding) => coding !== 'chunked'), 'chunked'].join(', ');
}
