/**
 * `http.Server` and `https.Server`: sockets in, exchanges out.
 *
 * In: options and a request listener. Out: a `net.Server` or `tls.Server` whose connections speak HTTP/1.1 through
 * this engine. Both are constructor functions, callable without `new`, over one set of methods.
 */
import { EventEmitter } from 'node:events';
import { Server as NodeHttpServer, STATUS_CODES } from 'node:http';
import { Server as NodeHttpsServer, type ServerOptions as NodeHttpsServerOptions } from 'node:https';
import { Server as NetServer } from 'node:net';
import { getDefaultHighWaterMark } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import type { IncomingMessage } from '../message/incoming-message.js';
import type { ServerResponse, ServerResponseOptions } from '../message/server-response.js';
import { watchAccepts } from '../node/accept-queue.js';
import { constructOn } from '../node/callable-class.js';
import { invalidArgType } from '../node/errors.js';
import { keepCheckingInterval } from '../node/keys.js';
import { lendsReads } from '../node/lent-reads.js';
import { writesRaw } from '../node/raw-writes.js';
import { closeUnneeded, closingMethods } from './closing.js';
import { ClosingGrace } from './closing-grace.js';
import { adoptPrototypes, expectPrototypes } from './foreign-prototypes.js';
import { Handshakes } from './handshakes.js';
import {
  type Http2Setting,
  type HttpServer,
  isSecure,
  kEngine,
  type RefusalStyle,
  type ServerEngine,
} from './http-server.js';
import { LearntPrototypes } from './learnt-prototypes.js';
import { LinkedList } from './linked-list.js';
import { combineObservers, presentObservers } from './observers.js';
import { attach, prepareHttp2 } from './protocol.js';
import { awaitProxyHeaders } from './proxy-protocol.js';
import { refuseHandshake } from './refused-handshake.js';
import { tellWhenGone } from './restart.js';
import type { ServerConnection } from './server-connection.js';
import { applyOptions, plainHttp2, type ServerOptions, secureHttp2, uniqueFields } from './server-options.js';
import { IdleConnections, RequestSweep } from './timeouts.js';
import { TrustedProxies } from './trusted-proxies.js';

export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

let offersHttp2 = false;

/** Whether servers over TLS that are made from now on speak HTTP/2 where their option says nothing. */
export function setHttp2Offer(offers: boolean): void {
  offersHttp2 = offers;
}

let refusalStyle: RefusalStyle = 'explained';

/** How servers made from now on answer what they refuse. */
export function setRefusalStyle(style: RefusalStyle): void {
  refusalStyle = style;
}

let usualTrust: TrustedProxies | null = null;

/**
 * Whom servers made from now on believe where their options don't say.
 * @param name - of what it comes from, for errors
 * @throws as the option `trustProxy`
 */
export function setTrustedProxies(name: string, entries: string | readonly string[]): void {
  usualTrust = new TrustedProxies(name, entries);
}

let usualSenders: TrustedProxies | null = null;

/**
 * From whom servers made from now on await the PROXY protocol where their options don't say.
 * @param name - of what it comes from, for errors
 * @throws as the option `proxyProtocol`
 */
export function setProxySenders(name: string, entries: string | readonly string[]): void {
  usualSenders = new TrustedProxies(name, entries);
}

/** The connections, and the exchanges on them that have a time of their own. */
function* allTimed(connections: Iterable<ServerConnection>) {
  for (const connection of connections) {
    yield connection;
    yield* connection.streams;
  }
}

/** Who has to say who the client of each connection is; null where nobody has. */
function sendersOf({ proxyProtocol }: ServerOptions): TrustedProxies | null {
  if (proxyProtocol === undefined) return usualSenders;
  return new TrustedProxies('options.proxyProtocol', proxyProtocol);
}

/** A class of the program's own is given what it would be on node:http; ours has it as long as nothing else is said. */
function responseOptions(options: ServerOptions): ServerResponseOptions {
  const { highWaterMark, rejectNonStandardBodyWrites, ServerResponse } = options;
  if (!ServerResponse) return { highWaterMark, rejectNonStandardBodyWrites };
  return {
    highWaterMark: highWaterMark ?? getDefaultHighWaterMark(false),
    rejectNonStandardBodyWrites: rejectNonStandardBodyWrites ?? false,
  };
}

function makeEngine(server: HttpServer, options: ServerOptions, http2: Http2Setting): ServerEngine {
  if (http2) prepareHttp2();
  const connections = new LinkedList<ServerConnection>();
  const observers = presentObservers();
  const senders = sendersOf(options);
  return {
    connections,
    awaited: senders === null ? null : new Set(),
    observer: combineObservers(observers),
    observers,
    handshakes: isSecure(server) ? new Handshakes(server, attach) : null,
    door: null,
    idle: new IdleConnections(server),
    sweep: new RequestSweep({ [Symbol.iterator]: () => allTimed(connections) }, server),
    grace: new ClosingGrace(server, (unready) => closeUnneeded(server[kEngine], unready)),
    prototypes: new LearntPrototypes(options.IncomingMessage as never, options.ServerResponse as never),
    responseOptions: responseOptions(options),
    uniqueFields: uniqueFields(options.uniqueHeaders),
    optimizeEmptyRequests: options.optimizeEmptyRequests ?? false,
    refusalStyle,
    trustedProxies:
      options.trustProxy === undefined
        ? usualTrust
        : new TrustedProxies('options.trustProxy', options.trustProxy),
    speaksHttp2: http2,
    closing: false,
    closings: 0,
    isAwaited: false,
    asksToCloseIdle: false,
    queue: null,
    closesOwed: 0,
  };
}

/** The arguments of `createServer` in their usual order. */
function normalize(options: unknown, listener: unknown): [ServerOptions, RequestListener | undefined] {
  if (typeof options === 'function') return [{}, options as RequestListener];
  if (options === null || options === undefined) return [{}, listener as RequestListener];
  if (typeof options !== 'object' || Array.isArray(options)) {
    throw invalidArgType('options', 'of type object', options);
  }
  return [options, listener as RequestListener];
}

function setUp(server: HttpServer, listener: RequestListener | undefined): void {
  if (listener) server.on('request', listener as never);
  server.on('listening', onListening);
}

function awaitProxies(server: HttpServer, options: ServerOptions): void {
  const senders = sendersOf(options);
  if (senders !== null) awaitProxyHeaders(server, senders);
}

function onListening(this: HttpServer): void {
  // What takes milliseconds to find out is found out before the first client comes.
  lendsReads();
  writesRaw();
  const engine = this[kEngine];
  engine.closing = false;
  watchAccepts(this);
  keepCheckingInterval(this, engine.sweep.start());
  if (engine.isAwaited) tellWhenGone(this);
}

/** What `http.Server` adds to `net.Server`, and `https.Server` to `tls.Server`. */
const methods = {
  on(this: HttpServer, event: string, listener: (...args: unknown[]) => void) {
    if (event === 'request' && !adoptPrototypes(listener)) expectPrototypes();
    return EventEmitter.prototype.on.call(this, event, listener);
  },

  addListener(this: HttpServer, event: string, listener: (...args: unknown[]) => void) {
    return this.on(event, listener);
  },

  ...closingMethods,

  setTimeout(this: HttpServer, msecs: number, callback?: () => void) {
    this.timeout = msecs;
    if (callback) this.on('timeout', callback);
    return this;
  },

  async [Symbol.asyncDispose](this: HttpServer) {
    await new Promise<void>((resolve, reject) => {
      this.close((error) => (error ? reject(error) : resolve()));
    });
  },

  [EventEmitter.captureRejectionSymbol](this: HttpServer, error: Error, event: string, ...args: unknown[]) {
    if (event !== 'request') {
      const inherited = NetServer.prototype as never as Record<
        symbol,
        ((...args: unknown[]) => void) | undefined
      >;
      const handle = inherited[EventEmitter.captureRejectionSymbol];
      if (handle === undefined) this.emit('error', error);
      else handle.call(this, error, event, ...args);
      return;
    }
    const response = args[1] as ServerResponse;
    if (response.headersSent || response.writableEnded) {
      response.destroy();
      return;
    }
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    response.statusCode = 500;
    response.end(STATUS_CODES[500]);
  },
};

function derive(Server: { prototype: object }, base: { prototype: object }, statics: object): void {
  const prototype = Object.create(base.prototype, {
    constructor: { value: Server, writable: true, configurable: true },
  });
  for (const key of Reflect.ownKeys(methods)) {
    const value = methods[key as keyof typeof methods];
    Object.defineProperty(prototype, key, { value, writable: true, configurable: true, enumerable: true });
  }
  Server.prototype = prototype;
  // Where others of that name stand in one file with it, it has another one.
  Object.defineProperty(Server, 'name', { value: 'Server', configurable: true });
  Object.setPrototypeOf(Server, statics);
}

export interface ServerConstructor<O, S> {
  new (options?: O | RequestListener, listener?: RequestListener): S;
  (options?: O | RequestListener, listener?: RequestListener): S;
  prototype: S;
}

/**
 * An HTTP server over TCP.
 * @see https://nodejs.org/api/http.html#class-httpserver
 */
const PlainServer = function Server(this: HttpServer | undefined, options?: unknown, listener?: unknown) {
  if (!(this instanceof PlainServer)) return Reflect.construct(PlainServer, [options, listener]);
  const [settings, onRequest] = normalize(options, listener);
  const http2 = plainHttp2(settings.http2);
  applyOptions(this as unknown as HttpServer, settings);
  const { noDelay, keepAlive, keepAliveInitialDelay, highWaterMark } = settings;
  const netOptions = {
    allowHalfOpen: true,
    noDelay: noDelay ?? true,
    keepAlive,
    keepAliveInitialDelay,
    highWaterMark,
  };
  const server = constructOn(NetServer, this as unknown as HttpServer, [netOptions]);
  server[kEngine] = makeEngine(server, settings, http2);
  setUp(server, onRequest);
  server.on('connection', attach);
  awaitProxies(server, settings);
  return server === this ? undefined : server;
} as unknown as ServerConstructor<ServerOptions, NodeHttpServer>;
derive(PlainServer, NodeHttpServer, NetServer);

export { PlainServer as Server };

/** The options of `https.createServer`: those of `tls.createServer` and of `http.createServer`. */
export type SecureServerOptions = NodeHttpsServerOptions & ServerOptions;

let madeSecureServer: ServerConstructor<SecureServerOptions, NodeHttpsServer> | undefined;

/**
 * An HTTP server over TLS. Made when it is first asked for: node:tls takes longer to load than all of premier.
 * @see https://nodejs.org/api/https.html#class-httpsserver
 */
export function secureServerClass(): ServerConstructor<SecureServerOptions, NodeHttpsServer> {
  madeSecureServer ??= makeSecureServer();
  return madeSecureServer;
}

function makeSecureServer() {
  const SecureServer = function Server(this: HttpServer | undefined, options?: unknown, listener?: unknown) {
    if (!(this instanceof SecureServer)) {
      return new SecureServer(options as SecureServerOptions, listener as RequestListener);
    }
    const [settings, onRequest] = normalize(options, listener) as [
      SecureServerOptions,
      RequestListener | undefined,
    ];
    const chosen = settings.ALPNProtocols || settings.ALPNCallback;
    const http2 = secureHttp2(settings.http2) ?? offersHttp2;
    const offered = http2 ? ['h2', 'http/1.1'] : ['http/1.1'];
    const ALPNProtocols = chosen ? undefined : offered;
    applyOptions(this as unknown as HttpServer, settings);
    const tlsOptions = { noDelay: true, ALPNProtocols, ...settings };
    const server = constructOn(TlsServer, this as unknown as HttpServer, [tlsOptions, attach]);
    server[kEngine] = makeEngine(server, settings, http2);
    awaitProxies(server, settings);
    setUp(server, onRequest);
    server.on('tlsClientError', refuseHandshake);
    return server === this ? undefined : server;
  } as unknown as ServerConstructor<SecureServerOptions, NodeHttpsServer>;
  derive(SecureServer, NodeHttpsServer, TlsServer);
  return SecureServer;
}
