/**
 * How the body of a request is delimited.
 *
 * In: the framing fields of a head. Out: none, a length, or chunked. What two readers
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
