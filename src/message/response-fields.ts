/**
 * The fields and the head of a response: what `http.OutgoingMessage` and `http.ServerResponse` offer for them.
 *
 * In: fields one by one or all at once. Out: `_header`, the head as it will leave, composed once by `writeHead`.
 * Names follow `node:http`, underscores included, because middleware reads and overrides them.
 */
import {
  type IncomingMessage,
  ServerResponse as NodeServerResponse,
  type OutgoingHttpHeaders,
  STATUS_CODES,
} from 'node:http';
import type { Writable } from 'node:stream';
import { fieldValueKind, NOT_FIELD_VALUE } from '../http/grammar.js';
import { statusAllowsBody } from '../http1/framing.js';
import { ResponseHead } from '../http1/response-head.js';
import {
  headersSent,
  invalidArgType,
  invalidArgValue,
  invalidCharacter,
  invalidStatusCode,
  trailerInvalid,
} from '../node/errors.js';
import { dateLine } from '../server/date-field.js';
import { persist } from '../server/http1/persistence.js';
import { lendFieldsTo } from './borrowed-methods.js';
import { checkFieldValue, type FieldValue, fieldKey, OutgoingFields } from './outgoing-fields.js';

/** Status lines with the usual reason phrase. */
const STATUS_LINES: Record<number, string> = {};
for (const [status, reason] of Object.entries(STATUS_CODES)) {
  STATUS_LINES[Number(status)] = `HTTP/1.1 ${status} ${reason}\r\n`;
}

type HeadFields =
  | Record<string, FieldValue | undefined>
  | readonly unknown[]
  | OutgoingFields
  | null
  | undefined;

function checkName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw invalidArgType('name', 'of type string', name);
}

// Node's type has plain properties where there are accessors here: so for the compiler this extends Writable only.
export class ResponseFieldMethods extends (NodeServerResponse as unknown as typeof Writable) {
  declare _events: Record<string, unknown>;
  declare _eventsCount: number;
  declare req: IncomingMessage;
  declare statusCode: number;
  declare statusMessage: string | undefined;
  declare sendDate: boolean;
  declare chunkedEncoding: boolean;
  declare shouldKeepAlive: boolean;
  declare useChunkedEncodingByDefault: boolean;
  declare maxRequestsOnConnectionReached: boolean;
  declare _header: string | null;
  declare _headerSent: boolean;
  /** Whether the head is US-ASCII, so that it can share a string with a UTF-8 body. */
  declare _headAscii: boolean;
  declare _hasBody: boolean;
  declare _contentLength: number | null;
  declare _last: boolean;
  declare _defaultKeepAlive: boolean;
  declare _removedConnection: boolean;
  declare _removedContLen: boolean;
  declare _removedTE: boolean;
  declare _keepAliveTimeout: number;
  declare _maxRequestsPerSocket: number;
  declare _expect_continue: boolean;
  declare _sent100: boolean;
  declare _fields: OutgoingFields | null;
  declare _uniqueFields: ReadonlySet<string> | null;

  get headersSent(): boolean {
    return this._header !== null;
  }

  setHeader(name: string, value: FieldValue): this {
    if (this._header !== null) throw headersSent('set');
    const key = fieldKey(name);
    const ascii = checkFieldValue(name, value);
    this._fields ??= new OutgoingFields();
    this._fields.set(key, name, value);
    if (!ascii) this._fields.ascii = false;
    return this;
  }

  setHeaders(headers: Headers | Map<string, FieldValue>): this {
    if (this._header !== null) throw headersSent('set');
    if (
      !headers ||
      Array.isArray(headers) ||
      typeof headers.keys !== 'function' ||
      typeof headers.get !== 'function'
    ) {
      throw invalidArgType('headers', 'an instance of Headers or Map', headers);
    }
    const cookies: string[] = [];
    for (const [name, value] of headers as Iterable<[string, FieldValue]>) {
      if (name === 'set-cookie') cookies.push(...([] as string[]).concat(value as string));
      else this.setHeader(name, value);
    }
    if (cookies.length > 0) this.setHeader('set-cookie', cookies);
    return this;
  }

  appendHeader(name: string, value: FieldValue): this {
    if (this._header !== null) throw headersSent('append');
    const key = fieldKey(name);
    const ascii = checkFieldValue(name, value);
    this._fields ??= new OutgoingFields();
    this._fields.append(key, name, value);
    if (!ascii) this._fields.ascii = false;
    return this;
  }

  getHeader(name: string): FieldValue | undefined {
    checkName(name);
    return this._fields?.get(name.toLowerCase());
  }

  getHeaderNames(): string[] {
    return this._fields?.keys ?? [];
  }

  getRawHeaderNames(): string[] {
    return this._fields?.names ?? [];
  }

  getHeaders(): OutgoingHttpHeaders {
    const headers: OutgoingHttpHeaders = Object.create(null);
    const fields = this._fields;
    fields?.keys.forEach((key, i) => {
      headers[key] = fields.valueAt(i) as string;
    });
    return headers;
  }

  hasHeader(name: string): boolean {
    checkName(name);
    return this._fields?.get(name.toLowerCase()) !== undefined;
  }

  removeHeader(name: string): void {
    checkName(name);
    if (this._header !== null) throw headersSent('remove');
    const key = name.toLowerCase();
    if (key === 'connection') this._removedConnection = true;
    else if (key === 'content-length') this._removedContLen = true;
    else if (key === 'transfer-encoding') this._removedTE = true;
    else if (key === 'date') this.sendDate = false;
    this._fields?.remove(key);
  }

  _renderHeaders(): OutgoingHttpHeaders {
    if (this._header !== null) throw headersSent('render');
    const headers: OutgoingHttpHeaders = {};
    const fields = this._fields;
    fields?.names.forEach((name, i) => {
      headers[name] = fields.valueAt(i) as string;
    });
    return headers;
  }

  _implicitHeader(): void {
    this.writeHead(this.statusCode);
  }

  /**
   * Composes the head; it leaves with the first bytes of the body, or when the response ends.
   * @throws ERR_HTTP_HEADERS_SENT, ERR_HTTP_INVALID_STATUS_CODE, ERR_INVALID_CHAR, ERR_HTTP_TRAILER_INVALID
   */
  writeHead(statusCode: number, reason?: string | HeadFields, headers?: HeadFields): this {
    if (this._header !== null) throw headersSent('write');
    const status = statusCode | 0;
    if (status < 100 || status > 999) throw invalidStatusCode(statusCode);
    if (typeof reason === 'string') {
      this.statusMessage = reason;
    } else {
      headers ??= reason;
      this.statusMessage ||= STATUS_CODES[status] ?? 'unknown';
    }
    this.statusCode = status;
    const fields = this._fields === null ? headers : mergeFields(this, this._fields, headers);
    if (!statusAllowsBody(status)) this._hasBody = false;
    // The client may or may not send the body it asked leave for: what follows can't be told apart.
    if (this._expect_continue && !this._sent100) this.shouldKeepAlive = false;
    this._storeHeader(statusLine(this, status), fields);
    return this;
  }

  writeHeader(statusCode: number, reason?: string | HeadFields, headers?: HeadFields): this {
    return ResponseFieldMethods.prototype.writeHead.call(this, statusCode, reason, headers) as this;
  }

  /** @param firstLine - the status line with its end */
  _storeHeader(firstLine: string, headers: HeadFields): void {
    const head = new ResponseHead(firstLine);
    let ascii = true;
    if (headers instanceof OutgoingFields) {
      ascii = headers.ascii;
      for (let i = 0; i < headers.size; i++) addField(this, head, headers.nameAt(i), headers.valueAt(i));
    } else if (Array.isArray(headers)) {
      ascii = addFieldList(this, head, headers);
    } else if (headers) {
      for (const name of Object.keys(headers)) {
        ascii = addCheckedField(this, head, name, (headers as Record<string, unknown>)[name]) && ascii;
      }
    }
    completeHead(this, head);
    this._headAscii = ascii && firstLine === STATUS_LINES[this.statusCode];
    this._headerSent = false;
  }
}

lendFieldsTo(ResponseFieldMethods.prototype);

function statusLine(response: ResponseFieldMethods, status: number): string {
  const reason = response.statusMessage;
  if (reason === STATUS_CODES[status]) return STATUS_LINES[status];
  if (fieldValueKind(`${reason}`) === NOT_FIELD_VALUE) throw invalidCharacter('statusMessage');
  return `HTTP/1.1 ${status} ${reason}\r\n`;
}

/** Fields of `writeHead` replace those set before, but may repeat among themselves. */
function mergeFields(
  response: ResponseFieldMethods,
  fields: OutgoingFields,
  headers: HeadFields,
): OutgoingFields {
  if (Array.isArray(headers)) {
    if (headers.length % 2 !== 0) throw invalidArgValue('headers', headers);
    for (let i = 0; i < headers.length; i += 2) response.removeHeader(headers[i]);
    for (let i = 0; i < headers.length; i += 2)
      if (headers[i]) response.appendHeader(headers[i], headers[i + 1]);
  } else if (headers) {
    for (const name of Object.keys(headers)) {
      if (name) response.setHeader(name, (headers as Record<string, FieldValue>)[name]);
    }
  }
  return fields;
}

function addFieldList(response: ResponseFieldMethods, head: ResponseHead, list: readonly unknown[]): boolean {
  let ascii = true;
  if (Array.isArray(list[0])) {
    for (const [name, value] of list as [string, unknown][])
      ascii = addCheckedField(response, head, name, value) && ascii;
    return ascii;
  }
  if (list.length % 2 !== 0) throw invalidArgValue('headers', list);
  for (let i = 0; i < list.length; i += 2) {
    ascii = addCheckedField(response, head, list[i] as string, list[i + 1]) && ascii;
  }
  return ascii;
}

function addCheckedField(
  response: ResponseFieldMethods,
  head: ResponseHead,
  name: string,
  value: unknown,
): boolean {
  fieldKey(name);
  const ascii = checkFieldValue(name, value);
  addField(response, head, name, value as FieldValue);
  return ascii;
}

function addField(response: ResponseFieldMethods, head: ResponseHead, name: string, value: FieldValue): void {
  if (!Array.isArray(value)) {
    head.add(name, typeof value === 'string' ? value : String(value));
    return;
  }
  // A list may have changed since it was checked: it is the program's own object.
  checkFieldValue(name, value);
  const key = name.toLowerCase();
  if ((key === 'cookie' && value.length > 1) || response._uniqueFields?.has(key))
    head.add(name, value.join('; '));
  else for (const item of value) head.add(name, String(item));
}

/** Adds what the program left to the server: Date, Connection and Keep-Alive, and the framing field. */
function completeHead(response: ResponseFieldMethods, head: ResponseHead): void {
  if (head.hasContentLength) {
    response._contentLength = head.contentLength;
    response._removedContLen = false;
  }
  if (response.sendDate && !head.hasDate) head.addLines(dateLine());
  if (head.hasKeepAlive) response._defaultKeepAlive = false;
  const framing = head.frame(response);
  if (head.hasTrailer && !framing.chunked) throw trailerInvalid();
  response.chunkedEncoding = framing.chunked;
  if (framing.untilClose) response.shouldKeepAlive = false;
  persist(response, head);
  if (framing.untilClose) response._last = true;
  head.addLines(framing.line);
  response._header = head.toString();
}
