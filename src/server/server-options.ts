/**
 * The options of `createServer`, checked and put on the server with the defaults Node 24 documents.
 *
 * In: what the program gave. Out: settings on the server, read again whenever they matter, so that a program may
 * change them later. Throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE or ERR_OUT_OF_RANGE as `node:http` does.
 */
import type { ServerOptions as NodeServerOptions } from 'node:http';
import { invalidArgType, invalidArgValue, outOfRange } from '../node/errors.js';
import type { HttpServer } from './http-server.js';

/** Milliseconds. */
const DEFAULT_REQUEST_TIMEOUT = 300_000;
const DEFAULT_HEADERS_TIMEOUT = 60_000;
const DEFAULT_KEEP_ALIVE_TIMEOUT = 5_000;
const DEFAULT_KEEP_ALIVE_BUFFER = 1_000;
const DEFAULT_CHECKING_INTERVAL = 30_000;

/** As nginx has it; what takes nothing for a minute has gone away. */
const DEFAULT_SEND_TIMEOUT = 60_000;
/** The options of `http.createServer`, those of later Node versions included. */
export interface ServerOptions extends NodeServerOptions {
  /** Skip the events of requests without a body. Default false. */
  optimizeEmptyRequests?: boolean;
  /** `strict`, `relaxed` or `insecure`: which characters a field value may have. */
  httpValidation?: 'strict' | 'relaxed' | 'insecure';
  /**
   * Milliseconds that `close` leaves a connection whose client was told that it goes on, to send one more request.
   * Default 200.
   */
  closingGrace?: number;
  /**
   * Whether a server over TLS speaks HTTP/2 with the clients that choose it by ALPN, beside HTTP/1.1; the same handlers
   * answer both. Default false; a server without TLS refuses it.
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
  if (value < 0) throw outOfRange(name, `>= 0 && <= ${Number.MAX_SAFE_INTEGER}`, value);
}

function checkType(name: string, type: 'boolean' | 'function', value: unknown): void {
  if (value !== undefined && typeof value !== type)
    throw invalidArgType(name, type === 'boolean' ? 'of type boolean' : 'of type function', value);
}

function checkAll(options: ServerOptions): void {
  checkInteger('maxHeaderSize', options.maxHeaderSize);
  checkType('options.optimizeEmptyRequests', 'boolean', options.optimizeEmptyRequests);
  checkType('options.insecureHTTPParser', 'boolean', options.insecureHTTPParser);
  checkInteger('requestTimeout', options.requestTimeout);
  checkInteger('headersTimeout', options.headersTimeout);
  checkInteger('keepAliveTimeout', options.keepAliveTimeout);
  checkInteger('keepAliveTimeoutBuffer', options.keepAliveTimeoutBuffer);
  checkInteger('connectionsCheckingInterval', options.connectionsCheckingInterval);
  checkInteger('closingGrace', options.closingGrace);
  checkType('options.requireHostHeader', 'boolean', options.requireHostHeader);
  checkInteger('sendTimeout', options.sendTimeout);
  checkType('options.joinDuplicateHeaders', 'boolean', options.joinDuplicateHeaders);
  checkType('options.rejectNonStandardBodyWrites', 'boolean', options.rejectNonStandardBodyWrites);
  checkType('options.http2', 'boolean', options.http2);
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
  server.keepAliveTimeout = options.keepAliveTimeout ?? DEFAULT_KEEP_ALIVE_TIMEOUT;
  server.keepAliveTimeoutBuffer = options.keepAliveTimeoutBuffer ?? DEFAULT_KEEP_ALIVE_BUFFER;
  server.connectionsCheckingInterval = options.connectionsCheckingInterval ?? DEFAULT_CHECKING_INTERVAL;
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

/** Whether requests are read leniently: by the server's own setting, or by Node's command line. */
export function readsLeniently({ httpValidation, insecureHTTPParser }: HttpServer): boolean {
  if (httpValidation !== undefined) return httpValidation !== 'strict';
  return insecureHTTPParser ?? INSECURE_BY_FLAG;
}

function upgradeWhenListened(this: HttpServer): boolean {
  return this.listenerCount('upgrade') > 0;
}
  server.sendTimeout = options.sendTimeout ?? DEFAULT_SEND_TIMEOUT;

/** The `uniqueHeaders` option as a set of lower-cased names. */
export function uniqueFields(names: unknown): ReadonlySet<string> | null {
  return Array.isArray(names) ? new Set(names.map((name) => String(name).toLowerCase())) : null;
}
