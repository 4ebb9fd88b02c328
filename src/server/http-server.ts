/**
 * What a server is to its connections: the settings and methods of `http.Server`, and the engine's own part of it.
 * Types only, and the key under which that part is kept.
 */

import type { Server as NetServer, Socket } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import type { Validation } from '../http1/field-line.js';
import type { IncomingMessage } from '../message/incoming-message.js';
import type { ServerResponseOptions } from '../message/server-response.js';
import type { AcceptQueue } from '../node/accept-queue.js';
import type { ClosingGrace } from './closing-grace.js';
import type { Handshakes } from './handshakes.js';
import type { LearntPrototypes } from './learnt-prototypes.js';
import type { LinkedList } from './linked-list.js';
import type { ServerConnection } from './server-connection.js';
import type { ServerObserver } from './server-observer.js';
import type { IdleConnections, RequestSweep, TimeoutSettings } from './timeouts.js';
import type { TrustedProxies } from './trusted-proxies.js';

export const kEngine = Symbol('premier.engine');

/** How servers answer what they refuse: with a sentence that says why, or to the byte as `node:http` does. */
export type RefusalStyle = 'explained' | 'bare';

/** `true`: over TLS, by ALPN. `'prior-knowledge'`: without TLS, by the preface. */
export type Http2Setting = boolean | 'prior-knowledge';

/** The engine's part of a server. */
export interface ServerEngine {
  readonly connections: LinkedList<ServerConnection>;
  /** Connections whose proxy has yet to say who their client is; null where none has to. */
  readonly awaited: Set<Socket> | null;
  /** All observers as one; null where nobody observes. */
  observer: ServerObserver | null;
  readonly observers: ServerObserver[];
  /** What is to become a connection; null without TLS. */
  handshakes: Handshakes | null;
  /** Through what connections go before they are the server's, where it was made without TLS and speaks over it; else null. */
  door: TlsServer | null;
  readonly idle: IdleConnections;
  readonly sweep: RequestSweep;
  readonly grace: ClosingGrace;
  readonly prototypes: LearntPrototypes;
  readonly responseOptions: ServerResponseOptions;
  readonly uniqueFields: ReadonlySet<string> | null;
  readonly optimizeEmptyRequests: boolean;
  readonly refusalStyle: RefusalStyle;
  /** Who is believed when it says who its client is; null: nobody. */
  readonly trustedProxies: TrustedProxies | null;
  /** Whether HTTP/2 is spoken: with clients over TLS that choose it, or without TLS with those that begin it. */
  speaksHttp2: Http2Setting;
  /** `close` was called, and `listen` not since: connections end after the response they are at. */
  closing: boolean;
  /** How often `close` was called: connections from before the last time end likewise, though it may listen again. */
  closings: number;
  /** `close` was called, and has not been done since. */
  isAwaited: boolean;
  /** `close` asks the program's `closeIdleConnections`, if it has one: what is idle gets its grace, and isn't cut. */
  asksToCloseIdle: boolean;
  /** What waited to be accepted when `close` was called, until it has been; null otherwise. */
  queue: AcceptQueue | null;
  /** How often 'close' was due meanwhile. */
  closesOwed: number;
}

export interface HttpServer extends NetServer, TimeoutSettings {
  [kEngine]: ServerEngine;
  /** How many connections of it are open, in Node's own count. */
  readonly _connections: number;
  /** Emits 'close' where nothing is open any more. */
  _emitCloseIfDrained(): void;
  closeIdleConnections(): void;
  /** ms of inactivity after which a socket times out; 0: never. */
  timeout: number;
  /** ms in which a client of HTTP/2 should take at least 16 KiB of an answer that waits for it; 0: no limit. */
  sendTimeout: number;
  /** When the server closes, connections whose last answer promised that they go on are left until none had a request for so many ms. */
  closingGrace: number;
  maxHeadersCount: number | null;
  maxRequestsPerSocket: number | null;
  maxHeaderSize: number | undefined;
  insecureHTTPParser: boolean | undefined;
  httpValidation: Validation | undefined;
  requireHostHeader: boolean;
  joinDuplicateHeaders: boolean | undefined;
  rejectNonStandardBodyWrites: boolean;
  httpAllowHalfOpen: boolean;
  shouldUpgradeCallback(request: IncomingMessage): boolean;
}

/** Asks for no class of node:tls, which a server without TLS need not load. */
export function isSecure(server: NetServer): server is TlsServer {
  return 'setSecureContext' in server;
}
