/**
 * Makes the `headers` and `headersDistinct` of a request from its raw fields.
 *
 * In: names and values in turn, as they came. Out: an object by lower-cased name, with the joining rules that
 * `node:http` documents for `message.headers`: some fields once only, cookies by `; `, set-cookie a list, the rest
 * by `, `. Names that clients usually send are looked up, not lower-cased anew.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { KnownFields } from '../http/known-fields.js';
import { distinctPrototype } from '../node/distinct-fields.js';

const JOIN = 0;
const FIRST_WINS = 1;
const COOKIE = 2;
const LIST = 3;

interface FieldRule {
  readonly key: string;
  readonly kind: number;
}

const FIRST_WINS_FIELDS =
  'Age Authorization Content-Length Content-Type ETag Expires From Host If-Modified-Since If-Unmodified-Since ' +
  'Last-Modified Location Max-Forwards Proxy-Authorization Referer Retry-After Server User-Agent';
const JOINED_FIELDS =
  'Accept Accept-Charset Accept-Encoding Accept-Language Access-Control-Request-Headers ' +
  'Access-Control-Request-Method Cache-Control Connection Content-Encoding Date DNT Expect Forwarded If-Match ' +
  'If-None-Match If-Range Keep-Alive Origin Pragma Priority Range Sec-CH-UA Sec-CH-UA-Mobile Sec-CH-UA-Platform ' +
  'Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User Sec-WebSocket-Extensions Sec-WebSocket-Key ' +
  'Sec-WebSocket-Protocol Sec-WebSocket-Version TE Traceparent Tracestate Transfer-Encoding Upgrade ' +
  'Upgrade-Insecure-Requests Vary Via X-Forwarded-For X-Forwarded-Host X-Forwarded-Port X-Forwarded-Proto ' +
  'X-Real-IP X-Request-ID X-Requested-With';

const RULES = new Map<string, FieldRule>();

function addRule(name: string, kind: number): void {
  const rule = { key: name.toLowerCase(), kind };
  RULES.set(name, rule);
  RULES.set(rule.key, rule);
}
for (const name of FIRST_WINS_FIELDS.split(' ')) addRule(name, FIRST_WINS);
for (const name of JOINED_FIELDS.split(' ')) addRule(name, JOIN);
addRule('Cookie', COOKIE);
addRule('Set-Cookie', LIST);

/** Adds one field to `headers`. `joinDuplicates`: fields that may come once only are joined instead of dropped. */
function addField(headers: IncomingHttpHeaders, name: string, value: string, joinDuplicates: boolean): void {
  let rule = RULES.get(name);
  let key: string;
  if (rule === undefined) {
    key = name.toLowerCase();
    rule = RULES.get(key);
  } else {
    key = rule.key;
  }
  const kind = rule === undefined ? JOIN : rule.kind;
  // Own fields only: a field may be named `constructor`, or even `__proto__`.
  if (rule === undefined && key in Object.prototype && !Object.hasOwn(headers, key)) {
    Object.defineProperty(headers, key, { value, writable: true, enumerable: true, configurable: true });
    return;
  }
  const before = headers[key];
  if (kind === LIST) {
    if (before === undefined) headers[key] = [value];
    else (before as string[]).push(value);
  } else if (typeof before !== 'string') {
    headers[key] = value;
  } else if (kind === COOKIE) {
    headers[key] = `${before}; ${value}`;
  } else if (kind === JOIN || joinDuplicates) {
    headers[key] = `${before}, ${value}`;
  }
}

export function joinFields(rawFields: readonly string[], joinDuplicates: boolean): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (let i = 0; i < rawFields.length; i += 2) {
    addField(headers, rawFields[i], rawFields[i + 1], joinDuplicates);
  }
  return headers;
}

const joinOnce = (rawFields: readonly string[]): IncomingHttpHeaders => joinFields(rawFields, false);

/** Adds fields to an object that the program has already: a field may be named `__proto__`. */
export function addFields(target: object, fields: object): void {
  for (const [key, value] of Object.entries(fields)) {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  }
}

/** Every value of every field, by lower-cased name, nothing joined. */
export function distinctFields(rawFields: readonly string[]): NodeJS.Dict<string[]> {
  const headers: NodeJS.Dict<string[]> = Object.create(null);
  for (let i = 0; i < rawFields.length; i += 2) {
    const key = rawFields[i].toLowerCase();
    const values = headers[key];
    if (values === undefined) headers[key] = [rawFields[i + 1]];
    else values.push(rawFields[i + 1]);
  }
  const prototype = distinctPrototype();
  return prototype === null ? headers : Object.setPrototypeOf(headers, prototype);
}

/** What of a message its fields are made of; raw fields are missing where a program asks what messages inherit from. */
interface Fields {
  readonly rawHeaders?: readonly string[];
  readonly rawTrailers: readonly string[];
  readonly joinDuplicateHeaders: boolean;
  readonly _known?: KnownFields | null;
}

const linesOf = ({ rawHeaders }: Fields): readonly string[] => rawHeaders ?? [];

export function headersOf(fields: Fields): IncomingHttpHeaders {
  const { _known: known, joinDuplicateHeaders } = fields;
  const lines = linesOf(fields);
  const headers = known && !joinDuplicateHeaders ? known.copyHeaders(lines, joinOnce) : null;
  return headers ?? joinFields(lines, joinDuplicateHeaders);
}

export const distinctHeadersOf = (fields: Fields): NodeJS.Dict<string[]> => distinctFields(linesOf(fields));

export const distinctTrailersOf = ({ rawTrailers }: Fields): NodeJS.Dict<string[]> =>
  distinctFields(rawTrailers);

export const trailersOf = ({ rawTrailers, joinDuplicateHeaders }: Fields): NodeJS.Dict<string> =>
  joinFields(rawTrailers, joinDuplicateHeaders) as NodeJS.Dict<string>;
