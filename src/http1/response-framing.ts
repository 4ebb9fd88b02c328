/**
 * How the body of a response is delimited (RFC 9112 §6).
 *
 * In: what the program set, and what is known of the response. Out: one of four ways, and which framing lines leave.
 * Never both framing fields, never one where there is no body, chunked only to HTTP/1.1.
 */
import { isInterim, statusAllowsBody } from '../http/status.js';
import type { FieldsSet } from './fields-set.js';

/** What a response knows about itself when its head is composed. The names are those of `node:http`. */
export interface FramingFacts {
  readonly statusCode: number;
  /** False for HEAD, and for statuses that have no body. */
  readonly _hasBody: boolean;
  /** Whether the client understands chunked: HTTP/1.1 and later. */
  readonly useChunkedEncodingByDefault: boolean;
  /** The octets of the body where they are known before its first byte leaves. */
  readonly _contentLength: number | null;
  /** The program removed the field, and so chose not to have it added. */
  readonly _removedContLen: boolean;
  readonly _removedTE: boolean;
}

export interface ResponseFraming {
  readonly chunked: boolean;
  /** The octets of the body where they are announced, else -1. */
  readonly length: number;
  /** Nothing can follow on the connection. */
  readonly closes: boolean;
  /** Which of the program's framing fields leave. */
  readonly keepsLength: boolean;
  readonly keepsCodings: boolean;
  /** What ends the head: a framing field to add, where there is one, and the empty line. */
  readonly end: string;
}

/** Not frozen: on Node 20 and 22 a copy of what is frozen costs several times as much. */
const BARE: ResponseFraming = {
  chunked: false,
  length: -1,
  closes: false,
  keepsLength: false,
  keepsCodings: false,
  end: '\r\n',
};
const UNTIL_CLOSE: ResponseFraming = Object.freeze({ ...BARE, closes: true });
const CHUNKED: ResponseFraming = Object.freeze({
  ...BARE,
  chunked: true,
  end: 'Transfer-Encoding: chunked\r\n\r\n',
});

export function frameResponse(facts: FramingFacts, fields: FieldsSet): ResponseFraming {
  if (fields.contentLength < 0 && fields.codings === null) return frameBySize(facts, fields.hasTrailer);
  return frameByFields(facts, fields);
}

function frameBySize(facts: FramingFacts, hasTrailer: boolean): ResponseFraming {
  if (isInterim(facts.statusCode)) return UNTIL_CLOSE;
  if (!facts._hasBody) return BARE;
  if (!facts.useChunkedEncodingByDefault) return UNTIL_CLOSE;
  if (typeof facts._contentLength === 'number' && !hasTrailer && !facts._removedContLen) {
    return framingOf(facts._contentLength);
  }
  return facts._removedTE ? UNTIL_CLOSE : CHUNKED;
}

function frameByFields(facts: FramingFacts, fields: FieldsSet): ResponseFraming {
  const { contentLength, codings } = fields;
  const hasLength = contentLength >= 0;
  const isChunked = codings?.includes('chunked') ?? false;
  if (!statusAllowsBody(facts.statusCode)) {
    // A 304 may tell the length of what it stands for (RFC 9110 §8.6). As on node:http, chunked in either ends the
    // connection, unless the program says what becomes of that.
    const closes = (isChunked && !fields.hasConnection) || isInterim(facts.statusCode);
    return { ...BARE, keepsLength: facts.statusCode === 304 && hasLength, closes };
  }
  if (codings === null) return announced(contentLength, facts._hasBody);
  // HTTP/1.0 knows no transfer coding (RFC 9112 §6.1), and a length beside one is not that of what leaves (§6.2).
  if (!facts.useChunkedEncodingByDefault) return UNTIL_CLOSE;
  return { ...BARE, chunked: isChunked, closes: !isChunked, keepsCodings: true };
}

function announced(length: number, hasBody: boolean): ResponseFraming {
  return {
    chunked: false,
    length: hasBody ? length : -1,
    closes: false,
    keepsLength: true,
    keepsCodings: false,
    end: BARE.end,
  };
}

/** The framing of short bodies, made once. */
const SHORT: ResponseFraming[] = Array.from({ length: 1024 }, (_, length) =>
  Object.freeze(lengthAdded(length)),
);

/** The last framing of a longer body. */
let long = lengthAdded(SHORT.length);

function framingOf(length: number): ResponseFraming {
  if (length < SHORT.length) return SHORT[length];
  if (long.length !== length) long = lengthAdded(length);
  return long;
}

function lengthAdded(length: number): ResponseFraming {
  return { ...BARE, length, end: `Content-Length: ${length}\r\n\r\n` };
}
