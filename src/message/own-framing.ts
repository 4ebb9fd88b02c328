/**
 * How programs write past the framing of a response, and how Node's own methods do that a program has borrowed:
 * `_send`, `_writeRaw`, `_finish` and the text of the trailers, as `http.OutgoingMessage` has them.
 *
 * In: bytes and text as they are to leave, or as Node's methods framed them. Out: the head once, then the bytes or the
 * pieces they stand for, to the response's channel. Never a second head.
 */

import { FIELD_STRIDE, type FieldList, NewFieldList } from '../http/field-list.js';
import { whatIsSent } from '../node/borrowed-writes.js';
import { encodedLength } from '../node/byte-length.js';
import { checked, decoded } from './chunk.js';
import { addValue } from './field-text.js';
import { fieldKey } from './outgoing-fields.js';
import type { Chunk, Encoding, WriteCallback } from './response-channel.js';
import { hasHead } from './response-fields.js';
import { ResponseStateMethods } from './response-state.js';

export class OwnFramingMethods extends ResponseStateMethods {
  declare _trailers: FieldList;

  /** The trailers as text. */
  get _trailer(): string {
    const { entries } = this._trailers;
    let text = '';
    for (let i = 0; i < entries.length; i += FIELD_STRIDE) text += `${entries[i + 1]}: ${entries[i + 2]}\r\n`;
    return text;
  }

  /** Node's own `addTrailers` writes them here. */
  set _trailer(text) {
    const trailers = new NewFieldList();
    for (const line of text.split('\r\n')) {
      const colon = line.indexOf(': ');
      if (colon < 0) continue;
      const name = line.slice(0, colon);
      addValue(trailers, fieldKey(name, 'Trailer name'), name, line.slice(colon + 2), null);
    }
    this._trailers = trailers;
  }

  /**
   * Sends the head if it hasn't been sent, then `data` as it is: for programs that frame by themselves. Where it is one of
   * Node's own methods that calls, a piece of the body, or its end, which are framed here.
   */
  _send(
    ...args: [data: Chunk, encoding?: Encoding, callback?: WriteCallback | null, length?: number]
  ): boolean {
    const [data, encoding, callback] = args;
    const sent = whatIsSent(args, this.chunkedEncoding);
    if (sent === 'end') return this._endAsNode(data, encoding, callback as WriteCallback);
    if (sent === 'piece' || (sent === 'framing' && callback)) {
      const piece = sent === 'piece' ? decoded(data, encoding) : '';
      this._headerSent = true;
      return this._open().body(piece, encoding, encodedLength(piece, encoding), callback ?? null);
    }
    if (sent === 'framing') return true;
    const accepted = hasHead(this) ? this._sendHead() : true;
    return data?.length !== 0 || callback ? this._writeRaw(data, encoding, callback) : accepted;
  }

  /** @param finish - tells those who wait for it, and emits 'finish' */
  _endAsNode(data: Chunk, encoding: Encoding, finish: WriteCallback): boolean {
    const isLastChunk = this.chunkedEncoding && typeof data === 'string' && data.startsWith('0\r\n');
    const piece = isLastChunk || !this._hasBody ? '' : decoded(data, encoding);
    // Both ways of telling are Node's: it has kept the callbacks of `end`.
    this._endCallbacks ??= [];
    Object.defineProperty(this, '_tellFinish', { value: () => finish(), configurable: true });
    Object.defineProperty(this, '_tellEnd', {
      value: (failure: Error | null) => failure && finish(failure),
      configurable: true,
    });
    this.finished = true;
    this._headerSent = true;
    this._open().end(piece, encoding, encodedLength(piece, encoding), this._trailers);
    return true;
  }

  /** Node's own `end` calls it where there was nothing left to send. */
  _finish(): void {
    if (!this.finished || this._open().hasEnded) return;
    // It tells of 'finish' by itself.
    Object.defineProperty(this, '_tellFinish', { value() {}, configurable: true });
    this._open().end('', null, 0, this._trailers);
  }

  /** Composes the head unless that is done; a text that a program put into `_header` is none. */
  _ensureHead(): void {
    if (hasHead(this) && !this._headerSent && !this._open().hasHead) this._header = null;
    if (!hasHead(this)) this._implicitHeader();
  }

  _sendHead(): boolean {
    this._headerSent = true;
    return this._open().flush();
  }

  _writeRaw(
    ...args: [
      data: Chunk,
      encoding?: Encoding | WriteCallback,
      callback?: WriteCallback | null,
      length?: number,
    ]
  ): boolean {
    const [data, encoding, callback] = args;
    if (this.socket?.destroyed) return false;
    if (typeof encoding === 'function') return this._writeRaw(data, null, encoding);
    if (args.length > 3 && this._send !== ownSend) return this._sendAsNode(data, encoding, callback, args[3]);
    return this._open().raw(decoded(checked(data), encoding), encoding, callback ?? null);
  }

  /** What Node's own `_send` hands on, which a program has put around ours: it puts the head in front of text by itself. */
  _sendAsNode(data: Chunk, encoding: Encoding, callback?: WriteCallback | null, length?: number): boolean {
    const head = this._header;
    const isFirst = !sentAsNode.has(this);
    sentAsNode.add(this);
    const hasHead = isFirst && head && typeof data === 'string' && data.startsWith(head);
    const sent = hasHead ? data.slice(head.length) : data;
    return this.chunkedEncoding && length === undefined
      ? ownSend.call(this, sent, encoding, callback)
      : ownSend.call(this, sent, encoding, callback, length);
  }
}

const ownSend = OwnFramingMethods.prototype._send;

/** Those whose head has come from Node's own `_send`, where it came with text. */
const sentAsNode = new WeakSet<OwnFramingMethods>();
