/**
 * The head of a request: what its request line and fields say, checked.
 *
 * In: field lines in the order they came. Out: method, target, raw fields, and the few fields that decide how the
 * connection goes on. Nothing else looks at Content-Length, Transfer-Encoding or Connection of a request.
 */

import { isFieldName, isHost, LETTER_CASE, listHas } from '../http/grammar.js';
import type { KnownFields } from '../http/known-fields.js';
import type { Validation } from './field-line.js';
import {
  BODY_CHUNKED,
  BODY_LENGTH,
  BODY_NONE,
  type BodyKind,
  parseContentLength,
  requireChunked,
} from './framing.js';
import { WireError } from './wire-error.js';

export class RequestHead {
  method = '';
  target = '';
  /** The x of HTTP/1.x. */
  minorVersion = 1;
  /** Names and values in turn, as they came: names in their case, values without the white space around them. */
  rawHeaders: string[] = [];
  /** The same fields in an earlier head of the connection; null where there are none. */
  known: KnownFields | null = null;
  /** The Host field; null where there is none. */
  host: string | null = null;
  /** The Expect field, its lines joined with `, `; null where there is none. */
  expect: string | null = null;
  /** Whether the client can use the connection for another request, RFC 9112 §9.3. */
  keepAlive = true;
  /** Whether the client asks for another protocol: CONNECT, or Upgrade named in Connection (RFC 9110 §7.8). */
  upgrade = false;
  bodyKind: BodyKind = BODY_NONE;
  /** Octets of the body where it is delimited by its length. */
  contentLength = 0;

  /** Whether a field says that there is a body, be it empty. */
  get framed(): boolean {
    return this.#contentLength !== null || this.#transferEncoding !== null;
  }

  readonly validation: Validation;
  #connection: string | null = null;
  #contentLength: string | null = null;
  #transferEncoding: string | null = null;
  #hasUpgrade = false;

  constructor(validation: Validation = 'strict') {
    this.validation = validation;
  }

  /** Takes note of a field if it is one of those that matter here. */
  note(name: string, value: string): void {
    const first = name.charCodeAt(0) | LETTER_CASE;
    switch (name.length) {
      case 4:
        if (first === 0x68 && isFieldName(name, 'host')) this.#noteHost(value);
        break;
      case 6:
        if (first === 0x65 && isFieldName(name, 'expect')) this.expect = joined(this.expect, value);
        break;
      case 7:
        if (first === 0x75 && isFieldName(name, 'upgrade')) this.#hasUpgrade = true;
        break;
      case 10:
        if (first === 0x63 && isFieldName(name, 'connection'))
          this.#connection = joined(this.#connection, value);
        break;
      case 14:
        if (first === 0x63 && isFieldName(name, 'content-length')) this.#noteContentLength(value);
        break;
      case 17:
        if (first === 0x74 && isFieldName(name, 'transfer-encoding')) {
          this.#transferEncoding = joined(this.#transferEncoding, value);
        }
        break;
    }
  }

  /** Notes what the same fields said in another head. */
  noteAll(other: RequestHead): void {
    this.host = other.host;
    this.expect = other.expect;
    this.contentLength = other.contentLength;
    this.#connection = other.#connection;
    this.#contentLength = other.#contentLength;
    this.#transferEncoding = other.#transferEncoding;
    this.#hasUpgrade = other.#hasUpgrade;
  }

  /** Draws the conclusions when the last field has been noted. */
  complete(): void {
    if (this.#transferEncoding !== null) {
      requireChunked(this.#transferEncoding, this.minorVersion, this.#contentLength !== null);
      this.bodyKind = BODY_CHUNKED;
    } else if (this.#contentLength !== null && this.contentLength > 0) {
      this.bodyKind = BODY_LENGTH;
    }
    const connection = this.#connection;
    if (connection !== null) this.#applyConnection(connection);
    else this.keepAlive = this.minorVersion > 0;
    if (this.method === 'CONNECT') this.upgrade = true;
  }

  #applyConnection(connection: string): void {
    if (listHas(connection, 'close')) this.keepAlive = false;
    else this.keepAlive = this.minorVersion > 0 || listHas(connection, 'keep-alive');
    if (this.#hasUpgrade && this.minorVersion > 0) this.upgrade = listHas(connection, 'upgrade');
  }

  #noteHost(value: string): void {
    if (this.host !== null) throw new WireError('hostRepeated');
    if (this.validation === 'strict' && !isHost(value)) throw new WireError('hostInvalid');
    this.host = value;
  }

  #noteContentLength(value: string): void {
    if (this.#contentLength !== null) throw new WireError('contentLengthRepeated');
    this.#contentLength = value;
    this.contentLength = parseContentLength(value);
  }
}

function joined(before: string | null, value: string): string {
  return before === null ? value : `${before}, ${value}`;
}
