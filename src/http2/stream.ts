/**
 * One stream: a request that comes, a response that leaves (RFC 9113 §5, §8.1).
 *
 * In: what a program answers, and how much of the request's body it has consumed. Out: what waits to leave, which the
 * sender takes when it is the stream's turn. On a stream that is closed nothing that is written goes anywhere, and
 * nothing is thrown: the client may have reset it at any time.
 */
import { type FieldList, NO_FIELDS } from '../http/field-list.js';
import { Http2Error } from './errors.js';
import type { FaultName } from './faults.js';
import type { IncomingBody } from './incoming-body.js';
import { type LeftListener, OutgoingBody } from './outgoing-body.js';
import { NO_PRIORITY, type Priority } from './priority.js';
import { fieldsAround, fieldsToSend } from './response-fields.js';
import { type Ordered, UNPLACED } from './send-order.js';
import { CLOSED, canReceive, canSend, IDLE } from './stream-states.js';

type Encoding = BufferEncoding | null | undefined;

/** What a stream asks of its connection. */
export interface StreamHost {
  /** The stream has something to send, and so many octets of data more than before. */
  schedule(stream: Stream, octets: number): void;
  /** The program gives the stream up. */
  abort(stream: Stream, fault: FaultName): void;
  /** So many octets of the request's body are of no more concern. */
  giveBack(stream: Stream, octets: number): void;
  /** The request's handler is done with the stream. */
  retire(stream: Stream): void;
}

/** A head, of a response or an interim one, that waits to leave. */
export interface FieldSection {
  readonly status: number;
  readonly fields: FieldList;
  /** Fields that follow those. */
  readonly added: FieldList;
}

const NO_SECTIONS: readonly FieldSection[] = [];

/** How far the program is with a request: it was not told of it, was, or its handler is done. */
const UNTOLD = 0;
const TOLD = 1;
const RETIRED = 2;

/** How far it is with the response. */
const SILENT = 0;
const HEAD_GIVEN = 1;
const ENDED = 2;

/** One is made for each request, and many may wait for their handlers: what few of them need is made when they do. */
export class Stream implements Ordered {
  readonly id: number;
  /** The caller's, for whatever it keeps with a stream. */
  context: unknown = undefined;

  /** One of the states of stream-states.ts. */
  state = IDLE;
  /** Octets of data that the client lets leave on this stream; below zero where it lowered its settings (§6.9.2). */
  sendWindow = 0;
  /** Octets of data that have left. */
  sent = 0;
  /** The body of the request; null where it has none. */
  incoming: IncomingBody | null = null;
  /** Whether what comes of it is of no concern any more. */
  dropped = false;

  /** Heads that wait. */
  sections: readonly FieldSection[] = NO_SECTIONS;
  /** The body of the response, as far as it waits; null until there was some. */
  outgoing: OutgoingBody | null = null;
  trailers: FieldList | null = null;

  priority: Priority = NO_PRIORITY;
  place = UNPLACED;
  before: Ordered | null = null;
  after: Ordered | null = null;
  /**
   * The next stream of those that have something to send that no window holds back; null of the last of them, undefined of
   * a stream that is none of them.
   */
  nextExempt: Stream | null | undefined = undefined;

  readonly #host: StreamHost;
  /** Waits for all of the response to leave. */
  #listener: LeftListener | null = null;
  #program: typeof UNTOLD | typeof TOLD | typeof RETIRED = UNTOLD;
  #response: typeof SILENT | typeof HEAD_GIVEN | typeof ENDED = SILENT;

  constructor(host: StreamHost, id: number) {
    this.#host = host;
    this.id = id;
  }

  /** Whether the request has a body, though all of it may have come before the program was told of the request. */
  get hasBody(): boolean {
    return this.incoming !== null;
  }

  /** Octets of the request's body that the program has not consumed. */
  get unconsumed(): number {
    return this.incoming === null ? 0 : this.incoming.unconsumed;
  }

  /** Octets of the response's body that wait to leave. */
  get backlog(): number {
    return this.outgoing === null ? 0 : this.outgoing.length;
  }

  /** Whether nothing waits, and somebody waits to be told that it has left. */
  get onlyListeners(): boolean {
    return this.outgoing?.onlyListeners === true;
  }

  /** Whether the program was told of the request. */
  get dispatched(): boolean {
    return this.#program !== UNTOLD;
  }

  /** Whether the request's handler is done; until then the stream counts. */
  get retired(): boolean {
    return this.#program === RETIRED;
  }

  /** Whether the response is complete as far as the program is concerned. */
  get ended(): boolean {
    return this.#response === ENDED;
  }

  /** Whether a response can still leave. */
  get writable(): boolean {
    return canSend(this.state) && !this.ended;
  }

  /** Whether more of the request can come. */
  get readable(): boolean {
    return canReceive(this.state);
  }

  /** Whether the program is still told of what comes: it has not reset the stream, nor has the client. */
  get reportable(): boolean {
    return !this.dropped && this.state <= CLOSED;
  }

  /** The program is told of the request. */
  dispatch(): void {
    if (this.#program === UNTOLD) this.#program = TOLD;
  }

  /**
   * Sends an interim response.
   * @param status - 100 to 199, but not 101
   * @param fields - checked; those of the connection of HTTP/1.1 are left out
   */
  interim(status: number, fields: FieldList): void {
    if (this.#response === SILENT) this.#section(status, fieldsAround(fields), NO_FIELDS);
  }

  /**
   * Sends the head of the response; fields as of `interim`.
   * @param added - fields to follow those, fit to leave as they are; no secrets, and the same list where it was the same
   */
  head(status: number, fields: FieldList, added: FieldList = NO_FIELDS): void {
    if (this.#response !== SILENT) return;
    this.#response = HEAD_GIVEN;
    this.#section(status, fieldsToSend(fields), added);
  }

  #section(status: number, fields: FieldList, added: FieldList): void {
    if (!this.writable) return;
    const section = { status, fields, added };
    this.sections = this.sections.length === 0 ? [section] : [...this.sections, section];
    this.#host.schedule(this, 0);
  }

  /** What waited of heads has left. */
  sectionsSent(): void {
    this.sections = NO_SECTIONS;
  }

  /** The program is told when less than so many octets wait: more do. */
  awaitDrain(octets: number): void {
    this.outgoing ??= new OutgoingBody();
    this.outgoing.drainsBelow = octets;
  }

  /**
   * Sends a part of the body, after the head.
   * @param data - text, or octets that must not change any more
   * @param encoding - of text; UTF-8 where there is none
   * @param length - its octets
   * @param listener - is told when all of it has left, or why it never will
   */
  body(data: Uint8Array | string, encoding: Encoding, length: number, listener: LeftListener | null): void {
    if (!this.writable || this.#response === SILENT) {
      listener?.onLeft(new Http2Error('connectionClosed'));
      return;
    }
    this.outgoing ??= new OutgoingBody();
    this.outgoing.add(data, encoding ?? 'utf8', length, listener);
    this.#host.schedule(this, length);
  }

  /**
   * Ends the response.
   * @param trailers - checked; none where it is empty
   * @param listener - is told when all of the response has left, or why it never will
   */
  end(trailers: FieldList, listener: LeftListener | null): void {
    if (!this.writable || this.#response === SILENT) {
      listener?.onLeft(new Http2Error('connectionClosed'));
      return;
    }
    this.#listener = listener;
    const left = fieldsAround(trailers);
    if (left.entries.length > 0) this.trailers = left;
    this.#response = ENDED;
    this.#host.schedule(this, 0);
    this.retire();
  }

  /**
   * All of the response leaves.
   * @returns who waits for that
   */
  responseLeaves(): LeftListener | null {
    const listener = this.#listener;
    this.#listener = null;
    return listener;
  }

  /** What waits of the response never leaves. */
  dropResponse(error: Error): void {
    this.outgoing?.drop(error);
    this.responseLeaves()?.onLeft(error);
  }

  /** Gives the stream up with RST_STREAM; what waits is dropped. The listener is not told of it. */
  reset(fault: FaultName = 'cancelled'): void {
    this.#host.abort(this, fault);
    this.retire();
  }

  /** Octets of the request's body were consumed: the client may send as many more. */
  consumed(octets: number): void {
    const { incoming } = this;
    const counted = Math.min(octets, this.unconsumed);
    if (incoming === null || counted === 0) return;
    incoming.unconsumed -= counted;
    this.#host.giveBack(this, counted);
  }

  /**
   * Nobody reads the rest of the request. What comes of it is dropped, and when the response has left, the client is told
   * to stop: "a server MAY request that the client abort transmission of a request without error by sending a RST_STREAM
   * with an error code of NO_ERROR after sending a complete response" (§8.1).
   */
  drop(): void {
    if (this.dropped) return;
    this.dropped = true;
    this.consumed(this.unconsumed);
    if (this.ended) this.#host.schedule(this, 0);
  }

  /**
   * The request's handler is done. A stream that was reset counts as one of those that a client may have until then:
   * otherwise resets would start any number of handlers. The end of the response and `reset` say so as well.
   */
  retire(): void {
    if (this.retired) return;
    this.#program = RETIRED;
    this.#host.retire(this);
  }
}
