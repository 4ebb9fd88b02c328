/**
 * The body of a response: `write`, `end` and what belongs to them, as `http.OutgoingMessage` has them.
 *
 * In: chunks from the program, in any encoding. Out: pieces with their length for the response's channel, the head
 * before the first of them. Never a body where there may be none.
 */

import { AsyncResource } from 'node:async_hooks';
import { NewFieldList, NO_FIELDS } from '../http/field-list.js';
import { encodedLength } from '../node/byte-length.js';
import { runInScope } from '../node/domains.js';
import * as errors from '../node/errors.js';
import { nextTick } from '../node/timers.js';
import { checked, decoded } from './chunk.js';
import { addValue } from './field-text.js';
import { fieldKey } from './outgoing-fields.js';
import { OwnFramingMethods } from './own-framing.js';
import type { Chunk, Encoding, WriteCallback } from './response-channel.js';
import { hasHead } from './response-fields.js';

const nop = () => {};

/** The same callback, called in the context of the write. */
function bound(callback: WriteCallback): WriteCallback {
  const resource = new AsyncResource('HTTPSERVERRESPONSE');
  // As on node:http, some calls have no argument at all.
  return (...error) => runInScope(resource, callback, undefined, ...error);
}

type Trailers = Record<string, unknown> | readonly (readonly [string, unknown])[];

export class ResponseBodyMethods extends OwnFramingMethods {
  override write(chunk: Chunk, encoding?: Encoding | WriteCallback, callback?: WriteCallback): boolean {
    if (typeof encoding === 'function') {
      callback = encoding;
      encoding = null;
    }
    const written = typeof callback === 'function' ? bound(callback) : null;
    const accepted = this._writeChunk(chunk, encoding, written);
    if (!accepted) this._needDrain = true;
    return accepted;
  }

  _writeChunk(chunk: Chunk, encoding: Encoding, written: WriteCallback | null): boolean {
    const given = checked(chunk);
    if (this.finished || this.destroyed) return this._refuseWrite(written ?? nop);
    const data = decoded(given, encoding);
    const length = encodedLength(data, encoding);
    if (this.strictContentLength) this._countStrictly(length, false);
    this._ensureHead();
    if (!this._hasBody) {
      if (this._rejectBody) throw errors.bodyNotAllowed();
      if (written !== null) nextTick(written);
      return true;
    }
    this._headerSent = true;
    if (this.socket?.destroyed) return false;
    return this._open().body(data, encoding, length, written);
  }

  _refuseWrite(callback: WriteCallback): false {
    if (this.finished && !this.destroyed) nextTick(emitWriteError, this, callback, lateness(this));
    else nextTick(callback, this.finished ? errors.writeAfterEnd() : errors.streamDestroyed('write'));
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

  /** @param last - the bytes that the end came with */
  _checkTotal(last: number): void {
    const head = this._head;
    const set = typeof head === 'string' ? undefined : head?.set;
    const isCoded = (set?.codings ?? null) !== null || this.hasHeader('transfer-encoding');
    // One that is no number isn't sent, and the body comes in chunks.
    const isNone = this._hasBody && this.chunkedEncoding && !isCoded && set?.hasContentLength === true;
    const length = this._lengthBinds() ? this._contentLength : isNone ? Number.NaN : this._bytesWritten;
    const total = this._bytesWritten;
    if (length === total) return;
    // A call that throws has written nothing.
    this._bytesWritten -= last;
    throw errors.contentLengthMismatch(total, length as number);
  }

  _lengthBinds(): boolean {
    return (
      this.strictContentLength &&
      this._contentLength !== null &&
      this._hasBody &&
      !this._removedContLen &&
      !this.chunkedEncoding &&
      !this.hasHeader('transfer-encoding') &&
      !this._asksForChunks()
    );
  }

  /** Whether its head was given chunks, be it that HTTP/1.0 has none. */
  _asksForChunks(): boolean {
    const head = this._head;
    return typeof head === 'object' && head?.set.codings?.includes('chunked') === true;
  }

  addTrailers(headers: Trailers): void {
    const trailers = new NewFieldList();
    this._trailers = trailers;
    const entries = (Array.isArray(headers) ? headers : Object.entries(headers)) as [string, unknown][];
    for (const entry of entries) {
      const name = entry[0];
      const value = entry[1];
      const key = fieldKey(name, 'Trailer name');
      try {
        // As on node:http, a list of values is a line each, whatever it is a list of, but for those of unique fields.
        const isList = Array.isArray(value) && value.length > 1 && !this._uniqueFields?.has(key);
        const values = isList ? value : [Array.isArray(value) ? value.join('; ') : value];
        for (const item of values) addValue(trailers, key, name, isList ? `${item}` : item, null);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_INVALID_CHAR') throw error;
        throw errors.invalidCharacter('trailer content', name);
      }
    }
  }

  flushHeaders(): void {
    this._ensureHead();
    this._sendHead();
  }

  override end(
    chunk?: Chunk | WriteCallback | null,
    encoding?: Encoding | WriteCallback,
    callback?: WriteCallback,
  ): this {
    if (typeof chunk === 'function') return this.end(null, null, chunk);
    if (typeof encoding === 'function') return this.end(chunk, null, encoding);
    if (this.finished) return this._endAgain(chunk, callback);
    let data: Chunk = '';
    let length = 0;
    if (chunk) {
      data = decoded(checked(chunk), encoding);
      length = encodedLength(data, encoding);
    }
    let hasTotal = true;
    if (!this.destroyed) this._prepareEnd(length, Boolean(chunk));
    else if (!chunk) hasTotal = this._prepareLost();
    if (typeof callback === 'function') this._queueEndCallback(callback);
    if (hasTotal && this.strictContentLength) this._checkTotal(length);
    this.finished = true;
    if (this.destroyed) {
      if (hasHead(this)) this._headerSent = true;
      if (this.socket !== null) this._onEnded();
      return this;
    }
    this._corked = 0;
    this._headerSent = true;
    const channel = this._open();
    // Whoever waits for the end is told in the context of the call that ended it; what leaves in it keeps it.
    if (this.watched) this._context = channel.leavesAtOnce ? null : new AsyncResource('HTTPSERVERRESPONSE');
    if (this._hasBody) channel.end(data, encoding, length, this._trailers);
    // What may have no body has no trailers either (RFC 9110 §15.3.5, §15.4.5), nor has what answers HEAD.
    else channel.end('', null, 0, NO_FIELDS);
    return this;
  }

  /**
   * The head of a response that ends with a last piece of so many bytes: all of its body where it had no head yet.
   * @param given - whether the program gave a piece, if only an empty one
   */
  _prepareEnd(length: number, given: boolean): void {
    if (this.strictContentLength && length > 0) this._countStrictly(length, true);
    if (hasHead(this)) this._ensureHead();
    else this._composeWhole(length);
    if (given && !this._hasBody && this._rejectBody) throw errors.bodyNotAllowed();
  }

  /** The head of a response that is no more than its end; where that is refused, it may become more. */
  _composeWhole(length: number): void {
    this._contentLength = length;
    try {
      this._ensureHead();
    } catch (error) {
      this._contentLength = null;
      throw error;
    }
  }

  /**
   * Nothing of it leaves: that its head is refused was told before, and a pipe may end it in a tick of nobody's.
   * @returns whether it has a head, and by that a length
   */
  _prepareLost(): boolean {
    try {
      this._prepareEnd(0, false);
      return true;
    } catch (error) {
      if (errors.isRefusedHead(error)) return false;
      throw error;
    }
  }

  _endAgain(chunk: unknown, callback: WriteCallback | undefined): this {
    if (!chunk) {
      if (typeof callback === 'function') this._queueEndCallback(callback);
    } else if (!this.destroyed) {
      const told = typeof callback === 'function' ? callback : nop;
      nextTick(emitWriteError, this, told, lateness(this));
    }
    return this;
  }

  override cork(): void {
    this._corked++;
    if (!this.finished) this._open().hold();
  }

  override uncork(): void {
    if (this._corked > 0) this._corked--;
    if (this._corked > 0 || this.finished) return;
    const accepted = this._open().release();
    if (!this._needDrain) return;
    if (this.writableLength === 0) this._onDrain();
    else if (accepted) nextTick(drain, this);
  }
}

/** Before the response had left, between that and word of it, or after both. */
type Lateness = 'early' | 'untold' | 'late';

function lateness({ _written, _tellsEnd, _channel }: ResponseBodyMethods): Lateness {
  if (_written) return _tellsEnd && errors.tellsEndAfterFinish ? 'untold' : 'late';
  return _channel?.isOverdue ? 'untold' : 'early';
}

/** Says that a write came too late. Where it was early, the response's being closed meanwhile is no reason to keep quiet. */
function emitWriteError(response: ResponseBodyMethods, callback: WriteCallback, lateness: Lateness): void {
  const error = errors.writeAfterEnd();
  callback(error);
  if (lateness === 'untold') return;
  const hasClosed = lateness === 'early' && response._written && !response._givenUp;
  if (!response.destroyed || hasClosed) response.emit('error', error);
}

function drain(response: ResponseBodyMethods): void {
  response._onDrain();
}
