/**
 * Receives DATA frames (RFC 9113 §6.1, §5.2).
 *
 * In: their heads, and their data as it comes. Out: data for the listener, windows that are taken and given back. Every
 * octet counts against the connection's window, padding included, and every one that nobody will consume is given back at
 * once: else a client could close the window for all streams.
 */
import type { Buffer } from 'node:buffer';
import { Http2Error } from './errors.js';
import { EMPTY_DATA_ACCOUNT, type FrameAccounts } from './frame-accounts.js';
import type { IncomingBody } from './incoming-body.js';
import { END_STREAM } from './protocol.js';
import type { RequestDelivery } from './request-delivery.js';
import type { Stream } from './stream.js';
import type { StreamControl } from './stream-control.js';
import { RECEIVE_DATA, transition } from './stream-states.js';

export class DataReceiver {
  readonly #control: StreamControl;
  readonly #delivery: RequestDelivery;
  readonly #accounts: FrameAccounts;
  /** The stream of the frame that is under way; null where its data are nobody's. */
  #stream: Stream | null = null;
  #endStream = false;

  constructor(control: StreamControl, delivery: RequestDelivery, accounts: FrameAccounts) {
    this.#control = control;
    this.#delivery = delivery;
    this.#accounts = accounts;
  }

  /** The head of a DATA frame. */
  begin(id: number, flags: number, length: number): void {
    const control = this.#control;
    this.#endStream = (flags & END_STREAM) !== 0;
    this.#stream = null;
    const { fault, effect } = transition(control.streams.stateOf(id), RECEIVE_DATA);
    if (!control.receiveWindow.take(length)) throw new Http2Error('connectionWindowExceeded');
    if (fault !== null) control.fault(id, fault);
    // Data that is ignored was under way when its stream was reset, and costs its sender more than it costs here.
    else if (effect === 'body') this.#stream = this.#take(control.streams.get(id) as Stream, length);
    if (this.#stream === null) control.giveBackToConnection(length);
  }

  #take(stream: Stream, length: number): Stream | null {
    // A request that has not ended has a body that comes.
    if ((stream.incoming as IncomingBody).window.take(length)) return stream;
    this.#control.fault(stream.id, 'windowExceeded');
    return null;
  }

  /** So many octets of the frame are data, and so many padding. */
  length(data: number, padding: number): void {
    if (data > 0) this.#accounts.earn(data);
    else if (!this.#endStream) this.#accounts.charge(EMPTY_DATA_ACCOUNT);
    const stream = this.#stream;
    if (stream === null) return;
    const incoming = stream.incoming as IncomingBody;
    incoming.received += data;
    if (incoming.announced !== null && incoming.received > incoming.announced) {
      this.#stream = null;
      this.#control.fault(stream.id, 'contentLengthMismatch');
      this.#control.giveBackToConnection(data + padding);
    } else if (padding > 0) this.#control.giveBack(stream, padding);
  }

  data(data: Buffer): void {
    const stream = this.#stream;
    if (stream === null) return;
    if (!stream.readable) this.#control.giveBackToConnection(data.length);
    else if (stream.dropped) this.#control.giveBack(stream, data.length);
    else {
      (stream.incoming as IncomingBody).unconsumed += data.length;
      this.#delivery.data(stream, data);
    }
  }

  end(): void {
    const stream = this.#stream;
    this.#stream = null;
    if (this.#endStream && stream?.readable) this.#control.endRequest(stream, []);
  }
}
