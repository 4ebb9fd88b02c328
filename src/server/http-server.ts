/**
 * What a server is to its connections: the settings and methods of `http.Server`, and the engine's own part of it.
 * Types only, and the key under which that part is kept.
 */
import type { Server as NetServer, Socket } from 'node:net';
import type { IncomingMessage } from '../message/incoming-message.js';
import type { ServerResponse, ServerResponseOptions } from '../message/server-response.js';
import type { kConnectionsCheckingInterval } from '../node/keys.js';
import type { RefusalStyle } from './http1/refusal-response.js';
import type { LearntPrototypes } from './learnt-prototypes.js';
import type { IdleConnections, RequestSweep, Timed, TimeoutSettings } from './timeouts.js';

export const kEngine = Symbol('premier.engine');

/** A connection, as far as its server looks after it. */
export interface TrackedConnection extends Timed {
  readonly socket: Socket;
  /** Between two requests. */
  readonly isIdle: boolean;
  /** Nothing was ever received on it. */
  readonly isUnused: boolean;
  /** Ends the connection behind what was written. */
  close(): void;
}

/** The engine's part of a server. */
export interface ServerEngine {
  readonly connections: Set<TrackedConnection>;
  readonly idle: IdleConnections;
  readonly sweep: RequestSweep;
  readonly prototypes: LearntPrototypes;
  readonly responseOptions: ServerResponseOptions;
  readonly uniqueFields: ReadonlySet<string> | null;
  readonly optimizeEmptyRequests: boolean;
  readonly refusalStyle: RefusalStyle;
  /** `close` was called: connections end after the response they are at. */
  closing: boolean;
}

export interface HttpServer extends NetServer, TimeoutSettings {
  [kEngine]: ServerEngine;
  [kConnectionsCheckingInterval]?: NodeJS.Timeout;
  /** ms of inactivity after which a socket times out; 0: never. */
  timeout: number;
  maxHeadersCount: number | null;
  maxRequestsPerSocket: number | null;
  maxHeaderSize: number | undefined;
  insecureHTTPParser: boolean | undefined;
  httpValidation: string | undefined;
  requireHostHeader: boolean;
  joinDuplicateHeaders: boolean | undefined;
  rejectNonStandardBodyWrites: boolean;
  httpAllowHalfOpen: boolean;
  shouldUpgradeCallback(request: IncomingMessage): boolean;
}

/** A connection's socket: `net.Socket`, `tls.TLSSocket`, or a Duplex that was given to `server.emit('connection')`. */
export interface ServerSocket extends Socket {
  parser?: unknown;
  _httpMessage?: ServerResponse | null;
  _paused?: boolean;
}
