/**
 * A response as the handler writes it: `http.ServerResponse`.
 *
 * In: head and body from the program. Out: text and bytes to the connection's SocketOutput once it is this response's
 * turn, kept here until then. Emits 'prefinish', 'finish', 'close' and 'drain' as `node:http` does. Never writes to a
 * socket itself, and never sends a body where there may be none.
 */
import { AsyncResource } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import { type IncomingMessage, type ServerResponse as NodeServerResponse, OutgoingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { getDefaultHighWaterMark } from 'node:stream';
import { callableClass } from './callable-class.js';
import { interimHead, linkValue } from './informational.js';
import { announce, emitsAsUsual, ListenerTable } from './listener-table.js';
import * as errors from './node-errors.js';
import { kHighWaterMark } from './node-keys.js';
import { checkFieldValue, fieldKey } from './outgoing-fields.js';
import { ResponseFieldMethods } from './response-fields.js';
import { SocketOutput, type WriteListener } from './socket-output.js';

type Callback = (error?: Error | null) => void;
type Chunk = string | Uint8Array;
type Encoding = BufferEncoding | null | undefined;

/** What waits for its turn, in the shape that programs know as `outputData`. */
interface QueuedChunk {
  data: Chunk;
  encoding: Encoding;
  callback: Callback | null;
}

/** The connection's part in an exchange; absent on a response that a program put on a socket of its own. */
export interface ResponseOwner {
  /** All of the response has been written; the next one may go on. */
  responseEnded(response: ServerResponse): void;
  /** All of it has been handed to the kernel. */
  responseWritten(response: ServerResponse): void;
  /** `bytes` more wait for the response's turn; fewer when negative. */
  responseQueued(bytes: number): void;
}

const DEFAULT_HIGH_WATER_MARK = getDefaultHighWaterMark(false);
const NOTHING: QueuedChunk[] = [];
const nop = () => {};

function byteLength(chunk: Chunk, encoding: Encoding): number {
  return typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding ?? 'utf8') : chunk.byteLength;
}

const isUtf8 = (encoding: Encoding) => !encoding || encoding === 'utf8' || encoding === 'utf-8';
const isLatin1 = (encoding: Encoding) => encoding === 'latin1' || encoding === 'binary';

/** Writes a chunk in its encoding; text that isn't UTF-8 or latin1 becomes bytes first. */
function put(output: SocketOutput, data: Chunk, encoding: Encoding): void {
  if (typeof data !== 'string') output.bytes(data);
  else if (isUtf8(encoding)) output.utf8(data, Buffer.byteLength(data));
  else if (isLatin1(encoding)) output.latin1(data);
  else output.bytes(Buffer.from(data, encoding as BufferEncoding));
}

class CallbackListener implements WriteListener {
  readonly watched = true;
  constructor(readonly onWritten: Callback) {}
}

class ServerResponseMethods extends ResponseFieldMethods implements WriteListener {
  declare socket: Socket | null;
  declare destroyed: boolean;
  declare finished: boolean;
  declare strictContentLength: boolean;
  declare outputData: QueuedChunk[];
  declare outputSize: number;
  declare _closed: boolean;
  declare _trailer: string;
  declare _owner: ResponseOwner | null;
  /** The async context of the request, for the events that come after the handler. */
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
    const corked =
      this._corkedChunks?.reduce((sum, { data, encoding }) => sum + byteLength(data, encoding), 0) ?? 0;
    return (
      this.outputSize + corked + (this._output?.length ?? 0) + (this.socket ? this.socket.writableLength : 0)
    );
  }

  writeInformation(
    statusCode: number,
    headers?: Record<string, unknown> | null,
    callback?: Callback,
  ): boolean {
    if (this._header !== null) throw errors.headersSent('write');
    const head = interimHead(statusCode, headers);
    // HTTP/1.0 has no interim responses (RFC 9110 §15.2): its clients would take one for the answer.
    if (this.req.httpVersion !== '1.0') return this._writeRaw(head, 'latin1', callback);
    if (callback) process.nextTick(callback);
    return true;
  }

  writeContinue(callback?: Callback): void {
    this.writeInformation(100, null, callback);
    this._sent100 = true;
  }

  writeProcessing(callback?: Callback): void {
    this.writeInformation(102, null, callback);
  }

  writeEarlyHints(hints: Record<string, unknown>, callback?: Callback): void {
    if (typeof hints !== 'object' || hints === null || Array.isArray(hints)) {
      throw errors.invalidArgType('hints', 'of type object', hints);
    }
    const { link, ...others } = hints;
    if (link === null || link === undefined) return;
    const value = linkValue(link);
    if (value.length > 0) this.writeInformation(103, { Link: value, ...others }, callback);
  }

  assignSocket(socket: Socket): void {
    const assigned = socket as Socket & { _httpMessage?: ServerResponseMethods | null };
    if (assigned._httpMessage) throw errors.socketAssigned();
    socket.on('close', onAssignedSocketClose);
    this._take(socket, new SocketOutput(socket));
  }

  detachSocket(socket: Socket): void {
    socket.removeListener('close', onAssignedSocketClose);
    (socket as { _httpMessage?: unknown })._httpMessage = null;
    this.socket = null;
    this._output = null;
  }

  /** It is this response's turn: whatever waited is written. */
  _take(socket: Socket, output: SocketOutput): void {
    (socket as { _httpMessage?: unknown })._httpMessage = this;
    this.socket = socket;
    this._output = output;
    if (this._events.socket !== undefined) this.emit('socket', socket);
    for (let n = this._corked; n > 0; n--) socket.cork();
    if (this.outputData.length > 0) this._flushQueue(output);
    if (this.finished) this._finish();
  }

  _flushQueue(output: SocketOutput): void {
    const queued = this.outputData;
    const size = this.outputSize;
    this.outputData = NOTHING;
    this.outputSize = 0;
    for (const { data, encoding, callback } of queued) {
      put(output, data, encoding);
      if (callback !== null) output.notify(new CallbackListener(callback));
    }
    this._owner?.responseQueued(-size);
    const accepted = output.schedule();
    if (accepted && this._needDrain && !this.finished) process.nextTick(emitDrain, this);
  }

  override cork(): void {
    this._corked++;
    this.socket?.cork();
  }

  override uncork(): void {
    if (this._corked > 0) this._corked--;
    this.socket?.uncork();
    if (this._corked > 0 || this._corkedChunks === null) return;
    const chunks = this._corkedChunks;
    this._corkedChunks = null;
    const length = chunks.reduce((sum, { data, encoding }) => sum + byteLength(data, encoding), 0);
    this._sendChunk(chunks, length);
    if (this._needDrain && this.writableLength === 0) emitDrain(this);
  }

  setTimeout(msecs: number, callback?: () => void): this {
    if (callback) this.on('timeout', callback);
    if (this.socket) this.socket.setTimeout(msecs);
    else this.once('socket', (socket: Socket) => socket.setTimeout(msecs));
    return this;
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

  /** Writes the head if it hasn't left yet, then `data`, which is framed already. */
  _send(data: Chunk, encoding: Encoding, callback?: Callback | null): boolean {
    if (!this._headerSent && this._header !== null) {
      if (this._output !== null && !this.socket?.destroyed) {
        this._sendHead(this._output);
      } else {
        this._headerSent = true;
        this._writeRaw(this._header, 'latin1', null);
      }
    }
    return this._writeRaw(data, encoding, callback);
  }

  _sendHead(output: SocketOutput): void {
    if (this._headerSent || this._header === null) return;
    this._headerSent = true;
    if (this._headAscii) output.ascii(this._header);
    else output.latin1(this._header);
  }

  _writeRaw(data: Chunk, encoding?: Encoding | Callback, callback?: Callback | null): boolean {
    if (this.socket?.destroyed) return false;
    if (typeof encoding === 'function') {
      callback = encoding;
      encoding = null;
    }
    const output = this._output;
    if (output !== null) {
      if (data.length > 0) put(output, data, encoding);
      if (callback) output.notify(new CallbackListener(callback));
      return output.schedule();
    }
    if (this.outputData === NOTHING) this.outputData = [];
    this.outputData.push({ data, encoding, callback: callback ?? null });
    this.outputSize += data.length;
    this._owner?.responseQueued(data.length);
    return this.outputSize < this._highWaterMark;
  }

  override write(chunk: Chunk, encoding?: Encoding | Callback, callback?: Callback): boolean {
    if (typeof encoding === 'function') {
      callback = encoding;
      encoding = null;
    }
    if (callback) callback = AsyncResource.bind(callback);
    const accepted = this._writeChunk(chunk, encoding, callback, false);
    if (!accepted) this._needDrain = true;
    return accepted;
  }

  _writeChunk(chunk: Chunk, encoding: Encoding, callback: Callback | undefined, last: boolean): boolean {
    if (chunk === null) throw errors.nullValues();
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
      throw errors.invalidArgType('chunk', 'of type string or an instance of Buffer or Uint8Array', chunk);
    }
    if (this.finished || this.destroyed) return this._refuseWrite(callback);
    // How many bytes hexadecimal or base64 text holds can only be guessed before it is decoded.
    if (typeof chunk === 'string' && !isUtf8(encoding) && !isLatin1(encoding))
      chunk = Buffer.from(chunk, encoding as BufferEncoding);
    if (this.strictContentLength) this._countStrictly(byteLength(chunk, encoding), last);
    if (this._header === null) {
      if (last) this._contentLength = byteLength(chunk, encoding);
      this._implicitHeader();
    }
    if (!this._hasBody) {
      if (this._rejectBody) throw errors.bodyNotAllowed();
      if (callback) process.nextTick(callback);
      return true;
    }
    if (!this.chunkedEncoding || chunk.length === 0) return this._send(chunk, encoding, callback);
    if (this._corked > 0 && this._headerSent) {
      this._corkedChunks ??= [];
      this._corkedChunks.push({ data: chunk, encoding, callback: callback ?? null });
      return this.writableLength < this._highWaterMark;
    }
    return this._sendChunk(
      [{ data: chunk, encoding, callback: callback ?? null }],
      byteLength(chunk, encoding),
    );
  }

  /** Writes data as one chunk (RFC 9112 §7.1). */
  _sendChunk(parts: QueuedChunk[], length: number): boolean {
    const output = this._output;
    const size = `${length.toString(16)}\r\n`;
    if (output === null || this.socket?.destroyed) {
      this._send(size, 'latin1', null);
      for (const { data, encoding, callback } of parts) this._send(data, encoding, callback);
      return this._send('\r\n', 'latin1', null);
    }
    this._sendHead(output);
    output.ascii(size);
    for (const { data, encoding } of parts) put(output, data, encoding);
    output.ascii('\r\n');
    for (const { callback } of parts) if (callback !== null) output.notify(new CallbackListener(callback));
    return output.schedule();
  }

  _refuseWrite(callback: Callback = nop): false {
    if (this.destroyed)
      process.nextTick(callback, this.finished ? errors.writeAfterEnd() : errors.streamDestroyed('write'));
    else process.nextTick(emitWriteError, this, errors.writeAfterEnd(), callback);
    return false;
  }

  /** Holds the bytes written against the Content-Length that was announced. */
  _countStrictly(length: number, last: boolean): void {
    const total = this._bytesWritten + length;
    const announced = this._contentLength;
    if (this._lengthBinds() && (last ? total !== announced : total > (announced as number))) {
      throw errors.contentLengthMismatch(total, announced as number);
    }
    this._bytesWritten = total;
  }

  _lengthBinds(): boolean {
    return (
      this.strictContentLength &&
      this._contentLength !== null &&
      this._hasBody &&
      !this._removedContLen &&
      !this.chunkedEncoding &&
      !this.hasHeader('transfer-encoding')
    );
  }

  addTrailers(headers: Record<string, string> | readonly (readonly [string, string])[]): void {
    this._trailer = '';
    for (const [name, value] of Array.isArray(headers) ? headers : Object.entries(headers)) {
      const key = fieldKey(name, 'Trailer name');
      const joined = Array.isArray(value) && (value.length < 2 || this._uniqueFields?.has(key));
      const values =
        Array.isArray(value) && !joined ? value : [joined ? (value as string[]).join('; ') : value];
      for (const item of values) {
        try {
          checkFieldValue(name, item);
        } catch {
          throw errors.invalidCharacter('trailer content', name);
        }
        this._trailer += `${name}: ${item}\r\n`;
      }
    }
  }

  flushHeaders(): void {
    if (this._header === null) this._implicitHeader();
    this._send('', 'latin1', null);
    this._output?.push();
  }

  override end(chunk?: Chunk | Callback | null, encoding?: Encoding | Callback, callback?: Callback): this {
    if (typeof chunk === 'function') {
      callback = chunk;
      chunk = null;
      encoding = null;
    } else if (typeof encoding === 'function') {
      callback = encoding;
      encoding = null;
    }
    if (chunk) {
      if (this.finished) {
        if (!this.destroyed) process.nextTick(emitWriteError, this, errors.writeAfterEnd(), callback ?? nop);
        return this;
      }
      this._writeChunk(chunk, encoding, undefined, true);
    } else if (this.finished) {
      const again = callback;
      if (again) this._queueEndCallback((error) => again(error ?? errors.streamAlreadyFinished('end')));
      return this;
    } else if (this._header === null) {
      this._contentLength = 0;
      this._implicitHeader();
    }
    if (callback) this._queueEndCallback(callback);
    if (this.strictContentLength && this._lengthBinds() && this._bytesWritten !== this._contentLength) {
      throw errors.contentLengthMismatch(this._bytesWritten, this._contentLength as number);
    }
    if (this._corked > 0) {
      this._corked = 1;
      this.uncork();
    }
    if (this._hasBody && this.chunkedEncoding) this._send(`0\r\n${this._trailer}\r\n`, 'latin1', null);
    else if (!this._headerSent) this._send('', 'latin1', null);
    this.finished = true;
    // Whoever waits for the end is told in the context of the call that ended it.
    if (this.watched) this._context = new AsyncResource('HTTPSERVERRESPONSE');
    if (this._output !== null) this._finish();
    return this;
  }

  /** Everything has been written. */
  _finish(): void {
    announce(this, 'prefinish');
    if (this.socket?.destroyed) return;
    const output = this._output as SocketOutput;
    if (this._owner === null) output.flush();
    output.notify(this);
    if (this._owner !== null) this._owner.responseEnded(this as unknown as ServerResponse);
    else output.flush();
  }

  /** Everything has left for the kernel, or never will. */
  onWritten(error: Error | null | undefined): void {
    const failure = error ?? this._errored ?? this.socket?.errored ?? null;
    if (failure === null) {
      this._written = true;
      this._owner?.responseWritten(this as unknown as ServerResponse);
    } else {
      this._errored ??= failure;
    }
    if (this._context !== null && this.watched)
      this._context.runInAsyncScope(this._reportWritten, this, failure);
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
    if (failure === null) announce(this, 'finish');
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

  override pipe(): never {
    this.emit('error', errors.cannotPipe());
    return undefined as never;
  }
}

function onAssignedSocketClose(this: { _httpMessage?: ServerResponseMethods | null }): void {
  if (this._httpMessage) emitClose(this._httpMessage);
}

function emitWriteError(response: ServerResponseMethods, error: Error, callback: Callback): void {
  callback(error);
  // A response that has been written counts as destroyed, which is no reason to keep quiet.
  if (!response.destroyed || response._written) response.emit('error', error);
}

function emitDrain(response: ServerResponseMethods): void {
  if (!response._needDrain || response.finished) return;
  response._needDrain = false;
  response.emit('drain');
}

/** Emits 'close', once. */
export function emitClose(
  response: Pick<ServerResponseMethods, '_closed' | 'destroyed' | '_context' | '_events'>,
): void {
  if (response._closed) return;
  response.destroyed = true;
  response._closed = true;
  const context = response._context;
  if (context !== null && response._events.close !== undefined)
    context.runInAsyncScope(announce, undefined, response, 'close');
  else announce(response, 'close');
}

export interface ServerResponse extends NodeServerResponse, WriteListener {
  _events: Record<string, unknown>;
  _owner: ResponseOwner | null;
  _context: AsyncResource | null;
  _output: SocketOutput | null;
  _closed: boolean;
  _last: boolean;
  _headerSent: boolean;
  _written: boolean;
  _needDrain: boolean;
  _keepAliveTimeout: number;
  _maxRequestsPerSocket: number;
  _expect_continue: boolean;
  _uniqueFields: ReadonlySet<string> | null;
  destroyed: boolean;
  finished: boolean;
  maxRequestsOnConnectionReached: boolean;
  _take(socket: Socket, output: SocketOutput): void;
}

export interface ServerResponseOptions {
  /** Bytes that may wait for the response's turn before `write` returns false. */
  highWaterMark?: number;
  /** Throw where a body is written to a response that has none; else it is dropped. */
  rejectNonStandardBodyWrites?: boolean;
}

/** What a response needs to know of the request it answers. */
type AnsweredRequest = Pick<IncomingMessage, 'method' | 'httpVersionMajor' | 'httpVersionMinor'>;

export interface ServerResponseConstructor {
  new (request: AnsweredRequest, options?: ServerResponseOptions): ServerResponse;
  (this: object, request: AnsweredRequest, options?: ServerResponseOptions): void;
  readonly prototype: ServerResponse;
}

/**
 * A response. Handlers get them; a program may derive from it (`options.ServerResponse` of `createServer`).
 * @see https://nodejs.org/api/http.html#class-httpserverresponse
 */
export const ServerResponse = callableClass<ServerResponseConstructor>(
  ServerResponseMethods,
  function ServerResponse(
    this: ServerResponseMethods,
    request: AnsweredRequest,
    options?: ServerResponseOptions,
  ) {
    const chunkable = request.httpVersionMajor >= 1 && request.httpVersionMinor >= 1;
    this._events = new ListenerTable();
    this._eventsCount = 0;
    this.req = request as IncomingMessage;
    this.socket = null;
    this.statusCode = 200;
    this.statusMessage = undefined;
    this.finished = false;
    this.destroyed = false;
    this.shouldKeepAlive = chunkable;
    this.useChunkedEncodingByDefault = chunkable;
    this.chunkedEncoding = false;
    this._header = null;
    this._headerSent = false;
    this._headAscii = true;
    this._hasBody = request.method !== 'HEAD';
    this._contentLength = null;
    this._last = false;
    this._keepAliveTimeout = 0;
    this._fields = null;
    this._closed = false;
    this._owner = null;
    this._context = null;
    this._output = null;
    this._written = false;
    if (options?.rejectNonStandardBodyWrites) this._rejectBody = true;
    if (options?.highWaterMark !== undefined) this._highWaterMark = options.highWaterMark;
  },
  OutgoingMessage,
);
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
  _highWaterMark: DEFAULT_HIGH_WATER_MARK,
};
for (const [name, value] of Object.entries(SELDOM_CHANGED)) {
  Object.defineProperty(ServerResponseMethods.prototype, name, { value, writable: true, configurable: true });
}
