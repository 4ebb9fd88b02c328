/**
 * The channel of a response that somebody observes: tells what passes, and hands it on unchanged.
 *
 * In: what the response asks of its channel, whatever protocol that speaks. Out: the same to the channel; interim heads,
 * head, pieces and end to the observer. A response that nobody observes has its channel without this.
 */
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { FieldList } from '../http/field-list.js';
import type {
  BodyPiece,
  Chunk,
  ComposedHead,
  Encoding,
  HeadFacts,
  ResponseChannel,
  WriteCallback,
} from '../message/response-channel.js';
import { byteLengthOf } from '../node/byte-length.js';
import type { ExchangeObservation } from './observation.js';

export class ObservedChannel implements ResponseChannel {
  readonly #channel: ResponseChannel;
  /** What is told of. */
  readonly exchange: ExchangeObservation;
  /** Octets of the body that may still leave. */
  #bytesLeft = Number.POSITIVE_INFINITY;

  constructor(channel: ResponseChannel, exchange: ExchangeObservation) {
    this.#channel = channel;
    this.exchange = exchange;
  }

  get hasHead(): boolean {
    return this.#channel.hasHead;
  }

  get hasEnded(): boolean {
    return this.#channel.hasEnded;
  }

  get waitingBytes(): number {
    return this.#channel.waitingBytes;
  }

  get waiting(): readonly BodyPiece[] {
    return this.#channel.waiting;
  }

  get backlog(): number {
    return this.#channel.backlog;
  }

  get isOverdue(): boolean {
    return this.#channel.isOverdue;
  }

  get leavesAtOnce(): boolean {
    return this.#channel.leavesAtOnce;
  }

  allowsStatus(status: number): boolean {
    return this.#channel.allowsStatus(status);
  }

  interim(status: number, fields: FieldList, written: WriteCallback | null): boolean {
    const exchange = this.exchange;
    if (exchange.outcome === null) exchange.observer.interimHead?.(exchange, status, fields);
    return this.#channel.interim(status, fields, written);
  }

  head(facts: HeadFacts, fields: FieldList): ComposedHead {
    const head = this.#channel.head(facts, fields);
    const exchange = this.exchange;
    // What leaves is the status line's own idea of it.
    exchange.status = facts.statusCode | 0;
    exchange.announcedBytes = head.bodyLength;
    this.#bytesLeft = head.bodyLength < 0 ? Number.POSITIVE_INFINITY : head.bodyLength;
    if (exchange.outcome === null && exchange.observer.responseHead !== undefined) {
      const { text, chunked } = head;
      exchange.observer.responseHead(exchange, { status: exchange.status, text, set: fields, chunked });
    }
    return head;
  }

  body(data: Chunk, encoding: Encoding, length: number, written: WriteCallback | null): boolean {
    this.#note(data, encoding, length);
    return this.#channel.body(data, encoding, length, written);
  }

  #note(data: Chunk, encoding: Encoding, length: number): void {
    if (length === 0) return;
    const exchange = this.exchange;
    const leaving = Math.min(length, this.#bytesLeft);
    this.#bytesLeft -= leaving;
    exchange.responseBytes += leaving;
    if (exchange.outcome === null) exchange.observer.responseBody?.(exchange, data, encoding, length);
  }

  flush(): boolean {
    return this.#channel.flush();
  }

  end(data: Chunk, encoding: Encoding, length: number, trailers: FieldList): void {
    this.#note(data, encoding, length);
    const exchange = this.exchange;
    // Told before: the response may leave, and its exchange be over, within the call.
    if (exchange.outcome === null) exchange.observer.responseEnded?.(exchange, trailers);
    this.#channel.end(data, encoding, length, trailers);
  }

  hold(): void {
    this.#channel.hold();
  }

  release(): boolean {
    return this.#channel.release();
  }

  abort(error: Error | undefined): void {
    this.#channel.abort(error);
  }

  raw(data: Chunk, encoding: Encoding, written: WriteCallback | null): boolean {
    this.#note(data, encoding, octetsOf(data, encoding));
    return this.#channel.raw(data, encoding, written);
  }

  assign(socket: Socket): void {
    this.#channel.assign(socket);
  }

  detach(): void {
    this.#channel.detach();
  }
}

function octetsOf(data: Chunk, encoding: Encoding): number {
  return typeof data === 'string' ? Buffer.byteLength(data, encoding ?? 'utf8') : byteLengthOf(data);
}
