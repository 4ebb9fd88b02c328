/**
 * A request as the handler sees it: `http.IncomingMessage`.
 *
 * In: the head from the parser, then body and end from the connection. Out: a `Readable`. Most requests have no body
 * and nobody listens to them, and setting up a Readable costs more than parsing: so its state is made when something
 * first touches `_readableState`. Whatever happened before then is brought into the state at that moment.
 */

import { EventEmitter } from 'node:events';
import { IncomingMessage as NodeIncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { KnownFields } from '../http/known-fields.js';
import { callableClass, giveDefaults } from '../node/callable-class.js';
import { lendStateKeys, nodeFieldCountKey } from '../node/keys.js';
import { closesReadAtOnce, endsDroppedAtOnce } from '../node/line-habits.js';
import { keepsTables, ListenerTable } from '../node/listener-table.js';
import { closeState, makesStateOnTouch } from '../node/readable-state.js';
import { nextTick } from '../node/timers.js';
import { type BodySource, socketSource } from './body-source.js';
import {
  addFields,
  distinctFields,
  distinctHeadersOf,
  distinctTrailersOf,
  headersOf,
  joinFields,
  trailersOf,
} from './incoming-fields.js';
import { made } from './kept-fields.js';
import { controllerOf } from './request-signal.js';
import {
  kOriginal,
  makeState,
  type RequestWithState,
  readableStateOf,
  STATE_ELSEWHERE,
} from './request-state.js';

const kHeaders = Symbol('headers');
const kHeadersDistinct = Symbol('headersDistinct');
const kTrailers = Symbol('trailers');
const kTrailersDistinct = Symbol('trailersDistinct');
const kAbortController = Symbol('abortController');

// Node's type has plain properties where there are accessors here: so for the compiler this extends Readable only.
class IncomingMessageMethods extends (NodeIncomingMessage as unknown as typeof Readable) {
  declare socket: Socket;
  declare rawHeaders: string[];
  declare rawTrailers: string[];
  declare _known: KnownFields | null;
  declare complete: boolean;
  declare upgrade: boolean | null;
  declare aborted: boolean;
  declare _events: Record<string, unknown>;
  declare _eventsCount: number;
  declare _consuming: boolean;
  declare _dumped: boolean;
  declare _source: BodySource;
  declare _state: object | null | undefined;
  /** Why the connection went away, where it did before the response had left. */
  declare _lost: Error | null;
  declare joinDuplicateHeaders: boolean;
  declare [kHeaders]: NodeIncomingMessage['headers'] | null;
  declare [kHeadersDistinct]: NodeIncomingMessage['headersDistinct'] | null;
  declare [kTrailers]: NodeJS.Dict<string> | null;
  declare [kTrailersDistinct]: NodeJS.Dict<string[]> | null;
  declare [kAbortController]: AbortController | null;
  declare [kOriginal]: PremierIncomingMessage;

  get _readableState() {
    return this._state ?? readableStateOf(this as unknown as PremierIncomingMessage);
  }

  set _readableState(state) {
    this._state = state;
  }

  get connection() {
    return this.socket;
  }

  set connection(socket) {
    this.socket = socket;
  }

  get headers(): NodeIncomingMessage['headers'] {
    return this[kHeaders] ?? made(this, kHeaders, headersOf);
  }

  set headers(headers) {
    this[kHeaders] = headers;
  }

  get headersDistinct(): NodeIncomingMessage['headersDistinct'] {
    return this[kHeadersDistinct] ?? made(this, kHeadersDistinct, distinctHeadersOf);
  }

  set headersDistinct(headers) {
    this[kHeadersDistinct] = headers;
  }

  get trailers(): NodeJS.Dict<string> {
    return this[kTrailers] ?? made(this, kTrailers, trailersOf);
  }

  set trailers(trailers) {
    this[kTrailers] = trailers;
  }

  get trailersDistinct(): NodeJS.Dict<string[]> {
    return this[kTrailersDistinct] ?? made(this, kTrailersDistinct, distinctTrailersOf);
  }

  set trailersDistinct(trailers) {
    this[kTrailersDistinct] = trailers;
  }

  /** Aborted when the connection closes before the exchange is over. Node documents it from version 26 on. */
  get signal(): AbortSignal {
    // Of a copy's own nobody is told that its connection closes.
    const request = (this[kOriginal] ?? this) as PremierIncomingMessage & this;
    return (request[kAbortController] ?? made(request, kAbortController, controllerOf)).signal;
  }

  setTimeout(msecs: number, callback?: () => void): this {
    if (callback) this.on('timeout', callback);
    this.socket.setTimeout(msecs);
    return this;
  }

  /** As `on` does by itself, it touches the state: of the end of a request that nobody has touched nobody is told. */
  override prependListener(event: string | symbol, listener: (...args: never[]) => void): this {
    void this._readableState;
    return super.prependListener(event, listener as never);
  }

  /** The connection pushes what arrives by itself; reading only has to let it flow again. */
  override _read(): void {
    if (!this._consuming) {
      (this._readableState as { readingMore?: boolean }).readingMore = false;
      this._consuming = true;
    }
    this._source.more(this as unknown as PremierIncomingMessage);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.readableEnded || !this.complete) {
      this.aborted = true;
      this.emit('aborted');
      this[kAbortController]?.abort();
    }
    if (this.aborted && this._abort(error, callback)) return;
    if (closesReadAtOnce && !this.aborted && error === null) callback();
    else nextTick(reportDestroyed, this, error, callback);
  }

  /** Gives the rest of the body up. Returns false where nothing has to be closed for that. */
  _abort(error: Error | null, callback: (error?: Error | null) => void): boolean {
    return this._source.abort(this as unknown as PremierIncomingMessage, error, (socketError) =>
      nextTick(reportDestroyed, this, socketError ?? error, callback),
    );
  }

  /** Drops the body, whatever of it is still to come. */
  _dump(): void {
    if (this._dumped) return;
    this._dumped = true;
    this.removeAllListeners('data');
    if (endsDroppedAtOnce && this.complete && !this.destroyed && this.readableLength === 0) this.read(0);
    else this.resume();
  }

  /** The trailer section came: whoever holds `trailers` already sees it there. */
  _addTrailers(rawTrailers: string[]): void {
    this.rawTrailers = rawTrailers;
    if (this[kTrailers] !== null)
      addFields(this[kTrailers], joinFields(rawTrailers, this.joinDuplicateHeaders));
    if (this[kTrailersDistinct] !== null) addFields(this[kTrailersDistinct], distinctFields(rawTrailers));
  }

  /** As programs call it that make requests by hand: raw fields, or raw trailers once the request is complete. */
  _addHeaderLines(raw: string[] | null | undefined, count: number): void {
    if (!raw?.length) return;
    if (this.complete) {
      this._addTrailers(raw.slice(0, count));
      return;
    }
    this.rawHeaders = raw.slice(0, count);
    if (this[kHeaders] !== null)
      addFields(this[kHeaders], joinFields(this.rawHeaders, this.joinDuplicateHeaders));
    this[kHeadersDistinct] = null;
  }

  /** The connection went away before the exchange was over. */
  _abandon(error: Error): void {
    this._lost = error;
    if (this._state === null) {
      this.aborted = true;
      this._dumped = true;
    } else {
      this.destroy(error);
    }
    // One that was read to its end is destroyed already, and its answer is lost nevertheless.
    this[kAbortController]?.abort();
  }

  /** Ends the readable side without its events: `optimizeEmptyRequests`. */
  _dumpAndCloseReadable(): void {
    closeState(this._readableState as object);
    this._dumped = true;
  }
}

/** Errors are emitted only where somebody listens: a client that went away is no reason for a crash. */
function reportDestroyed(
  message: IncomingMessageMethods,
  error: Error | null,
  callback: (error?: Error | null) => void,
): void {
  if (message.listenerCount('error') === 0) callback();
  else callback(error);
}

interface PremierIncomingMessage extends NodeIncomingMessage, RequestWithState {
  joinDuplicateHeaders: boolean;
  readonly signal: AbortSignal;
  upgrade: boolean | null;
  client: Socket;
  _consuming: boolean;
  /** Where its body comes from. */
  _source: BodySource;
  /** Its fields in an earlier request of the connection, where they were the same. */
  _known: KnownFields | null;
  _readableState: { endEmitted: boolean; resumeScheduled: boolean };
  _dump(): void;
  _abandon(error: Error): void;
  _addTrailers(rawTrailers: string[]): void;
  _dumpAndCloseReadable(): void;
}

export interface IncomingMessageConstructor {
  new (socket?: Socket): PremierIncomingMessage;
  (this: object, socket?: Socket): void;
  readonly prototype: PremierIncomingMessage;
}

/**
 * A request. Handlers get them; a program may derive from it (`options.IncomingMessage` of `createServer`).
 * @see https://nodejs.org/api/http.html#class-httpincomingmessage
 */
const PremierIncomingMessage = callableClass<IncomingMessageConstructor>(
  IncomingMessageMethods,
  function IncomingMessage(this: IncomingMessageMethods & PremierIncomingMessage, socket: Socket) {
    if (keepsTables) {
      this._events = new ListenerTable();
      this._eventsCount = 0;
    } else {
      EventEmitter.call(this as never);
    }
    this._state = null;
    this[kOriginal] = this;
    this._dumped = false;
    this.complete = false;
    this.socket = socket;
    this.client = socket;
    this.httpVersionMajor = null as never;
    this.httpVersionMinor = null as never;
    this.httpVersion = null as never;
    this.rawHeaders = [];
    this.upgrade = null;
    this.url = '';
    this.method = null as never;
    this[kHeaders] = null;
    this._known = null;
    if (!makesStateOnTouch) {
      this._state = STATE_ELSEWHERE;
      makeState(this);
    }
  },
  Readable,
);

/** What most requests never change stands on the prototype: one is made for each request. */
const SELDOM_CHANGED = {
  _consuming: false,
  _lost: null,
  _source: socketSource,
  aborted: false,
  joinDuplicateHeaders: false,
  rawTrailers: Object.freeze([]),
  statusCode: null,
  statusMessage: null,
  [kHeadersDistinct]: null,
  [kTrailers]: null,
  [kTrailersDistinct]: null,
  [kAbortController]: null,
};
giveDefaults(IncomingMessageMethods.prototype, SELDOM_CHANGED);

// From Node 26 on its own servers look for fields in the list, as far as this says.
if (nodeFieldCountKey !== undefined) {
  Object.defineProperty(IncomingMessageMethods.prototype, nodeFieldCountKey, {
    configurable: true,
    get(this: IncomingMessageMethods) {
      return this.rawHeaders.length;
    },
    set(this: IncomingMessageMethods, count: number) {
      if (count < this.rawHeaders.length) this.rawHeaders = this.rawHeaders.slice(0, count);
    },
  });
}

lendStateKeys(IncomingMessageMethods.prototype, new NodeIncomingMessage(null as never));

// What the client half makes are Node's own messages, and programs test them against this class. (The import is a live
// binding: under register it is this very class by the time anybody asks.)
const nodePrototype = Object.getPrototypeOf(PremierIncomingMessage.prototype);
Object.defineProperty(PremierIncomingMessage, Symbol.hasInstance, {
  value(this: { prototype: object }, candidate: unknown): boolean {
    const prototype = this === PremierIncomingMessage ? nodePrototype : this.prototype;
    return (
      typeof candidate === 'object' &&
      candidate !== null &&
      Object.prototype.isPrototypeOf.call(prototype, candidate)
    );
  },
});

export { PremierIncomingMessage as IncomingMessage };
