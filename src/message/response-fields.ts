/**
 * The fields and the head of a response: what `http.OutgoingMessage` and `http.ServerResponse` offer for them.
 *
 * In: fields one by one or all at once. Out: one list of them for the response's channel, which composes the head, and
 * `_header`, the head as text, for programs that look at it. Names follow `node:http`, underscores included, because
 * middleware reads and overrides them.
 */
import {
  type IncomingMessage,
  ServerResponse as NodeServerResponse,
  type OutgoingHttpHeaders,
  STATUS_CODES,
} from 'node:http';
import type { Writable } from 'node:stream';
import { type FieldList, NewFieldList, NO_FIELDS } from '../http/field-list.js';
import { fieldValueKind, NOT_FIELD_VALUE } from '../http/grammar.js';
import { statusAllowsBody } from '../http/status.js';
import {
  headersSent,
  invalidArgType,
  invalidArgValue,
  invalidCharacter,
  invalidStatusCode,
  trailerInvalid,
} from '../node/errors.js';
import { fieldsOfTable, lendFieldsTo } from './borrowed-methods.js';
import { addNewField, listOf } from './field-text.js';
import { addFields } from './incoming-fields.js';
import { firstFields } from './kept-fields.js';
import { checkFieldValue, type FieldValue, fieldName, OutgoingFields } from './outgoing-fields.js';
import type { ComposedHead, ResponseChannel } from './response-channel.js';

type HeadFields =
  | Record<string, FieldValue | undefined>
  | readonly unknown[]
  | OutgoingFields
  | null
  | undefined;

function checkName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw invalidArgType('name', 'of type string', name);
}

/** Whether a head was composed. What Node's own server made, and got a prototype of ours since, has its text only. */
export function hasHead(response: Pick<ResponseFieldMethods, '_head' | '_header'>): boolean {
  return Boolean(response._head ?? response._header);
}

// Node's type has plain properties where there are accessors here: so for the compiler this extends Writable only.
export abstract class ResponseFieldMethods extends (NodeServerResponse as unknown as typeof Writable) {
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
  declare finished: boolean;
  /** The head once it was composed, or the text that a program has put in its place. */
  declare _head: ComposedHead | string | null | undefined;
  declare _headerSent: boolean;
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
  /** Where the response goes; null until a response that no server made first needs it. */
  declare _channel: ResponseChannel | null;
  /** The response's channel, made now for a response that no server made. */
  abstract _open(): ResponseChannel;

  /** The head as text, which protocols make when somebody asks. */
  get _header(): string | null {
    const head = this._head;
    return typeof head === 'object' && head !== null ? head.text : (head as string | null);
  }

  set _header(text: string | null) {
    this._head = text;
  }

  get headersSent(): boolean {
    return hasHead(this);
  }

  setHeader(name: string, value: FieldValue): this {
    if (hasHead(this)) throw headersSent('set');
    const field = fieldName(name);
    const ascii = checkFieldValue(field, name, value);
    this._fields ??= firstFields(this);
    this._fields.set(field.key, name, value);
    if (!ascii) this._fields.ascii = false;
    return this;
  }

  setHeaders(headers: Headers | Map<string, FieldValue>): this {
    if (hasHead(this)) throw headersSent('set');
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
    if (hasHead(this)) throw headersSent('append');
    const field = fieldName(name);
    const ascii = checkFieldValue(field, name, value);
    this._fields ??= firstFields(this);
    this._fields.append(field.key, name, value);
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
    if (hasHead(this)) throw headersSent('remove');
    const key = name.toLowerCase();
    if (key === 'connection') this._removedConnection = true;
    else if (key === 'content-length') this._removedContLen = true;
    else if (key === 'transfer-encoding') this._removedTE = true;
    else if (key === 'date') this.sendDate = false;
    this._fields?.remove(key);
  }

  _renderHeaders(): OutgoingHttpHeaders {
    if (hasHead(this)) throw headersSent('render');
    const headers: OutgoingHttpHeaders = {};
    const fields = this._fields;
    fields?.names.forEach((name, i) => {
      addFields(headers, Object.fromEntries([[name, fields.valueAt(i)]]));
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
    if (hasHead(this)) throw headersSent('write');
    const status = statusCode | 0;
    if (status < 100 || status > 999) throw invalidStatusCode(statusCode);
    if (status < 200 && !this._open().allowsStatus(status)) throw invalidStatusCode(statusCode);
    if (typeof reason === 'string') {
      this.statusMessage = reason;
    } else {
      headers ??= reason;
      this.statusMessage ||= STATUS_CODES[status] ?? 'unknown';
    }
    this.statusCode = status;
    const fields = this._fields === null ? headers : mergeFields(this, this._fields, headers);
    const reasonText = reasonPhrase(this.statusMessage);
    // The client may or may not send the body it asked leave for: what follows can't be told apart.
    if (this._expect_continue && !this._sent100) this.shouldKeepAlive = false;
    const list = fieldList(this, fields);
    // What was called while the fields were read doesn't count.
    this.statusCode = status;
    if (typeof this.statusMessage === 'object') this.statusMessage = reasonText;
    this._composeHead(list);
    return this;
  }

  writeHeader(statusCode: number, reason?: string | HeadFields, headers?: HeadFields): this {
    return ResponseFieldMethods.prototype.writeHead.call(this, statusCode, reason, headers) as this;
  }

  /** As older middleware calls it: what it says of the status counts, and its fields. */
  _storeHeader(firstLine: string, headers: HeadFields): void {
    const [, status, reason] = /^HTTP\/1\.1 (\d{3}) ([^\r\n]*)/.exec(`${firstLine}`) ?? [];
    if (status !== undefined) {
      if (!this._open().allowsStatus(Number(status))) throw invalidStatusCode(Number(status));
      this.statusCode = Number(status);
      this.statusMessage = reasonPhrase(reason);
    }
    this._composeHead(fieldList(this, fieldsOfTable(headers) ?? headers));
  }

  _composeHead(fields: FieldList): void {
    const hadBody = this._hasBody;
    if (!statusAllowsBody(this.statusCode)) this._hasBody = false;
    const head = this._open().head(this, fields);
    const { set } = head;
    if (set.hasTrailer && !head.chunked && !saysChunked(this.statusCode, set)) {
      this._hasBody = hadBody;
      throw trailerInvalid();
    }
    this.chunkedEncoding = head.chunked;
    // Once it is the last it stays so, whoever said it: the program, or a client that has ended its side.
    if (head.last) this._last = true;
    if (set.goesOn) this.shouldKeepAlive = true;
    if (set.hasContentLength) {
      this._contentLength = set.contentLength;
      this._removedContLen = false;
    }
    this._head = head;
    this._headerSent = false;
  }
}

lendFieldsTo(ResponseFieldMethods.prototype);

/** Whether trailers are announced with chunks that are left out, since an interim response and HTTP/1.0 have none. */
function saysChunked(status: number, { codings }: ComposedHead['set']): boolean {
  return status !== 204 && status !== 304 && codings?.includes('chunked') === true;
}

/** Text once: what is checked is what leaves. */
function reasonPhrase(reason: unknown): string {
  if (reason === STATUS_CODES[200]) return reason as string;
  const text = `${reason}`;
  if (fieldValueKind(text) === NOT_FIELD_VALUE) throw invalidCharacter('statusMessage');
  return text;
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

/** The fields of a head, as text that was checked as it is now. */
function fieldList(response: ResponseFieldMethods, headers: HeadFields): FieldList {
  if (headers === null || headers === undefined) return NO_FIELDS;
  const unique = response._uniqueFields;
  if (headers instanceof OutgoingFields) return listOf(headers, unique);
  const list = new NewFieldList();
  if (!Array.isArray(headers)) {
    for (const name of Object.keys(headers)) {
      addNewField(list, name, (headers as Record<string, unknown>)[name], unique);
    }
  } else if (Array.isArray(headers[0])) {
    for (const [name, value] of headers as [string, unknown][]) addNewField(list, name, value, unique);
  } else {
    if (headers.length % 2 !== 0) throw invalidArgValue('headers', headers);
    for (let i = 0; i < headers.length; i += 2) {
      addNewField(list, headers[i] as string, headers[i + 1], unique);
    }
  }
  return list;
}
