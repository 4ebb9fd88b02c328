/**
 * How a message body is delimited: the one decision that the parser and the encoder both obey.
 *
 * In: the framing fields of a head. Out: none, a length, chunked, or until the connection closes. What two readers
 * could understand in two ways is refused (RFC 9112 §6.3, §11.2): that is how requests are smuggled.
 */
import { isDigits, listHas } from '../http/grammar.js';
import { WireError } from './wire-error.js';

export const BODY_NONE = 0;
export const BODY_LENGTH = 1;
export const BODY_CHUNKED = 2;

export type BodyKind = typeof BODY_NONE | typeof BODY_LENGTH | typeof BODY_CHUNKED;

/** The octets announced by a Content-Length value, RFC 9110 §8.6. Leading zeros are digits like others. */
export function parseContentLength(value: string): number {
  if (!isDigits(value)) throw new WireError('contentLengthInvalid');
  const length = Number(value);
  if (length > Number.MAX_SAFE_INTEGER) throw new WireError('contentLengthOverflow');
  return length;
}

/**
 * Checks a request's Transfer-Encoding (all lines joined with `, `) and says that its body is chunked.
 * Only `chunked`, once and last, is a coding this engine can undo.
 */
export function requireChunked(
  transferEncoding: string,
  minorVersion: number,
  hasContentLength: boolean,
): void {
  if (hasContentLength) throw new WireError('contentLengthWithTransferEncoding');
  if (minorVersion === 0) throw new WireError('transferEncodingInHttp10');
  if (transferEncoding === 'chunked' || transferEncoding.toLowerCase() === 'chunked') return;
  const comma = transferEncoding.lastIndexOf(',');
  const finalIsChunked = comma > 0 && listHas(transferEncoding.slice(comma + 1), 'chunked');
  const onlyOnce = !listHas(transferEncoding.slice(0, Math.max(comma, 0)), 'chunked');
  throw new WireError(finalIsChunked && onlyOnce ? 'transferCodingUnknown' : 'transferEncodingNotChunked');
}

/** Whether a response with this status may have a body at all, RFC 9110 §6.4.1. */
export function statusAllowsBody(status: number): boolean {
  return status !== 204 && status !== 304 && (status < 100 || status > 199);
}

/** What a response knows about itself when its head is composed. The names are those of `node:http`. */
export interface ResponseFacts {
  statusCode: number;
  /** False for HEAD, and for statuses that have no body. */
  _hasBody: boolean;
  /** Whether the client understands chunked: HTTP/1.1 and later. */
  useChunkedEncodingByDefault: boolean;
  /** The octets of the body where they are known before its first byte leaves. */
  _contentLength: number | null;
  /** The program removed the field, and so chose not to have it added. */
  _removedContLen: boolean;
  _removedTE: boolean;
}

/** What a program set on a response. */
export interface ResponseFields {
  hasContentLength: boolean;
  hasTransferEncoding: boolean;
  isChunked: boolean;
  hasTrailer: boolean;
}

/** How a response's body is delimited, and which of the framing fields may leave. */
export interface ResponseFraming {
  chunked: boolean;
  /** The end of the connection is the end of the body. */
  untilClose: boolean;
  /** A framing field to add, as a line; or none. */
  line: string;
  keepContentLength: boolean;
  keepTransferEncoding: boolean;
}

const NO_FRAMING: ResponseFraming = Object.freeze({
  chunked: false,
  untilClose: false,
  line: '',
  keepContentLength: true,
  keepTransferEncoding: true,
});
const CHUNKED: ResponseFraming = Object.freeze({
  ...NO_FRAMING,
  chunked: true,
  line: 'Transfer-Encoding: chunked\r\n',
});
const UNTIL_CLOSE: ResponseFraming = Object.freeze({ ...NO_FRAMING, untilClose: true });

/** RFC 9112 §6: never both framing fields, neither where there is no body to frame, chunked only to HTTP/1.1. */
export function frameResponse(facts: ResponseFacts, fields: ResponseFields): ResponseFraming {
  if (!fields.hasContentLength && !fields.hasTransferEncoding) return frameBySize(facts, fields);
  if (!statusAllowsBody(facts.statusCode)) {
    const keepContentLength = facts.statusCode === 304;
    return { ...NO_FRAMING, keepContentLength, keepTransferEncoding: false, untilClose: fields.isChunked };
  }
  if (!fields.hasTransferEncoding) return NO_FRAMING;
  if (!facts.useChunkedEncodingByDefault) {
    return {
      ...UNTIL_CLOSE,
      keepTransferEncoding: false,
      untilClose: !fields.hasContentLength || fields.isChunked,
    };
  }
  if (!fields.isChunked) return { ...UNTIL_CLOSE, keepContentLength: false };
  return { ...NO_FRAMING, chunked: true, keepContentLength: false };
}

function frameBySize(facts: ResponseFacts, fields: ResponseFields): ResponseFraming {
  if (!facts._hasBody) return NO_FRAMING;
  if (!facts.useChunkedEncodingByDefault) return UNTIL_CLOSE;
  if (facts._contentLength !== null && !fields.hasTrailer && !facts._removedContLen) {
    return facts._contentLength < LENGTHS.length
      ? LENGTHS[facts._contentLength]
      : { ...NO_FRAMING, line: `Content-Length: ${facts._contentLength}\r\n` };
  }
  return facts._removedTE ? UNTIL_CLOSE : CHUNKED;
}

/** The framing of short bodies, made once. */
const LENGTHS: ResponseFraming[] = Array.from({ length: 1024 }, (_, length) =>
  Object.freeze({ ...NO_FRAMING, line: `Content-Length: ${length}\r\n` }),
);
