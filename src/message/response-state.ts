/**
 * What a response knows about itself and how it ends: the properties of `http.OutgoingMessage` and its last events.
 *
 * In: word from the channel that it is the response's turn, that all of it was handed on, has left, or never will.
 * Out: 'socket', 'drain', 'prefinish', 'finish' and 'close' as `node:http` emits them, each in the async context of the
 * call that ended the response, and none twice.
 */

import type { AsyncResource } from 'node:async_hooks';
import type { Socket } from 'node:net';
import { getDefaultHighWaterMark } from 'node:stream';
import { NO_FIELDS } from '../http/field-list.js';
import { giveDefaults } from '../node/callable-class.js';
import { runInScope } from '../node/domains.js';
import * as errors from '../node/errors.js';
import { kHighWaterMark, nodeNeedDrainKey, nodeSocketKey, socketOf } from '../node/keys.js';
import { emitsAsUsual, listenersOf } from '../node/listener-table.js';
import { nextTick } from '../node/timers.js';
import { refusePrototype } from './kept-fields.js';
import {
  type BodyPiece,
  type ChannelListener,
  type ChannelSource,
  detachedChannel,
  kChannelOf,
  type ResponseChannel,
  type WriteCallback,
} from './response-channel.js';
import { emitClose } from './response-close.js';
import { ResponseFieldMethods } from './response-fields.js';

export const DEFAULT_HIGH_WATER_MARK = getDefaultHighWaterMark(false);

/** What waits to be sent, in the shape that programs know as `outputData`. */
type OutputData = {
  data: BodyPiece['data'];
  encoding: BodyPiece['encoding'];
  callback: WriteCallback | null;
}[];

/** What the socket of a response has for it; null where there is none. */
export function channelOfSocket({ socket }: { readonly socket: object | null }): ResponseChannel | null {
  return (socket as Partial<ChannelSource> | null)?.[kChannelOf]?.() ?? null;
}

export class ResponseStateMethods extends ResponseFieldMethods implements ChannelListener {
  declare socket: Socket | null;
  declare destroyed: boolean;
  declare finished: boolean;
  declare strictContentLength: boolean;
  declare _closed: boolean;
  /** Where the events that come after the handler are emitted, unless that is the case by itself. */
  declare _context: AsyncResource | null;
  declare _written: boolean;
  declare _needDrain: boolean;
  declare _corked: number;
  declare _bytesWritten: number;
  /** The program has called `destroy`, before or after it was over. */
  declare _givenUp: boolean;
  declare _errored: Error | null | undefined;
  /** Why it has never left, once that is known. */
  declare _failure: Error | null;
  /** The callbacks of `end` are being called. */
  declare _tellsEnd: boolean;
  declare _endCallbacks: WriteCallback[] | null;
  declare _rejectBody: boolean;
  declare _leavesInFinish: boolean;
  declare _leave: (() => void) | null;
  declare _highWaterMark: number;

  _open(): ResponseChannel {
    this._channel ??= channelOfSocket(this);
    if (this._channel === null) {
      refusePrototype(this);
      this._channel = detachedChannel(this);
      // A response that Node's own server made, and that was given a prototype of ours since: it has its socket, and its
      // server looks at whether it waits for 'drain', programs at its head.
      if (nodeNeedDrainKey !== undefined) Reflect.deleteProperty(this, nodeNeedDrainKey);
      const { _header } = this;
      if (Reflect.deleteProperty(this, '_header')) this._header = _header;
      const socket = socketOf(this);
      if (socket !== null) this._channel.assign(socket);
    }
    return this._channel;
  }

  // biome-ignore format: one line each
  get connection() { return this.socket; }
  set connection(socket) {
    this.socket = socket;
  }
  // @ts-expect-error Accessors where Writable's type has properties, as Node's own OutgoingMessage has them.
  override get closed() {
    return this._closed;
  }
  // @ts-expect-error
  override get errored() {
    return this._errored;
  }
  // @ts-expect-error
  override get writableEnded() {
    return this.finished;
  }
  // @ts-expect-error
  override get writableFinished() {
    return this._written;
  }
  // @ts-expect-error
  override get writableObjectMode() {
    return false;
  }
  // @ts-expect-error
  override get writableCorked() {
    return this._corked;
  }
  // @ts-expect-error
  override get writableNeedDrain() {
    return !this.destroyed && !this.finished && this._needDrain;
  }
  get [kHighWaterMark]() {
    return this._highWaterMark;
  }
  // @ts-expect-error
  override get writableHighWaterMark() {
    return this.socket ? this.socket.writableHighWaterMark : this._highWaterMark;
  }
  // @ts-expect-error
  override get writableLength() {
    const here = (this._channel?.waitingBytes ?? 0) + (this._channel?.backlog ?? 0);
    return here + (this.socket ? this.socket.writableLength : 0);
  }
  /** Bytes that wait for the response's turn. */
  get outputSize() {
    return this._channel?.waitingBytes ?? 0;
  }
  /** What waits for the response's turn, made anew for whoever asks: nothing leaves that is put there. */
  get outputData(): OutputData {
    return (this._channel?.waiting ?? []).map(({ data, encoding, callback }) => ({
      data,
      encoding,
      callback,
    }));
  }
  // Node's own constructor, called on an object that inherits from here, sets both.
  set outputSize(_size) {}
  set outputData(_data) {}

  /** Node's own `_send` tells it how much waits, which the response's channel counts by itself. */
  _onPendingData(_bytes: number): void {}

  override destroy(error?: Error): this {
    this._givenUp = true;
    if (this.destroyed) return this;
    this.destroyed = true;
    this._errored = error;
    if (this.socket === null) nextTick(emitClose, this);
    this._channel ??= channelOfSocket(this);
    this._channel?.abort(error);
    return this;
  }

  _onTurn(socket: Socket): void {
    this.socket = socket;
    if (listenersOf(this).socket !== undefined || !emitsAsUsual(this)) this.emit('socket', socket);
  }

  /** The socket is another response's now. */
  _onLeft(): void {
    this.socket = null;
  }

  _onDrain(): void {
    if (!this._needDrain || this.finished) return;
    this._needDrain = false;
    this.emit('drain');
  }

  _onEnded(): void {
    if (listenersOf(this).prefinish !== undefined || !emitsAsUsual(this)) this.emit('prefinish');
  }

  /** Takes note that everything has left for the kernel, or never will. Returns the error in the latter case. */
  _noteWritten(error: Error | null | undefined): Error | null {
    const failure = error ?? this._errored ?? this.socket?.errored ?? null;
    if (failure === null) this._written = true;
    else this._failure = failure;
    return failure;
  }

  /** Tells whoever gave `end` a callback. */
  _tellEnd(failure: Error | null): void {
    if (this._endCallbacks === null) return;
    if (this._context === null) this._callEndCallbacks(failure);
    else runInScope(this._context, this._callEndCallbacks, this, failure);
  }

  _tellFinish(): void {
    if (this._context === null) this.emit('finish');
    else runInScope(this._context, this.emit, this, 'finish');
  }

  /** Whether anybody can notice when the response is over. */
  get watched(): boolean {
    const { finish, close, error } = listenersOf(this);
    if (finish !== undefined || close !== undefined || error !== undefined) return true;
    return this._endCallbacks !== null || !emitsAsUsual(this);
  }

  _queueEndCallback(callback: WriteCallback): void {
    if (this._written) {
      callback(errors.streamAlreadyFinished('end'));
      return;
    }
    if (this._failure !== null) {
      nextTick(callback, this._failure);
      return;
    }
    this._endCallbacks ??= [];
    this._endCallbacks.push(callback);
  }

  _callEndCallbacks(error: Error | null): void {
    const callbacks = this._endCallbacks ?? [];
    this._endCallbacks = null;
    this._tellsEnd = true;
    try {
      callFrom(callbacks, 0, error);
    } finally {
      this._tellsEnd = false;
    }
  }
}

/** Calls each; one that throws keeps no other from being called. */
function callFrom(callbacks: readonly WriteCallback[], first: number, error: Error | null): void {
  let next = first;
  try {
    while (next < callbacks.length) callbacks[next++](error);
  } finally {
    if (next < callbacks.length) nextTick(callFrom, callbacks, next, error);
  }
}

// Node's own methods, called on a response of ours, look there, and its servers.
if (nodeNeedDrainKey !== undefined) {
  Object.defineProperty(ResponseStateMethods.prototype, nodeNeedDrainKey, {
    configurable: true,
    get(this: ResponseStateMethods) {
      return this._needDrain;
    },
    set(this: ResponseStateMethods, needsDrain: boolean) {
      this._needDrain = needsDrain;
    },
  });
}
if (nodeSocketKey !== undefined) {
  Object.defineProperty(ResponseStateMethods.prototype, nodeSocketKey, {
    configurable: true,
    get(this: ResponseStateMethods) {
      return this.socket;
    },
    set(this: ResponseStateMethods, socket: Socket | null) {
      this.socket = socket;
    },
  });
}

/** What most responses never change stands on the prototype: a response is made for each request. */
const SELDOM_CHANGED = {
  _fields: null,
  _channel: null,
  _context: null,
  _written: false,
  socket: null,
  writable: true,
  sendDate: true,
  strictContentLength: false,
  maxRequestsOnConnectionReached: false,
  _defaultKeepAlive: true,
  _removedConnection: false,
  _removedContLen: false,
  _removedTE: false,
  _maxRequestsPerSocket: 0,
  _expect_continue: false,
  _sent100: false,
  _uniqueFields: null,
  _trailers: NO_FIELDS,
  _needDrain: false,
  _corked: 0,
  _bytesWritten: 0,
  _givenUp: false,
  _errored: null,
  _failure: null,
  _endCallbacks: null,
  _tellsEnd: false,
  _rejectBody: false,
  _leavesInFinish: false,
  _leave: null,
  _highWaterMark: DEFAULT_HIGH_WATER_MARK,
};
giveDefaults(ResponseStateMethods.prototype, SELDOM_CHANGED);
