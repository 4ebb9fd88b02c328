/**
 * The `socket` of a request and a response that came over HTTP/2.
 *
 * In: the stream's exchange. Out: a `net.Socket` that stands for the one stream: the addresses of its connection, and events, listeners and a timeout of its own; to destroy it resets the stream. What a Duplex needs is
 * made when something first touches it: one of these is made for each request. Never a byte of its own.
 */
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { kChannelOf, type ResponseChannel } from '../../message/response-channel.js';
import { callableClass, giveDefaults } from '../../node/callable-class.js';
import { noSocketBytes, socketEncoding } from '../../node/errors.js';
import { makesStateOnTouch } from '../../node/readable-state.js';
import { clearTimeout, LONGEST_WAIT, nextTick, setTimeout } from '../../node/timers.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { answerFor, CONNECTION_FACTS, kHost, type SocketHost } from './connection-facts.js';

type StreamCallback = (error?: Error | null) => void;

/** What a stream's socket stands for. */
export interface StreamSocketHost extends SocketHost {
  /** What was written leaves; then it is over, whether that was all or not. */
  finish(): void;
  /** How the response leaves; a connection, which a socket in 'clientError' stands for, has none. */
  channelOf?(): ResponseChannel;
}

class StreamSocketMethods extends (Socket as unknown as typeof Duplex) {
  declare [kHost]: StreamSocketHost;
  /** Undefined until somebody listens. */
  declare _events: object | undefined;
  declare _readable: object | undefined;
  declare _writable: object | undefined;
  declare _over: boolean;
  /** The program has ended it: what was written still leaves. */
  declare _isEnding: boolean;
  declare _timer: NodeJS.Timeout | undefined;
  /** The host's activity when the timer was set. */
  declare _activity: number;
  declare timeout: number;

  get _readableState() {
    if (this._readable === undefined) makeState(this);
    return this._readable;
  }

  set _readableState(state) {
    this._readable = state;
  }

  get _writableState() {
    if (this._writable === undefined) makeState(this);
    return this._writable;
  }

  set _writableState(state) {
    this._writable = state;
  }

  // @ts-expect-error Accessors where Duplex's type has properties.
  override get destroyed() {
    return this._over;
  }

  override set destroyed(_destroyed) {}

  // @ts-expect-error
  override get writable() {
    return !this._over && !this._isEnding;
  }

  override set writable(_writable) {}

  // @ts-expect-error
  override get readable() {
    return !this._over;
  }

  override set readable(_readable) {}

  // @ts-expect-error
  override get errored() {
    return (this._writable as { errored?: Error | null } | undefined)?.errored ?? null;
  }

  // @ts-expect-error
  override get writableLength() {
    return 0;
  }

  // @ts-expect-error
  override get writableHighWaterMark() {
    return this[kHost].transport.writableHighWaterMark;
  }

  // @ts-expect-error
  override get readableHighWaterMark() {
    return this[kHost].transport.readableHighWaterMark;
  }

  get connecting() {
    return false;
  }

  get pending() {
    return false;
  }

  get readyState() {
    if (this._over) return 'closed';
    return this._isEnding ? 'readOnly' : 'open';
  }

  /** A copy of the response, or what a program has put around it, has its socket; another one to the same request hasn't. */
  [kChannelOf](): ResponseChannel | null {
    return this[kHost].channelOf?.() ?? null;
  }

  override destroy(error?: Error): this {
    if (this._over) return this;
    this[kHost].abandon(error);
    this._close(error);
    return this;
  }

  destroySoon(): void {
    this._finish();
  }

  /** As a socket of HTTP/1.1, it lets what was written before leave. */
  _finish(): void {
    if (this._over || this._isEnding) return;
    this._isEnding = true;
    this[kHost].finish();
  }

  resetAndDestroy(): this {
    return this.destroy();
  }

  /** The stream is over: 'close', after 'error' where somebody listens for that. */
  _close(error?: Error): void {
    if (this._over) return;
    this._over = true;
    clearTimeout(this._timer);
    const isTouched = this._readable !== undefined || this._writable !== undefined || error !== undefined;
    if (isTouched) Duplex.prototype.destroy.call(this, this.listenerCount('error') > 0 ? error : undefined);
    if (isTouched || this.listenerCount('close') > 0) nextTick(emitClose, this, error !== undefined);
  }

  /** The stream is over: returns false, and does nothing, where somebody may hear of it. */
  _closeUnheard(): boolean {
    if (this._readable !== undefined || this._writable !== undefined || this._events !== undefined)
      return false;
    if (this._timer !== undefined) clearTimeout(this._timer);
    this._over = true;
    return true;
  }

  override _destroy(error: Error | null, callback: StreamCallback): void {
    callback(error);
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: BufferEncoding, callback: StreamCallback): void {
    callback(noSocketBytes());
  }

  override _final(callback: StreamCallback): void {
    callback();
  }

  /** Nothing can be written between the frames of other streams: the stream ends with an error that says so. */
  override write(
    _chunk: unknown,
    encoding?: BufferEncoding | StreamCallback,
    callback?: StreamCallback,
  ): boolean {
    const told = typeof encoding === 'function' ? encoding : callback;
    const error = noSocketBytes();
    if (told) nextTick(told, error);
    this.destroy(error);
    return false;
  }

  override end(chunk?: unknown, encoding?: unknown, callback?: unknown): this {
    const told = [chunk, encoding, callback].find((argument) => typeof argument === 'function');
    if (isNothing(chunk)) this._finish();
    else this.write(chunk);
    if (told) this._onceOver(told as () => void);
    return this;
  }

  _onceOver(told: () => void): void {
    if (this._over) nextTick(told);
    else this.once('close', () => told());
  }

  // What can be said of the connection only is none of a stream's business.
  override pause(): this {
    return this;
  }

  override resume(): this {
    return this;
  }

  /** Its bytes are frames. */
  override setEncoding(): never {
    throw socketEncoding();
  }

  override cork(): void {}

  override uncork(): void {}

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /** As `net.Socket.setTimeout`, of the stream alone. */
  setTimeout(msecs: number, callback?: () => void): this {
    clearTimeout(this._timer);
    this._timer = undefined;
    this.timeout = msecs;
    if (callback) {
      if (msecs === 0) this.removeListener('timeout', callback);
      else this.once('timeout', callback);
    }
    this._activity = this[kHost].activity;
    if (msecs > 0 && !this._over)
      this._timer = setTimeout(expire, Math.min(msecs, LONGEST_WAIT), this).unref();
    return this;
  }

  /** Something came or left on the stream. */
  _stir(): void {
    this._timer?.refresh();
  }
}

/** Whether a socket would end without writing anything. */
function isNothing(chunk: unknown): boolean {
  if (chunk === null || chunk === undefined || typeof chunk === 'function') return true;
  return chunk === '' || (chunk instanceof Uint8Array && chunk.length === 0);
}

function makeState(socket: StreamSocketMethods): void {
  Duplex.call(socket as never, { allowHalfOpen: true, emitClose: false, autoDestroy: false });
}

/** As `net.Socket` emits it, which a Duplex by itself doesn't. */
export function emitClose(socket: Duplex, hadError: boolean): void {
  socket.emit('close', hadError);
}

function expire(socket: StreamSocketMethods): void {
  const { activity } = socket[kHost];
  if (activity !== socket._activity) {
    socket._activity = activity;
    socket._timer?.refresh();
    return;
  }
  // As over HTTP/1.1, the server decides first, and who listens to the socket alone keeps nothing open.
  if (!socket[kHost].tellTimeout()) socket.destroy();
  socket.emit('timeout');
}

answerFor(StreamSocketMethods.prototype, CONNECTION_FACTS, ['address']);

/** What few programs touch stands on the prototype: one of these is made for each request. */
giveDefaults(StreamSocketMethods.prototype, {
  _readable: undefined,
  _writable: undefined,
  _timer: undefined,
  _isEnding: false,
});

export interface StreamSocket extends ServerSocket {
  _close(error?: Error): void;
  _closeUnheard(): boolean;
  _stir(): void;
}

export interface StreamSocketConstructor<Host extends SocketHost = StreamSocketHost> {
  new (host: Host): StreamSocket;
  prototype: StreamSocket;
}

/** What the constructor of every such socket does. */
export function setUpStreamSocket(this: StreamSocketMethods & StreamSocket, host: StreamSocketHost): void {
  this[kHost] = host;
  this._over = false;
  this._httpMessage = null;
  if (!makesStateOnTouch) makeState(this);
}

export const StreamSocket = callableClass<StreamSocketConstructor>(
  StreamSocketMethods,
  function StreamSocket(this: StreamSocketMethods & StreamSocket, host: StreamSocketHost) {
    setUpStreamSocket.call(this, host);
  },
  Socket,
);
