/**
 * The options of `createServer`, checked and put on the server with the defaults Node 24 documents.
 *
 * In: what the program gave. Out: settings on the server, read again whenever they matter, so that a program may
 * change them later. Throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE or ERR_OUT_OF_RANGE as `node:http` does.
 */
import type { ServerOptions as NodeServerOptions } from 'node:http';
import type { Validation } from '../http1/field-line.js';
import type { IncomingMessage } from '../message/incoming-message.js';
import { invalidArgType, invalidArgValue, outOfRange } from '../node/errors.js';
import type { Http2Setting, HttpServer } from './http-server.js';
import { CLOSING_GRACE } from './limits.js';

/** Milliseconds. */
const DEFAULT_REQUEST_TIMEOUT = 300_000;
const DEFAULT_HEADERS_TIMEOUT = 60_000;
const DEFAULT_KEEP_ALIVE_BUFFER = 1_000;
const DEFAULT_CHECKING_INTERVAL = 30_000;
/** As nginx has it; what takes nothing for a minute has gone away. */
const DEFAULT_SEND_TIMEOUT = 60_000;

let usualKeepAliveTimeout = 5_000;

/** The `keepAliveTimeout` of servers that are made from now on and don't say it themselves, in ms. */
export function setUsualKeepAliveTimeout(ms: number): void {
  usualKeepAliveTimeout = ms;
}

/** The options of `http.createServer`, those of later Node versions included. */
export interface ServerOptions extends NodeServerOptions {
  /** Skip the events of requests without a body. Default false. */
  optimizeEmptyRequests?: boolean;
  /** How strictly requests are read: `strict`, `relaxed` (more characters in values) or `insecure`, as with `insecureHTTPParser`. */
  httpValidation?: Validation;
  /**
   * After `close`, connections whose clients were told that they go on are left, so that each may send one more request, until
   * no request has come for so many milliseconds. Requests that keep coming put that off for 2 s at most, or for as long as
   * this where it is longer. Default 200, and where it is that, three times as long as the slowest of these clients took
   * from one request to the next, up to a second.
   */
  closingGrace?: number;
  /**
   * Which peers are believed when they say who their client is (`Forwarded`, `X-Forwarded-For`, `-Proto`, `-Host`,
   * `X-Request-Id`): `loopback`, `unix`, addresses and networks such as `10.0.0.0/8`, in a list or separated by commas.
   * What they say is what `clientOf` tells; `socket.remoteAddress` stays theirs. Default: nobody.
   */
  trustProxy?: string | readonly string[];
  /**
   * Which peers speak the PROXY protocol, version 1 or 2, entries as of `trustProxy`: they have to, on every connection,
   * before HTTP and before TLS, and others are not let in. `socket.remoteAddress` is then the client's, and what else
   * they say is what `proxyHeaderOf` tells. Default: nobody does.
   */
  proxyProtocol?: string | readonly string[];
  /**
   * Whether HTTP/2 is spoken beside HTTP/1.1; the same handlers answer both. `true`, of a server over TLS: with the
   * clients that choose it by ALPN. `'prior-knowledge'`, of a server without: with those that begin with its preface
   * (RFC 9113 §3.3), as proxies do. Default false.
   */
  http2?: Http2Setting;
  /**
   * Milliseconds in which a client of HTTP/2 should take 16 KiB of an answer that waits for it, be it that it opens no
   * window or that it doesn't read. After them its stream is reset, or the connection cut. Default 60000; 0: no limit.
   */
  sendTimeout?: number;
}

function checkInteger(name: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < 0 || value > Number.MAX_SAFE_INTEGER)
    throw outOfRange(name, `>= 0 && <= ${Number.MAX_SAFE_INTEGER}`, value);
}

function checkType(name: string, type: 'boolean' | 'function', value: unknown): void {
  if (value !== undefined && typeof value !== type)
    throw invalidArgType(name, type === 'boolean' ? 'of type boolean' : 'of type function', value);
}

/** What counts as none is taken. node:http fails at the first request, and the program ends with it. */
function checkClass(name: 'IncomingMessage' | 'ServerResponse', value: unknown): void {
  if (!value) return;
  try {
    Reflect.construct(Object, [], value as never);
  } catch {
    throw invalidArgType(`options.${name}`, `a class derived from http.${name}`, value);
  }
}

function checkAll(options: ServerOptions): void {
  checkClass('IncomingMessage', options.IncomingMessage);
  checkClass('ServerResponse', options.ServerResponse);
  checkInteger('maxHeaderSize', options.maxHeaderSize);
  checkType('options.optimizeEmptyRequests', 'boolean', options.optimizeEmptyRequests);
  checkType('options.insecureHTTPParser', 'boolean', options.insecureHTTPParser);
  checkInteger('requestTimeout', options.requestTimeout);
  checkInteger('headersTimeout', options.headersTimeout);
  checkInteger('keepAliveTimeout', options.keepAliveTimeout);
  checkInteger('keepAliveTimeoutBuffer', options.keepAliveTimeoutBuffer);
  checkInteger('connectionsCheckingInterval', options.connectionsCheckingInterval);
  checkInteger('sendTimeout', options.sendTimeout);
  checkInteger('closingGrace', options.closingGrace);
  checkType('options.requireHostHeader', 'boolean', options.requireHostHeader);
  checkType('options.joinDuplicateHeaders', 'boolean', options.joinDuplicateHeaders);
  checkType('options.rejectNonStandardBodyWrites', 'boolean', options.rejectNonStandardBodyWrites);
  checkType('options.shouldUpgradeCallback', 'function', options.shouldUpgradeCallback);
  const { httpValidation } = options;
  if (httpValidation !== undefined && !['strict', 'relaxed', 'insecure'].includes(httpValidation)) {
    throw invalidArgValue(
      'options.httpValidation',
      httpValidation,
      "must be one of: 'strict', 'relaxed', 'insecure'",
    );
  }
}

/** @throws TypeError where a server without TLS can't have it */
export function plainHttp2(value: unknown): Http2Setting {
  if (value === true)
    throw invalidArgValue(
      'options.http2',
      value,
      "needs TLS (make the server with premier/https), or is 'prior-knowledge' without it",
    );
  if (value === undefined || value === false) return false;
  if (value === 'prior-knowledge') return value;
  throw invalidArgValue('options.http2', value, "must be 'prior-knowledge' or false");
}

/** @throws TypeError where it is neither true nor false; over TLS a client chooses, and needs no prior knowledge */
export function secureHttp2(value: unknown): boolean | undefined {
  if (value === 'prior-knowledge')
    throw invalidArgValue('options.http2', value, 'is for servers without TLS; here it is true');
  checkType('options.http2', 'boolean', value);
  return value as boolean | undefined;
}

export function applyOptions(server: HttpServer, options: ServerOptions): void {
  checkAll(options);
  server.maxHeaderSize = options.maxHeaderSize;
  server.insecureHTTPParser = options.insecureHTTPParser;
  server.httpValidation = options.httpValidation;
  server.requestTimeout = options.requestTimeout ?? DEFAULT_REQUEST_TIMEOUT;
  server.headersTimeout = options.headersTimeout ?? Math.min(DEFAULT_HEADERS_TIMEOUT, server.requestTimeout);
  if (server.requestTimeout > 0 && server.headersTimeout > server.requestTimeout) {
    throw outOfRange('headersTimeout', '<= requestTimeout', options.headersTimeout);
  }
  server.keepAliveTimeout = options.keepAliveTimeout ?? usualKeepAliveTimeout;
  server.keepAliveTimeoutBuffer = options.keepAliveTimeoutBuffer ?? DEFAULT_KEEP_ALIVE_BUFFER;
  server.closingGrace = options.closingGrace ?? CLOSING_GRACE;
  server.connectionsCheckingInterval = options.connectionsCheckingInterval ?? DEFAULT_CHECKING_INTERVAL;
  server.sendTimeout = options.sendTimeout ?? DEFAULT_SEND_TIMEOUT;
  server.requireHostHeader = options.requireHostHeader ?? true;
  server.joinDuplicateHeaders = options.joinDuplicateHeaders;
  server.rejectNonStandardBodyWrites = options.rejectNonStandardBodyWrites ?? false;
  server.shouldUpgradeCallback = (options.shouldUpgradeCallback ?? upgradeWhenListened) as never;
  server.httpAllowHalfOpen = false;
  server.timeout = 0;
  server.maxHeadersCount = null;
  server.maxRequestsPerSocket = 0;
}

const flags = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(' ')];
const INSECURE_BY_FLAG = flags.includes('--insecure-http-parser');

/** How strictly requests are read: by the server's own setting, or by Node's command line. */
export function validationOf({ httpValidation, insecureHTTPParser }: HttpServer): Validation {
  if (httpValidation === undefined) return (insecureHTTPParser ?? INSECURE_BY_FLAG) ? 'insecure' : 'strict';
  return httpValidation === 'relaxed' || httpValidation === 'insecure' ? httpValidation : 'strict';
}

/**
 * An upgrade to HTTP/2 counts as none: "The "h2c" string was previously used as a token for use in the HTTP Upgrade
 * mechanism [...] This usage was never widely deployed and is deprecated by this document" (RFC 9113 §3.1).
 */
function upgradeWhenListened(this: HttpServer, request: IncomingMessage): boolean {
  return this.listenerCount('upgrade') > 0 && request.headers.upgrade?.trim().toLowerCase() !== 'h2c';
}

/**
 * The `uniqueHeaders` option as a set of lower-cased names.
 * @throws TypeError where one is no string, as node:http, and says of what
 */
export function uniqueFields(names: unknown): ReadonlySet<string> | null {
  if (!Array.isArray(names)) return null;
  if (!names.every((name) => typeof name === 'string'))
    throw invalidArgType('options.uniqueHeaders', 'an array of strings', names);
  return new Set(names.map((name) => name.toLowerCase()));
}
