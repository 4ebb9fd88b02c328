/**
 * What happens to the streams of a connection: how they open, end, are reset, and get their windows (RFC 9113 §5).
 *
 * In: what frames mean and what programs want. Out: changed states, frames that wait to leave, and news for the listener.
 * What a client is to blame for is charged to an account: whether it resets streams, or makes us reset them.
 */

import { Http2Error } from './errors.js';
import { FAULTS, type FaultName } from './faults.js';
import { type FrameAccounts, RESET_ACCOUNT } from './frame-accounts.js';
import { IncomingBody } from './incoming-body.js';
import { CONNECTION_WINDOW, QUANTUM_BYTES, WIDE_CONNECTION_WINDOW } from './limits.js';
import type { Priority } from './priority.js';
import { INITIAL_WINDOW_SIZE, LARGEST_WINDOW } from './protocol.js';
import { ReceiveWindow } from './receive-window.js';
import type { RequestDelivery } from './request-delivery.js';
import type { Sender } from './sender.js';
import { Stream, type StreamHost } from './stream.js';
import {
  CLOSED,
  HALF_CLOSED_LOCAL,
  IDLE,
  RECEIVE_END_STREAM,
  RECEIVE_HEADERS,
  RECEIVE_RST_STREAM,
  RESET_SENT,
  SEND_END_STREAM,
  SEND_RST_STREAM,
  transition,
} from './stream-states.js';
import type { StreamTable } from './stream-table.js';

/** What it has to do with. */
export interface ControlledParts {
  readonly streams: StreamTable;
  readonly sender: Sender;
  readonly delivery: RequestDelivery;
  readonly accounts: FrameAccounts;
}

export class StreamControl implements StreamHost {
  readonly streams: StreamTable;
  readonly receiveWindow = new ReceiveWindow(CONNECTION_WINDOW, true);
  /** The SETTINGS_INITIAL_WINDOW_SIZE of the client. */
  initialWindow = INITIAL_WINDOW_SIZE;
  readonly #sender: Sender;
  readonly #delivery: RequestDelivery;
  readonly #accounts: FrameAccounts;
  readonly #announce: () => void;
  #isWide = false;

  /** @param announce - is told that there is something to send */
  constructor({ streams, sender, delivery, accounts }: ControlledParts, announce: () => void) {
    this.streams = streams;
    this.#sender = sender;
    this.#delivery = delivery;
    this.#accounts = accounts;
    this.#announce = announce;
  }

  // What programs want

  schedule(stream: Stream, octets: number): void {
    this.#sender.backlog += octets;
    // The response left before its program gave up the rest of the request.
    if (stream.state === HALF_CLOSED_LOCAL && stream.dropped) this.#sendReset(stream, 'responseComplete');
    else this.#sender.schedule(stream);
    this.#announce();
  }

  abort(stream: Stream, fault: FaultName): void {
    if (stream.state >= CLOSED) return;
    this.#sendReset(stream, fault);
    this.#clear(stream, new Http2Error(fault));
    this.#announce();
  }

  /** What a program wrote isn't there any more. */
  breakOff(stream: Stream): void {
    if (stream.state >= CLOSED) return;
    this.#sendReset(stream, 'bufferResized');
    this.#end(stream, new Http2Error('bufferResized'));
    this.#announce();
  }

  giveBack(stream: Stream, octets: number): void {
    this.giveBackToConnection(octets);
    if (!stream.readable || stream.incoming === null) return;
    const increment = stream.incoming.window.giveBack(octets);
    if (increment === 0) return;
    this.#sender.control.windowUpdate(stream.id, increment);
    this.#announce();
  }

  giveBackToConnection(octets: number): void {
    const increment = this.receiveWindow.giveBack(octets);
    if (increment === 0) return;
    this.#sender.control.windowUpdate(0, increment);
    this.#announce();
  }

  /** Whether clients can send hardly any body, since so much lies unread, and could send more in a wider window. */
  get isHeldBack(): boolean {
    return !this.#isWide && this.receiveWindow.available < QUANTUM_BYTES;
  }

  /** From here on each stream is held to its own window alone. */
  widen(): void {
    if (this.#isWide) return;
    this.#isWide = true;
    const increment = WIDE_CONNECTION_WINDOW - CONNECTION_WINDOW;
    this.receiveWindow.widen(increment);
    this.#sender.control.windowUpdate(0, increment);
    this.#announce();
  }

  retire(stream: Stream): void {
    this.streams.retire(stream);
  }

  // What frames mean

  /** @param announced - what Content-Length says of the body; null where it says nothing */
  open(id: number, announced: number | null, endStream: boolean): Stream {
    let state = transition(IDLE, RECEIVE_HEADERS).next;
    if (endStream) state = transition(state, RECEIVE_END_STREAM).next;
    const stream = new Stream(this, id);
    stream.state = state;
    if (!endStream) stream.incoming = new IncomingBody(announced);
    stream.sendWindow = this.initialWindow;
    this.streams.add(stream);
    return stream;
  }

  /** A stream is opened after the last one that is served: what comes on it is nobody's. */
  ignore(id: number): void {
    this.streams.note(id, RESET_SENT);
  }

  /** A stream is refused or malformed before it was opened. */
  refuse(id: number, fault: FaultName): void {
    this.streams.note(id, RESET_SENT);
    this.#sender.control.reset(id, FAULTS[fault].code);
    this.#delivery.refused(id, fault);
    this.#accounts.charge(RESET_ACCOUNT);
  }

  /** The client ends a request. */
  endRequest(stream: Stream, trailers: string[]): void {
    const { incoming } = stream;
    if (incoming !== null && incoming.announced !== null && incoming.announced !== incoming.received) {
      this.fault(stream.id, 'contentLengthMismatch');
      return;
    }
    stream.state = transition(stream.state, RECEIVE_END_STREAM).next;
    if (stream.state === CLOSED) this.streams.close(stream);
    if (!stream.dropped) this.#delivery.end(stream, trailers);
  }

  /** A response has left. */
  endResponse(stream: Stream): void {
    stream.state = transition(stream.state, SEND_END_STREAM).next;
    if (stream.state === CLOSED) this.streams.close(stream);
    else if (stream.dropped) this.#sendReset(stream, 'responseComplete');
  }

  /** The client resets a stream. */
  resetByClient(stream: Stream, code: number): void {
    stream.state = transition(stream.state, RECEIVE_RST_STREAM).next;
    this.streams.close(stream);
    this.#end(stream, new Http2Error('resetByClient', code));
    this.#accounts.charge(RESET_ACCOUNT);
  }

  /**
   * What a client did wrong on a stream: resets it, or ends the connection.
   * @throws Http2Error where the fault is one of the connection, or there were too many
   */
  fault(id: number, fault: FaultName): void {
    if (FAULTS[fault].scope === 'connection') throw new Http2Error(fault);
    const stream = this.streams.get(id);
    if (stream !== undefined) {
      this.#sendReset(stream, fault);
      this.#end(stream, new Http2Error(fault));
    } else {
      this.#sender.control.reset(id, FAULTS[fault].code);
      this.#delivery.refused(id, fault);
      if (id > this.streams.lastId) this.streams.note(id, RESET_SENT);
    }
    this.#accounts.charge(RESET_ACCOUNT);
  }

  /** Changes the priority of a stream that exists. */
  prioritize(stream: Stream, priority: Priority): void {
    this.#sender.remove(stream);
    stream.priority = priority;
    this.#sender.schedule(stream);
  }

  /** Opens the window of a stream, or of the connection where there is none. */
  openWindow(stream: Stream | null, increment: number): void {
    if (stream === null) {
      if (increment === 0) throw new Http2Error('connectionWindowIncrementZero');
      this.#sender.window += increment;
      if (this.#sender.window > LARGEST_WINDOW) throw new Http2Error('connectionWindowTooLarge');
    } else if (increment === 0) this.fault(stream.id, 'windowIncrementZero');
    else if (stream.sendWindow + increment > LARGEST_WINDOW) this.fault(stream.id, 'windowTooLarge');
    else {
      stream.sendWindow += increment;
      this.#sender.schedule(stream);
    }
  }

  /** "A receiver MUST adjust the size of all stream flow-control windows that it maintains by the difference", §6.9.2. */
  setInitialWindow(size: number): void {
    const difference = size - this.initialWindow;
    if (difference === 0) return;
    this.initialWindow = size;
    for (const stream of this.streams.values()) {
      stream.sendWindow += difference;
      if (stream.sendWindow > LARGEST_WINDOW) throw new Http2Error('initialWindowOverflow');
      if (stream.sendWindow <= 0) this.#sender.remove(stream);
      else this.#sender.schedule(stream);
    }
  }

  /** The connection has ended: all streams have. */
  closeAll(error: Http2Error): void {
    for (const stream of [...this.streams.values()]) {
      stream.state = RESET_SENT;
      this.streams.close(stream);
      if (stream.incoming !== null) stream.incoming.unconsumed = 0;
      this.#end(stream, error);
    }
  }

  #end(stream: Stream, error: Http2Error): void {
    this.#clear(stream, error);
    this.#delivery.reset(stream, error);
  }

  #sendReset(stream: Stream, fault: FaultName): void {
    stream.state = transition(stream.state, SEND_RST_STREAM).next;
    this.streams.close(stream);
    this.#sender.control.reset(stream.id, FAULTS[fault].code);
  }

  /** What waits on a stream that was reset is dropped, and what its client sent counts no more. */
  #clear(stream: Stream, error: Http2Error): void {
    this.#sender.remove(stream);
    this.#sender.backlog -= stream.backlog;
    const { unconsumed } = stream;
    if (stream.incoming !== null) stream.incoming.unconsumed = 0;
    this.giveBackToConnection(unconsumed);
    stream.dropResponse(error);
  }
}
