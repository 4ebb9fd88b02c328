/**
 * The body of a response: `write`, `end` and what belongs to them, as `http.OutgoingMessage` has them.
 *
 * In: chunks from the program, in any encoding. Out: framed text and bytes to the connection's SocketOutput, the head
 * before the first of them; or to a queue until it is the response's turn. Never a body where there may be none.
 */
import { AsyncResource } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import * as errors from '../node/errors.js';
import type { SocketOutput, WriteListener } from '../transport/socket-output.js';
import { checkFieldValue, fieldKey } from './outgoing-fields.js';
import {
  byteLength,
  type Callback,
  type Chunk,
  type Encoding,
  lengthOf,
  NOTHING,
  type QueuedChunk,
  ResponseStateMethods,
} from './response-state.js';

const nop = () => {};

const isUtf8 = (encoding: Encoding) => !encoding || encoding === 'utf8' || encoding === 'utf-8';
const isLatin1 = (encoding: Encoding) => encoding === 'latin1' || encoding === 'binary';

/**
 * Writes a chunk in its encoding; text that isn't UTF-8 or latin1 becomes bytes first.
 * @param length - its bytes, where they have been counted already
 */
function put(output: SocketOutput, data: Chunk, encoding: Encoding, length?: number): void {
  if (typeof data !== 'string') output.bytes(data);
  else if (isUtf8(encoding)) output.utf8(data, length ?? Buffer.byteLength(data));
  else if (isLatin1(encoding)) output.latin1(data);
  else output.bytes(Buffer.from(data, encoding as BufferEncoding));
}

class CallbackListener implements WriteListener {
  readonly watched = true;
  readonly _endsResponse = false;
  constructor(readonly onWritten: Callback) {}
}

export class ResponseBodyMethods extends ResponseStateMethods {
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

  /** Writes the last of a response: when it leaves is up to `_finish`. */
  _sendLast(data: Chunk, encoding: Encoding, length?: number): boolean {
    const output = this._output;
    if (output === null || this.socket?.destroyed) return this._send(data, encoding, null);
    this._sendHead(output);
    if (data.length > 0) put(output, data, encoding, length);
    return true;
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
    let length: number | undefined;
    if (this._header === null) {
      if (last) this._contentLength = length = byteLength(chunk, encoding);
      this._implicitHeader();
    }
    if (!this._hasBody) {
      if (this._rejectBody) throw errors.bodyNotAllowed();
      if (callback) process.nextTick(callback);
      return true;
    }
    if (last && !this.chunkedEncoding) return this._sendLast(chunk, encoding, length);
    if (!this.chunkedEncoding || chunk.length === 0) return this._send(chunk, encoding, callback);
    if (this._corked > 0 && this._headerSent) {
      this._corkedChunks ??= [];
      this._corkedChunks.push({ data: chunk, encoding, callback: callback ?? null });
      return this.writableLength < this._highWaterMark;
    }
    length ??= byteLength(chunk, encoding);
    return this._sendChunk([{ data: chunk, encoding, callback: callback ?? null }], length);
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
      this._output?.schedule();
      throw errors.contentLengthMismatch(this._bytesWritten, this._contentLength as number);
    }
    if (this._corked > 0) {
      this._corked = 1;
      this.uncork();
    }
    if (this._hasBody && this.chunkedEncoding) this._sendLast(`0\r\n${this._trailer}\r\n`, 'latin1');
    else if (!this._headerSent) this._sendLast('', 'latin1');
    this.finished = true;
    // Whoever waits for the end is told in the context of the call that ended it; what leaves in it keeps it.
    if (this.watched) this._context = this._leavesNow() ? null : new AsyncResource('HTTPSERVERRESPONSE');
    if (this._output !== null) this._finish();
    return this;
  }

  /** Whether what is ended now is written within the call. */
  _leavesNow(): boolean {
    return this._output?.leavesAtOnce === true && !this._owner?.gathers;
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
    this._sendChunk(chunks, lengthOf(chunks));
    if (this._needDrain && this.writableLength === 0) emitDrain(this);
  }
}

function emitWriteError(response: ResponseBodyMethods, error: Error, callback: Callback): void {
  callback(error);
  // A response that has been written counts as destroyed, which is no reason to keep quiet.
  if (!response.destroyed || response._written) response.emit('error', error);
}

function emitDrain(response: ResponseBodyMethods): void {
  if (!response._needDrain || response.finished) return;
  response._needDrain = false;
  response.emit('drain');
}
