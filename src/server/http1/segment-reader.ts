/**
 * Reads what one connection receives.
 *
 * In: segments as they arrive, some in memory that is only lent. Out: what is in them, through the parser to the delivery;
 * then the answers that were ready at once, in one write. Reads no further than can be answered: the rest waits, as a copy
 * where it was lent, until there is room.
 */
import { Buffer } from 'node:buffer';
import { maxHeaderSize } from 'node:http';
import type { Validation } from '../../http1/field-line.js';
import { type FieldsBeyond, type ParserOptions, RequestParser } from '../../http1/request-parser.js';
import { WireError } from '../../http1/wire-error.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import { runInScope } from '../../node/domains.js';
import { nextTick, setImmediate } from '../../node/timers.js';
import type { ConnectionClock } from '../connection-clock.js';
import { fieldsBeyond, maxFieldsOf } from '../field-limits.js';
import type { HttpServer } from '../http-server.js';
import { validationOf } from '../server-options.js';
import { ANSWERS_WAIT } from './reading-gate.js';
import type { DeliveredSegment, DeliveringConnection, RequestDelivery } from './request-delivery.js';

/** The connection, as far as the reading of its segments goes. */
export interface ReadConnection extends DeliveringConnection {
  readonly clock: ConnectionClock;
  /** Whether what the client sends was refused. */
  readonly isRefused: boolean;
  /** What came after the refusal. */
  repeatRefusal(chunk: Buffer): void;
  /** What was read is no acceptable request. */
  refuseRead(error: WireError): void;
  /** The client has sent all it will, and all of that has been read. */
  endInput(): void;
  /** The body of the request with which the connection leaves HTTP goes on in a later segment. */
  beginUpgrade(request: IncomingMessage): void;
  /** What comes after that request is another protocol's. */
  leaveHttp(request: IncomingMessage, rest: Buffer): void;
}

/** What a server lets in. A class, for V8 makes an object that has an accessor of its own slowly. */
class Limits implements ParserOptions {
  readonly maxHeadBytes: number;
  readonly maxFields: number | undefined;
  readonly validation: Validation;
  readonly #server: HttpServer;

  constructor(server: HttpServer) {
    this.maxHeadBytes = server.maxHeaderSize || maxHeaderSize;
    this.maxFields = maxFieldsOf(server);
    this.validation = validationOf(server);
    this.#server = server;
  }

  get fieldsBeyond(): FieldsBeyond {
    return fieldsBeyond(this.#server);
  }
}

export class SegmentReader implements DeliveredSegment {
  /** Within `receive`: only at its end is it known what it leaves unread. */
  isReceiving = false;
  /** Length of the segment that was received last. */
  #received = 0;
  /** What is being received lies in memory that others will have after it. */
  #isLent = false;
  /** The connection leaves HTTP once what was asked before that has been answered. */
  #isLeaving = false;
  readonly #connection: ReadConnection;
  readonly #delivery: RequestDelivery;
  readonly #parser: RequestParser;

  constructor(connection: ReadConnection, delivery: RequestDelivery) {
    this.#connection = connection;
    this.#delivery = delivery;
    this.#parser = new RequestParser(delivery, new Limits(connection.server));
  }

  /** Index in the segment of the first byte that has not been read. */
  get position(): number {
    return this.#parser.position;
  }

  /** Whether the segment has been read to its end. */
  get isAtEnd(): boolean {
    return this.#parser.position === this.#received;
  }

  /** Whether no request is under way: none of its bytes has come, or all have. */
  get isIdle(): boolean {
    return this.#parser.idle;
  }

  /** Whether something was received beyond the request that came last. */
  get hasMoreRequests(): boolean {
    if (this.#connection.gate.unread !== null) return true;
    if (this.isReceiving) return this.#received - this.#parser.position > this.#parser.bodyBytesLeft;
    return this.#delivery.incoming === null && !this.#parser.idle;
  }

  /** Octets of the present request's body that haven't come, as far as that is known. */
  get bodyBytesLeft(): number {
    return this.#parser.bodyBytesLeft;
  }

  /** Reads what arrived in memory that is only lent. */
  receiveLent(segment: Buffer): void {
    this.#isLent = true;
    try {
      this.receive(segment, true);
    } finally {
      this.#isLent = false;
    }
  }

  /** What was lent is lost before it was read. */
  overrun(): void {
    if (this.isAtEnd) return;
    this.#parser.stop();
    this.#connection.socket.destroy();
  }

  /** What may outlive the present call. */
  keep(bytes: Buffer): Buffer {
    return this.#isLent ? Buffer.from(bytes) : bytes;
  }

  /**
   * Reads what arrived and hands on the requests in it; what they answer at once leaves in one write.
   * @param fresh - called from the event loop, in the async context in which the connection came
   */
  receive(segment: Buffer, fresh: boolean): void {
    const scope = this.#delivery.contexts.scopeOf(fresh);
    if (scope === null) this.#receive(segment, fresh);
    else runInScope(scope, this.#receive, this, segment, fresh);
  }

  #receive(segment: Buffer, fresh: boolean): void {
    const connection = this.#connection;
    if (connection.isRefused) {
      connection.repeatRefusal(this.keep(segment));
      return;
    }
    // The program let the socket flow though answers wait.
    if (connection.gate.unread !== null) {
      this.#wait(segment);
      return;
    }
    this.#delivery.beginSegment(fresh);
    if (connection.observation !== null) connection.observation.received.begin(segment);
    const consumed = this.#read(segment);
    const { upgrade, incoming } = this.#delivery;
    if (upgrade === null || upgrade === incoming) this.#goOn(segment, consumed);
    if (upgrade !== null) this.#leave(upgrade, segment.subarray(consumed));
  }

  /** Another protocol begins after the answers to what was asked before. */
  #leave(upgrade: IncomingMessage, rest: Buffer): void {
    const connection = this.#connection;
    if (!connection.responses.isEmpty) {
      this.#isLeaving = true;
      connection.clock.requestWaits();
      this.#wait(rest);
    } else if (upgrade === this.#delivery.incoming) {
      connection.beginUpgrade(upgrade);
    } else {
      connection.leaveHttp(upgrade, this.keep(rest));
    }
  }

  /** Called in a tick of its own: what a listener throws keeps no answer from being told of. */
  leaveAnswered(): void {
    const { gate, isOver, socket } = this.#connection;
    const { upgrade } = this.#delivery;
    const rest = gate.takeUnread();
    if (upgrade === null || rest === null || isOver || socket.destroyed) return;
    gate.lift(ANSWERS_WAIT);
    const hasEnded = gate.takeEnd();
    this.#leave(upgrade, rest);
    if (upgrade === this.#delivery.incoming) {
      if (rest.length > 0) this.receive(rest, false);
      socket.resume();
    } else if (hasEnded) {
      // It was told to the server's own listener, which the program's take the place of.
      socket.emit('end');
    }
  }

  /** Returns how many bytes were read. */
  #read(segment: Buffer): number {
    const { output } = this.#connection;
    this.isReceiving = true;
    this.#received = segment.length;
    output.held = true;
    try {
      return this.#parser.execute(segment);
    } catch (error) {
      this.#fail(error, segment);
      return segment.length;
    } finally {
      output.held = false;
      try {
        output.settle();
      } finally {
        this.isReceiving = false;
      }
    }
  }

  /** What was not read waits until there is room for its answers. */
  #goOn(segment: Buffer, consumed: number): void {
    const { observation, clock } = this.#connection;
    if (observation !== null) this.#delivery.tellRest(observation, this.#parser.inHead);
    if (this.#parser.paused && consumed < segment.length) this.#wait(segment.subarray(consumed));
    this.resume();
    if (this.#parser.idle) return;
    clock.requestArrives();
    this.#delivery.keepContext();
  }

  #wait(rest: Buffer): void {
    const { gate } = this.#connection;
    const { unread } = gate;
    gate.unread = unread === null ? this.keep(rest) : Buffer.concat([unread, rest]);
    gate.shut(ANSWERS_WAIT);
  }

  /** @throws error, where it is no fault of the client's */
  #fail(error: unknown, segment: Buffer): void {
    if (error instanceof WireError) {
      error.bytesParsed = Math.min(error.bytesParsed + this.#parser.position, segment.length);
      error.rawPacket = this.keep(segment);
      this.#connection.refuseRead(error);
      return;
    }
    if (this.#delivery.isInHandler || this.#delivery.isInBody) {
      // The program may survive what it threw: then the requests after this one are served.
      const rest = segment.subarray(this.#parser.position);
      if (rest.length > 0) {
        this.#wait(rest);
        setImmediate(resume, this);
      }
    } else {
      this.#connection.socket.destroy();
    }
    throw error;
  }

  /** No further request is read until there is room for its answer. */
  pause(): void {
    this.#parser.paused = true;
  }

  /** Reads on where that had stopped because answers waited, once there is room. */
  resume(): void {
    const { gate, responses, socket } = this.#connection;
    if (this.#isLeaving && responses.isEmpty) {
      this.#isLeaving = false;
      nextTick(leaveAnswered, this);
    }
    const isShut = gate.isShutFor(ANSWERS_WAIT);
    // Mostly nothing had stopped.
    if (!isShut && !this.#parser.paused) return;
    if (this.isReceiving || !responses.hasRoom || this.#delivery.upgrade !== null) return;
    this.#parser.paused = false;
    if (!isShut) return;
    gate.lift(ANSWERS_WAIT);
    const unread = gate.takeUnread();
    try {
      if (unread !== null) this.receive(unread, false);
    } finally {
      if (!gate.isShutFor(ANSWERS_WAIT) && this.#delivery.upgrade === null) {
        if (gate.takeEnd()) this.#connection.endInput();
        socket.resume();
      }
    }
  }

  /** The client has sent all it will: what was received before that comes first, though it may still wait. */
  end(): void {
    const { gate, isRefused } = this.#connection;
    if (gate.unread === null || isRefused) this.#connection.endInput();
    else gate.inputEnded = true;
  }

  /** Returns the error where the end of input cuts a request in two. */
  finish(): WireError | null {
    return this.#parser.finish();
  }

  /** Stops for good; what comes is not read any more. */
  stop(): void {
    this.#parser.stop();
  }
}

function leaveAnswered(reader: SegmentReader): void {
  reader.leaveAnswered();
}

function resume(reader: SegmentReader): void {
  reader.resume();
}
