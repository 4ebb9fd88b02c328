/**
 * One stream: a request that comes, a response that leaves (RFC 9113 §5, §8.1).
 *
 * In: what a program answers, and how much of the request's body it has consumed. Out: what waits to leave, which the
 * sender takes when it is the stream's turn. On a stream that is closed nothing that is written goes anywhere, and
 * nothing is thrown: the client may have reset it at any time.
 */
import type { FieldList } from '../http/field-list.js';
import { Http2Error } from './errors.js';
import type { FaultName } from './faults.js';
import { HIGH_WATER_MARK } from './limits.js';
import { OutgoingBody, type Written } from './outgoing-body.js';
import { NO_PRIORITY, type Priority } from './priority.js';
import type { ReceiveWindow } from './receive-window.js';
import type { RequestHead } from './request-head.js';
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
}

export class Stream implements Ordered {
  readonly id: number;
  /** The head of the request. */
  readonly request: RequestHead;
  /** The caller's, for whatever it keeps with a stream. */
  context: unknown = undefined;

  /** One of the states of stream-states.ts. */
  state = IDLE;
  /** Octets of data that the client lets leave on this stream; below zero where it lowered its settings (§6.9.2). */
  sendWindow = 0;
  /** Octets of data that have left. */
  sent = 0;
  /** What the client may send; null until it sends a body. */
  receiveWindow: ReceiveWindow | null = null;
  /** Octets of the body that have come, and those that the program has not consumed. */
  received = 0;
  unconsumed = 0;
  /** Whether what comes of the body is of no concern any more. */
  dropped = false;
  /** Whether the program was told of the request. */
  dispatched = false;
  /** Whether the request's handler is done; until then the stream counts. */
  retired = false;
  /** Whether the program waits to be told that less is waiting. */
  wantsDrain = false;
  /** Octets that wait below which it is told so. */
  highWaterMark = HIGH_WATER_MARK;

  /** Heads that wait. */
  sections: FieldSection[] = [];
  readonly outgoing = new OutgoingBody();
  trailers: FieldList | null = null;
  /** Whether the response is complete as far as the program is concerned. */
  ended = false;

  urgency: number;
  incremental: boolean;
  place = UNPLACED;
  before: Ordered | null = null;
  after: Ordered | null = null;
  /** The next stream of those that have something to send that no window holds back. */
  nextExempt: Stream | null = null;
  exempt = false;

  readonly #host: StreamHost;
  #hasHead = false;

  constructor(host: StreamHost, id: number, request: RequestHead) {
    this.#host = host;
    this.id = id;
    this.request = request;
    this.urgency = NO_PRIORITY.urgency;
    this.incremental = NO_PRIORITY.incremental;
  }

  /** Octets of the response's body that wait to leave. */
  get backlog(): number {
    return this.outgoing.length;
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

  prioritize(priority: Priority): void {
    this.urgency = priority.urgency;
    this.incremental = priority.incremental;
  }

  /**
   * Sends an interim response.
   * @param status - 100 to 199, but not 101
   * @param fields - checked; those of the connection of HTTP/1.1 are left out
   */
  interim(status: number, fields: FieldList): void {
    if (!this.#hasHead) this.#section(status, fieldsAround(fields));
  }

  /** Sends the head of the response; fields as of `interim`. */
  head(status: number, fields: FieldList): void {
    if (this.#hasHead) return;
    this.#hasHead = true;
    this.#section(status, fieldsToSend(fields));
  }

  #section(status: number, fields: FieldList): void {
    if (!this.writable) return;
    this.sections.push({ status, fields });
    this.#host.schedule(this, 0);
  }

  /**
   * Sends a part of the body, after the head.
   * @param data - text, or octets that must not change any more
   * @param encoding - of text; UTF-8 where there is none
   * @param length - its octets
   * @param written - is told when all of it has left, or why it never will
   */
  body(data: Uint8Array | string, encoding: Encoding, length: number, written: Written | null): void {
    if (!this.writable || !this.#hasHead) {
      written?.(new Http2Error('connectionClosed'));
      return;
    }
    this.outgoing.add(data, encoding ?? 'utf8', length, written);
    this.#host.schedule(this, length);
  }

  /**
   * Ends the response.
   * @param trailers - checked; none where it is empty
   * @param written - is told when all of the response has left, or why it never will
   */
  end(trailers: FieldList, written: Written | null): void {
    if (!this.writable || !this.#hasHead) {
      written?.(new Http2Error('connectionClosed'));
      return;
    }
    if (written !== null) this.outgoing.add('', 'latin1', 0, written);
    const left = fieldsAround(trailers);
    if (left.entries.length > 0) this.trailers = left;
    this.ended = true;
    this.#host.schedule(this, 0);
    this.retire();
  }

  /** Gives the stream up with RST_STREAM; what waits is dropped. The listener is not told of it. */
  reset(fault: FaultName = 'cancelled'): void {
    this.#host.abort(this, fault);
    this.retire();
  }

  /** Octets of the request's body were consumed: the client may send as many more. */
  consumed(octets: number): void {
    const counted = Math.min(octets, this.unconsumed);
    if (counted === 0) return;
    this.unconsumed -= counted;
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
    this.retired = true;
    this.#host.retire(this);
  }
}
