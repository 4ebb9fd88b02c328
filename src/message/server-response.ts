/**
 * A response as the handler writes it: `http.ServerResponse`.
 *
 * In: head and body from the program. Out: what its channel is asked: interim heads, a head, pieces of a body, an end.
 * Emits 'prefinish', 'finish', 'close' and 'drain' as `node:http` does. Knows no protocol, and never writes to a socket.
 */

import type { AsyncResource } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { type IncomingMessage, type ServerResponse as NodeServerResponse, OutgoingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { callableClass } from '../node/callable-class.js';
import * as errors from '../node/errors.js';
import { lendStateKeys } from '../node/keys.js';
import { keepsTables, ListenerTable } from '../node/listener-table.js';
import { nextTick } from '../node/timers.js';
import { interimFields, linkValue } from './informational.js';
import { ResponseBodyMethods } from './response-body.js';
import type { ChannelListener, ResponseChannel, WriteCallback } from './response-channel.js';
import { emitClose } from './response-close.js';
import { hasHead } from './response-fields.js';
import { channelOfSocket } from './response-state.js';

const responseCreated = channel('http.server.response.created');

class ServerResponseMethods extends ResponseBodyMethods {
  writeInformation(
    statusCode: number,
    headers?: Record<string, unknown> | null,
    callback?: WriteCallback,
  ): boolean {
    if (hasHead(this)) throw errors.headersSent('write');
    const fields = interimFields(statusCode, headers);
    if (this.socket?.destroyed) return false;
    // HTTP/1.0 has no interim responses (RFC 9110 §15.2): its clients would take one for the answer.
    const told = typeof callback === 'function' ? callback : null;
    if (this.req?.httpVersion !== '1.0') return this._open().interim(statusCode, fields, told);
    if (told !== null) nextTick(told);
    return true;
  }

  writeContinue(callback?: WriteCallback): void {
    this.writeInformation(100, null, callback);
    this._sent100 = true;
  }

  writeProcessing(callback?: WriteCallback): void {
    this.writeInformation(102, null, callback);
  }

  writeEarlyHints(hints: Record<string, unknown>, callback?: WriteCallback): void {
    if (typeof hints !== 'object' || hints === null || Array.isArray(hints)) {
      throw errors.invalidArgType('hints', 'of type object', hints);
    }
    const { link, ...others } = hints;
    if (link === null || link === undefined) return;
    const value = linkValue(link);
    if (value.length > 0) this.writeInformation(103, { Link: value, ...others }, callback);
  }

  assignSocket(socket: Socket): void {
    const assigned = socket as AssignedSocket;
    if (assigned._httpMessage) throw errors.socketAssigned();
    assigned._httpMessage = this;
    socket.on('close', onAssignedSocketClose);
    this._open().assign(socket);
  }

  detachSocket(socket: Socket): void {
    socket.removeListener('close', onAssignedSocketClose);
    (socket as AssignedSocket)._httpMessage = null;
    this._channel ??= channelOfSocket(this);
    this.socket = null;
    this._channel?.detach();
  }

  /** As on `node:http`, a listener that is put before the server's own still finds the socket. */
  override prependListener(event: string | symbol, listener: (...args: never[]) => void): this {
    if (event === 'finish' && !this._leavesInFinish) {
      this._leavesInFinish = true;
      super.prependListener('finish', leaveSocket);
    }
    return super.prependListener(event, listener as never);
  }

  setTimeout(msecs: number, callback?: () => void): this {
    if (callback) this.on('timeout', callback);
    if (this.socket) this.socket.setTimeout(msecs);
    else this.once('socket', (socket: Socket) => socket.setTimeout(msecs));
    return this;
  }

  override pipe(): never {
    this.emit('error', errors.cannotPipe());
    return undefined as never;
  }
}

type AssignedSocket = Socket & { _httpMessage?: ServerResponseMethods | null };

function leaveSocket(this: ServerResponseMethods): void {
  this._leave?.();
}

function onAssignedSocketClose(this: AssignedSocket): void {
  if (this._httpMessage) emitClose(this._httpMessage);
}

interface PremierServerResponse extends NodeServerResponse, ChannelListener {
  _events: Record<string, unknown>;
  _channel: ResponseChannel | null;
  /** Its channel, made where it has none. */
  _open(): ResponseChannel;
  _context: AsyncResource | null;
  _closed: boolean;
  _hasBody: boolean;
  _last: boolean;
  _headerSent: boolean;
  _written: boolean;
  _needDrain: boolean;
  _onLeft(): void;
  _keepAliveTimeout: number;
  _maxRequestsPerSocket: number;
  _expect_continue: boolean;
  _uniqueFields: ReadonlySet<string> | null;
  destroyed: boolean;
  finished: boolean;
  maxRequestsOnConnectionReached: boolean;
}

export interface ServerResponseOptions {
  /** Bytes that may wait for the response's turn before `write` returns false. */
  highWaterMark?: number;
  /** Throw where a body is written to a response that has none; else it is dropped. */
  rejectNonStandardBodyWrites?: boolean;
}

/** What a response needs to know of the request it answers. */
type AnsweredRequest = Pick<IncomingMessage, 'method' | 'httpVersionMajor' | 'httpVersionMinor'>;

/** The request of a response that is made to be looked at: nobody is told of it. */
export const NO_REQUEST: AnsweredRequest = { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 };

export interface ServerResponseConstructor {
  new (request: AnsweredRequest, options?: ServerResponseOptions): PremierServerResponse;
  (this: object, request: AnsweredRequest, options?: ServerResponseOptions): void;
  readonly prototype: PremierServerResponse;
}

/**
 * A response. Handlers get them; a program may derive from it (`options.ServerResponse` of `createServer`).
 * @see https://nodejs.org/api/http.html#class-httpserverresponse
 */
const PremierServerResponse = callableClass<ServerResponseConstructor>(
  ServerResponseMethods,
  function ServerResponse(
    this: ServerResponseMethods,
    request: AnsweredRequest,
    options?: ServerResponseOptions,
  ) {
    // As on node:http, a request that doesn't say its version is one of HTTP/1.1.
    const { httpVersionMajor, httpVersionMinor } = request;
    const chunkable = !(httpVersionMajor < 1 || (httpVersionMinor < 1 && !(httpVersionMajor > 1)));
    if (keepsTables) {
      this._events = new ListenerTable();
      this._eventsCount = 0;
    } else {
      EventEmitter.call(this as never);
    }
    this.req = request as IncomingMessage;
    this.socket = null;
    this.statusCode = 200;
    this.statusMessage = undefined;
    this.finished = false;
    this.destroyed = false;
    this.shouldKeepAlive = chunkable;
    this.useChunkedEncodingByDefault = chunkable;
    this.chunkedEncoding = false;
    this._head = null;
    this._headerSent = false;
    this._hasBody = request.method !== 'HEAD';
    this._contentLength = null;
    this._last = false;
    this._keepAliveTimeout = 0;
    this._closed = false;
    if (options?.rejectNonStandardBodyWrites) this._rejectBody = true;
    if (options?.highWaterMark !== undefined) this._highWaterMark = options.highWaterMark;
    if (responseCreated.hasSubscribers && request !== NO_REQUEST)
      responseCreated.publish({ request, response: this });
  },
  OutgoingMessage,
);

lendStateKeys(ServerResponseMethods.prototype, new OutgoingMessage());

export { PremierServerResponse as ServerResponse };
