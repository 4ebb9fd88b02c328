/**
 * The server's end of an HTTP/2 connection (RFC 9113).
 *
 * In: segments of bytes, the time, and what programs answer on their streams. Out: requests, told to a listener, and
 * bytes that leave, when they are asked for. No socket, stream or timer: whoever has the socket calls `receive` with what
 * came, writes what `pull` gives until it gives nothing, and calls `settle` after it. What a client sends ends in a
 * request, in an error of a stream, or in GOAWAY with its reason; never in an exception.
 */
import type { Buffer } from 'node:buffer';
import { AnswerRoom } from './answer-room.js';
import type { ConnectionListener } from './connection-listener.js';
import { ControlReceiver, SHUTDOWN_PING } from './control-receiver.js';
import { DataReceiver } from './data-receiver.js';
import { NO_ERROR } from './error-codes.js';
import { Http2Error } from './errors.js';
import type { FaultName } from './faults.js';
import { FieldReceiver } from './field-receiver.js';
import type { Frame } from './frame.js';
import { FrameAccounts, UNKNOWN_ACCOUNT } from './frame-accounts.js';
import { FrameReader, type FrameSink } from './frame-reader.js';
import { faultOfHead, isKnownFrame } from './frame-rules.js';
import { HpackEncoder } from './hpack/encoder.js';
import { FATAL_CONTROL_BYTES, HANDED_OUT_BYTES, MAX_CONTROL_BYTES } from './limits.js';
import { ACK, CONTINUATION, DATA, HEADERS, LARGEST_STREAM_ID, SETTINGS } from './protocol.js';
import { RequestDelivery } from './request-delivery.js';
import { SendProgress } from './send-progress.js';
import { type Output, Sender } from './sender.js';
import { type ConnectionOptions, greet, settingsOf } from './server-settings.js';
import type { Stream } from './stream.js';
import { StreamControl } from './stream-control.js';
import { StreamTable } from './stream-table.js';

export class Http2Connection implements FrameSink {
  readonly #listener: ConnectionListener;
  readonly #accounts = new FrameAccounts();
  readonly #reader = new FrameReader(this);
  readonly #sender: Sender;
  readonly #progress: SendProgress;
  readonly #delivery: RequestDelivery;
  readonly #control: StreamControl;
  readonly #fields: FieldReceiver;
  readonly #data: DataReceiver;
  readonly #frames: ControlReceiver;
  #error: Http2Error | null = null;
  #receiving = false;
  #announced = false;
  #shuttingDown = false;
  #lastServed = LARGEST_STREAM_ID;

  constructor(listener: ConnectionListener, options: ConnectionOptions = {}) {
    const settings = settingsOf(options);
    const accounts = this.#accounts;
    const encoder = new HpackEncoder();
    const sender = new Sender(encoder, accounts, (stream) => control.endResponse(stream));
    const streams = new StreamTable();
    const delivery = new RequestDelivery(listener, new AnswerRoom(sender, streams));
    const control = new StreamControl({ streams, sender, delivery, accounts }, () => this.#announce());
    const parts = { listener, accounts, encoder, sender, delivery, control };
    this.#listener = listener;
    this.#sender = sender;
    this.#progress = new SendProgress(sender);
    this.#delivery = delivery;
    this.#control = control;
    this.#data = new DataReceiver(control, delivery, accounts);
    this.#frames = new ControlReceiver(parts, () => {
      if (this.#shuttingDown) this.finishShutdown();
    });
    this.#fields = new FieldReceiver(parts, this.#frames.earlyPriorities, settings);
    greet(sender.control, settings);
  }

  // What the transport does

  /**
   * Reads a segment, and tells the listener of what is in it. The segment is lent until this returns.
   * @param now - milliseconds of a clock that doesn't go back
   */
  receive(segment: Buffer, now: number): void {
    if (this.#error !== null) return;
    this.#accounts.now = now;
    this.#receiving = true;
    try {
      this.#reader.read(segment);
      if (this.#sender.control.length > FATAL_CONTROL_BYTES) throw new Http2Error('answersUnread');
      this.#delivery.admit();
    } catch (error) {
      // Whatever else is thrown comes from the listener: what it was told is not known any more.
      if (!(error instanceof Http2Error)) {
        this.fail('connectionFailed');
        throw error;
      }
      this.#fail(error);
    } finally {
      this.#receiving = false;
    }
  }

  /**
   * What is to be written now; null where nothing is, or nothing can.
   * @param maxBytes - octets beyond which no further frame is begun. Default 128 KiB
   * @param copied - octets up to which a part of a body is copied, for it may wait in the socket. Default 0
   */
  pull(maxBytes: number = HANDED_OUT_BYTES, copied = 0): Output | null {
    this.#announced = false;
    try {
      return this.#sender.pull(maxBytes, copied);
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      // Part of a frame is missing: nothing of this turn leaves, and nothing after it but the reason.
      this.#sender.discard(error);
      this.#fail(error);
      return this.#sender.pull(maxBytes);
    }
  }

  /** What `pull` gave is on its way: tells the listener of what there is room for now. */
  settle(): void {
    for (let stream = this.#sender.broken.pop(); stream !== undefined; stream = this.#sender.broken.pop())
      this.#control.breakOff(stream);
    if (this.#sender.drained.length > 0) {
      const { drained } = this.#sender;
      this.#sender.drained = [];
      for (const stream of drained) if (stream.writable) this.#listener.onDrain(stream);
    }
    if (this.#delivery.holding) this.#delivery.admit();
  }

  /**
   * Resets the streams whose client takes next to nothing of what waits for it (a window that stays closed, or opens
   * octet by octet). To be called now and then.
   * @param now - milliseconds of the clock of `receive`
   * @param timeout - milliseconds in which PROGRESS_BYTES of a stream should leave
   * @param unsent - octets of what was handed out that its socket has not sent yet
   */
  checkProgress(now: number, timeout: number, unsent: number): void {
    if (this.#error !== null) return;
    this.#accounts.now = now;
    try {
      for (const { id } of this.#progress.stalled(this.#control.streams.values(), now, timeout, unsent))
        this.#control.fault(id, 'responseUnread');
      this.#delivery.admit();
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      this.#fail(error);
    }
    if (this.#sender.ready) this.#announce();
  }

  /** The connection is lost, or is to be: all streams end, and nothing leaves any more but what waits already. */
  close(error: Http2Error = new Http2Error('connectionClosed')): void {
    if (this.#error !== null) return;
    this.#error = error;
    this.#control.closeAll(error);
  }

  /** Gives the connection up with GOAWAY. */
  fail(fault: FaultName): void {
    this.#fail(new Http2Error(fault));
  }

  #fail(error: Http2Error): void {
    if (this.#error !== null) return;
    const lastId = Math.min(this.#control.streams.lastId, this.#lastServed);
    this.close(error);
    this.#sender.control.goaway(lastId, error.errorCode, error.reason);
    this.#announce();
    this.#listener.onError(error);
  }

  /**
   * Begins to end the connection: the client is told to begin no more streams, and those that are under way to here are
   * served. When it has read that, which a PING tells, the shutdown is finished by itself; a caller that doesn't want to
   * wait for it calls `finishShutdown`. "A server that is attempting to gracefully shut down a connection SHOULD send an
   * initial GOAWAY frame with the last stream identifier set to 2^31-1", §6.8.
   */
  shutdown(): void {
    if (this.#shuttingDown || this.#error !== null) return;
    this.#shuttingDown = true;
    this.#sender.control.goaway(LARGEST_STREAM_ID, NO_ERROR, '');
    this.#sender.control.ping(SHUTDOWN_PING);
    this.#announce();
  }

  /** Says which stream is the last that is served; those after it are ignored, and may be tried again elsewhere. */
  finishShutdown(): void {
    if (this.#lastServed !== LARGEST_STREAM_ID || this.#error !== null) return;
    this.#shuttingDown = true;
    this.#lastServed = this.#control.streams.lastId;
    this.#fields.lastServed = this.#lastServed;
    this.#sender.control.goaway(this.#lastServed, NO_ERROR, '');
    this.#announce();
  }

  /** Whether the client's answers to us wait in such a number that no more may be read before they have left. */
  get congested(): boolean {
    return this.#sender.control.length > MAX_CONTROL_BYTES;
  }

  /** Whether bodies that programs leave unread keep the client from sending others. */
  get bodiesHeldBack(): boolean {
    // Held requests wait for their answers' room, and not for their readers.
    return this.#error === null && !this.#delivery.holding && this.#control.isHeldBack;
  }

  /** Lets the client send others all the same. */
  letBodiesCome(): void {
    if (this.bodiesHeldBack) this.#control.widen();
  }

  /** Streams that are open. */
  get openStreams(): number {
    return this.#control.streams.size;
  }

  /** Whether so many octets more of a stream leave with what is handed out next. */
  canLeave(stream: Stream, octets: number): boolean {
    const { backlog, window } = this.#sender;
    return (
      backlog + octets <= Math.min(HANDED_OUT_BYTES, window) && stream.backlog + octets <= stream.sendWindow
    );
  }

  /** Octets of all answers that wait. */
  get backlog(): number {
    return this.#sender.backlog;
  }

  /** Whether what the client has sent so far ends in the middle of a frame or of a field block. */
  get cut(): boolean {
    return !this.#reader.betweenFrames || this.#fields.inBlock;
  }

  /** Whether the client owes the rest of its greeting, or of anything but data that it has begun. */
  get headUnderWay(): boolean {
    return !this.#frames.settings.received || (this.cut && !this.#reader.inData);
  }

  /** Whether the client has acknowledged our settings, §6.5.3. */
  get acknowledged(): boolean {
    return this.#frames.unacknowledged === 0;
  }

  /** Why the connection has ended; null as long as it hasn't. */
  get error(): Http2Error | null {
    return this.#error;
  }

  /** Whether the socket can be closed: the connection was given up or shut down, no stream is open, all has left. */
  get finished(): boolean {
    const isOver = this.#error !== null || (this.#lastServed !== LARGEST_STREAM_ID && this.openStreams === 0);
    return isOver && !this.#sender.ready;
  }

  #announce(): void {
    if (this.#receiving || this.#announced) return;
    this.#announced = true;
    this.#listener.onOutput();
  }

  // What the reader of frames reports

  onFrameHead(frame: Frame): void {
    // The listener gave the connection up.
    if (this.#error !== null) throw this.#error;
    const { type, flags, streamId, length } = frame;
    const fault = faultOfHead(type, streamId, length);
    if (fault !== null) throw new Http2Error(fault);
    if (!this.#frames.settings.received && (type !== SETTINGS || (flags & ACK) !== 0))
      throw new Http2Error('settingsExpected');
    if (type === CONTINUATION) this.#fields.expectContinuation(streamId, length);
    else if (this.#fields.inBlock) throw new Http2Error('continuationExpected');
    else if (type === DATA) this.#data.begin(streamId, flags, length);
    else if (!isKnownFrame(type)) this.#accounts.charge(UNKNOWN_ACCOUNT);
  }

  onFrame(frame: Frame): void {
    if (frame.type === HEADERS) this.#fields.headers(frame);
    else if (frame.type === CONTINUATION) this.#fields.continuation(frame);
    else this.#frames.receive(frame);
  }

  onDataLength(data: number, padding: number): void {
    this.#data.length(data, padding);
  }

  onData(data: Buffer): void {
    this.#data.data(data);
  }

  onDataEnd(): void {
    this.#data.end();
  }
}
