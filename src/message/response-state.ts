/**
 * What a response knows about itself and how it ends: the properties of `http.OutgoingMessage` and its last events.
 *
 * In: that everything has been written, that it has left, or that it never will. Out: 'prefinish', 'finish' and 'close'
 * as `node:http` emits them, each in the async context of the call that ended the response, and none twice.
 */
import type { AsyncResource } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { getDefaultHighWaterMark } from 'node:stream';
import * as errors from '../node/errors.js';
import { kHighWaterMark } from '../node/keys.js';
import { emitsAsUsual } from '../node/listener-table.js';
import type { SocketOutput, WriteListener } from '../transport/socket-output.js';
import { ResponseFieldMethods } from './response-fields.js';

export type Callback = (error?: Error | null) => void;
export type Chunk = string | Uint8Array;
export type Encoding = BufferEncoding | null | undefined;

/** What waits for its turn, in the shape that programs know as `outputData`. */
export interface QueuedChunk {
  data: Chunk;
  encoding: Encoding;
  callback: Callback | null;
}

/** The connection's part in an exchange; absent on a response that a program put on a socket of its own. */
export interface ResponseOwner {
  /** Whether a response that ends now waits for others, to leave with them. */
  readonly gathers: boolean;
  /** All of the response has been written; the next one may go on. */
  responseEnded(response: ResponseStateMethods): void;
  /**
   * All of it has been handed to the kernel.
   * @param watched - whether anybody can notice
   */
  responseWritten(response: ResponseStateMethods, watched: boolean): void;
  /** `bytes` more wait for the response's turn; fewer when negative. */
  responseQueued(bytes: number): void;
}

export const DEFAULT_HIGH_WATER_MARK = getDefaultHighWaterMark(false);

/** The queue of a response that keeps nothing: shared, never filled. */
export const NOTHING: QueuedChunk[] = [];

export function byteLength(chunk: Chunk, encoding: Encoding): number {
  return typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding ?? 'utf8') : chunk.byteLength;
}

export function lengthOf(chunks: readonly QueuedChunk[]): number {
  return chunks.reduce((sum, { data, encoding }) => sum + byteLength(data, encoding), 0);
}

export class ResponseStateMethods extends ResponseFieldMethods implements WriteListener {
  declare socket: Socket | null;
  declare destroyed: boolean;
  declare finished: boolean;
  declare strictContentLength: boolean;
  declare outputData: QueuedChunk[];
  declare outputSize: number;
  declare _closed: boolean;
  declare _trailer: string;
  declare _owner: ResponseOwner | null;
  /** Where the events that come after the handler are emitted, unless that is the case by itself. */
  declare _context: AsyncResource | null;
  /** Where to write; null until it is this response's turn. */
  declare _output: SocketOutput | null;
  declare _written: boolean;
  declare _needDrain: boolean;
  declare _corked: number;
  declare _corkedChunks: QueuedChunk[] | null;
  declare _bytesWritten: number;
  declare _errored: Error | null | undefined;
  declare _endCallbacks: Callback[] | null;
  declare _rejectBody: boolean;
  declare readonly _endsResponse: boolean;
  declare _highWaterMark: number;

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
    const corked = this._corkedChunks === null ? 0 : lengthOf(this._corkedChunks);
    return (
      this.outputSize + corked + (this._output?.length ?? 0) + (this.socket ? this.socket.writableLength : 0)
    );
  }

  override destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this._errored = error;
    // As on node:http, a response that was ended still arrives, and what this turn wrote of one that wasn't doesn't.
    if (this.finished) this._output?.flush();
    else this._output?.abandon();
    if (this.socket) this.socket.destroy(error);
    else process.nextTick(emitClose, this);
    return this;
  }

  /** Everything has been written. */
  _finish(): void {
    if (this._events.prefinish !== undefined || !emitsAsUsual(this)) this.emit('prefinish');
    if (this.socket?.destroyed) return;
    const output = this._output as SocketOutput;
    if (this._owner === null) output.flush();
    output.notify(this);
    if (this._owner !== null) this._owner.responseEnded(this);
    else output.flush();
  }

  /** Everything has left for the kernel, or never will. */
  onWritten(error: Error | null | undefined): void {
    const failure = error ?? this._errored ?? this.socket?.errored ?? null;
    const { watched } = this;
    if (failure === null) {
      this._written = true;
      this._owner?.responseWritten(this, watched);
    } else {
      this._errored ??= failure;
    }
    if (!watched) return;
    if (this._context !== null) this._context.runInAsyncScope(this._reportWritten, this, failure);
    else this._reportWritten(failure);
  }

  /** Whether anybody can notice when the response is over. */
  get watched(): boolean {
    const { finish, close, error } = this._events;
    if (finish !== undefined || close !== undefined || error !== undefined) return true;
    return this._endCallbacks !== null || !emitsAsUsual(this);
  }

  _reportWritten(failure: Error | null): void {
    if (this._endCallbacks !== null) this._callEndCallbacks(failure);
    if (failure === null) this.emit('finish');
  }

  _queueEndCallback(callback: Callback): void {
    if (this._written) {
      callback(errors.streamAlreadyFinished('end'));
      return;
    }
    this._endCallbacks ??= [];
    this._endCallbacks.push(callback);
  }

  _callEndCallbacks(error: Error | null): void {
    const callbacks = this._endCallbacks ?? [];
    this._endCallbacks = null;
    for (const callback of callbacks) callback(error);
  }
}

/** Emits 'close', once. */
export function emitClose(
  response: Pick<ResponseStateMethods, '_closed' | 'destroyed' | '_context' | '_events' | 'emit'>,
): void {
  if (response._closed) return;
  closeUnwatched(response);
  const { close } = response._events;
  if (close !== undefined && response._context !== null)
    response._context.runInAsyncScope(response.emit, response, 'close');
  else if (close !== undefined || !emitsAsUsual(response)) response.emit('close');
}

/** Closes a response without a word: nobody would hear it. */
export function closeUnwatched(response: Pick<ResponseStateMethods, 'destroyed' | '_closed'>): void {
  response.destroyed = true;
  response._closed = true;
}

/** What most responses never change stands on the prototype: a response is made for each request. */
const SELDOM_CHANGED = {
  socket: null,
  writable: true,
  sendDate: true,
  strictContentLength: false,
  maxRequestsOnConnectionReached: false,
  outputData: NOTHING,
  outputSize: 0,
  _defaultKeepAlive: true,
  _removedConnection: false,
  _removedContLen: false,
  _removedTE: false,
  _maxRequestsPerSocket: 0,
  _expect_continue: false,
  _sent100: false,
  _uniqueFields: null,
  _trailer: '',
  _needDrain: false,
  _corked: 0,
  _corkedChunks: null,
  _bytesWritten: 0,
  _errored: null,
  _endCallbacks: null,
  _rejectBody: false,
  _endsResponse: true,
  _highWaterMark: DEFAULT_HIGH_WATER_MARK,
};
for (const [name, value] of Object.entries(SELDOM_CHANGED)) {
  Object.defineProperty(ResponseStateMethods.prototype, name, { value, writable: true, configurable: true });
}
