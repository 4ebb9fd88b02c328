/**
 * One connection that speaks HTTP/1.1: reads requests, and sees to it that their responses leave in order.
 *
 * In: the socket's events. Out: segments for the parser, which reports to the delivery; what becomes of the connection
 * after each response. Reads no further than it can answer, and leaves nothing behind when the socket closes.
 */
import { Buffer } from 'node:buffer';
import { maxHeaderSize } from 'node:http';
import { RequestParser } from '../../http1/request-parser.js';
import { WireError } from '../../http1/wire-error.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import { dropUnread } from '../../message/request-body.js';
import { closeUnwatched, emitClose } from '../../message/response-state.js';
import type { ServerResponse } from '../../message/server-response.js';
import { runInScope } from '../../node/domains.js';
import * as errors from '../../node/errors.js';
import { endEntry } from '../../node/performance-entries.js';
import { nextTick, setImmediate } from '../../node/timers.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { keepOrder } from '../../transport/socket-order.js';
import { SocketOutput } from '../../transport/socket-output.js';
import { type ClockedConnection, ConnectionClock } from '../connection-clock.js';
import { publishFinish } from '../diagnostics.js';
import { fieldsBeyond, maxFieldsOf } from '../field-limits.js';
import { type HttpServer, kEngine } from '../http-server.js';
import type { ConnectionObservation, ExchangeObservation } from '../observation.js';
import type { ServerConnection } from '../server-connection.js';
import { validationOf } from '../server-options.js';
import { Ending } from './ending.js';
import { type EndingConnection, tellRefusal } from './farewell.js';
import { ANSWERS_WAIT, ReadingGate } from './reading-gate.js';
import { type DeliveringConnection, RequestDelivery } from './request-delivery.js';
import { ResponseQueue } from './response-queue.js';
import type { ResponseWriter } from './response-writer.js';
import { beginUpgrade, isLeftToProgram, leaveHttp } from './upgrade.js';
import { UpgradeStream } from './upgrade-stream.js';
import { NO_CALL, type OwnedWriter } from './writer-owner.js';

type Writer = OwnedWriter<ServerResponse>;

const NO_STREAMS: Iterable<never> = Object.freeze([]);

export class Connection
  implements ServerConnection, DeliveringConnection, ClockedConnection, EndingConnection
{
  readonly protocol = 'http/1.1';
  readonly server: HttpServer;
  readonly socket: ServerSocket;
  observation: ConnectionObservation | null = null;
  readonly output: SocketOutput;
  readonly responses: ResponseQueue;
  readonly gate: ReadingGate;
  readonly clock: ConnectionClock;
  readonly #ending: Ending;
  readonly #delivery: RequestDelivery;
  readonly #parser: RequestParser;
  /** What stands for the socket of an upgrade until the body of its request has been read. */
  #tunnel: UpgradeStream | null = null;
  /** Within `receive`: only at its end is it known what it leaves unread. */
  #isReceiving = false;
  /** Length of the chunk that was received last. */
  #received = 0;
  /** What is being received lies in memory that others will have after it. */
  #isLent = false;

  constructor(server: HttpServer, socket: ServerSocket) {
    this.server = server;
    this.socket = socket;
    this.output = new SocketOutput(socket);
    this.responses = new ResponseQueue(socket, this.output);
    this.gate = new ReadingGate(socket);
    this.clock = new ConnectionClock(this);
    this.#ending = new Ending(this);
    this.#delivery = new RequestDelivery(this);
    this.#parser = new RequestParser(this.#delivery, {
      maxHeadBytes: server.maxHeaderSize || maxHeaderSize,
      maxFields: maxFieldsOf(server),
      get fieldsBeyond() {
        return fieldsBeyond(server);
      },
      validation: validationOf(server),
    });
    keepOrder(socket, this.output);
  }

  /** Reads what arrived in memory that is only lent. */
  receiveLent(chunk: Buffer): void {
    this.#isLent = true;
    try {
      this.receive(chunk, true);
    } finally {
      this.#isLent = false;
    }
  }

  overrun(): void {
    if (this.#parser.position === this.#received) return;
    this.#parser.stop();
    this.socket.destroy();
  }

  keep(bytes: Buffer): Buffer {
    return this.#isLent ? Buffer.from(bytes) : bytes;
  }

  /**
   * Reads what arrived and hands on the requests in it; what they answer at once leaves in one write.
   * @param fresh - called from the event loop, in the async context in which the connection came
   */
  receive(chunk: Buffer, fresh = false): void {
    const scope = this.#delivery.contexts.scopeOf(fresh);
    if (scope === null) this.#receive(chunk, fresh);
    else runInScope(scope, this.#receive, this, chunk, fresh);
  }

  #receive(chunk: Buffer, fresh: boolean): void {
    if (this.#ending.isRefused) {
      this.#ending.repeatRefusal(this.keep(chunk));
      return;
    }
    this.#delivery.beginSegment(fresh);
    if (this.observation !== null) this.observation.received.begin(chunk);
    this.#isReceiving = true;
    this.#received = chunk.length;
    this.output.held = true;
    let consumed = chunk.length;
    try {
      consumed = this.#parser.execute(chunk);
    } catch (error) {
      this.#fail(error, chunk);
    } finally {
      this.output.held = false;
      try {
        this.output.settle();
      } finally {
        this.#isReceiving = false;
      }
    }
    const { upgrade } = this.#delivery;
    if (upgrade !== null && upgrade !== this.incoming) {
      this.#leaveHttp(this.keep(chunk.subarray(consumed)));
      return;
    }
    this.#goOn(chunk, consumed);
    if (upgrade !== null) this.#beginUpgrade(upgrade);
  }

  /** The body of the request goes on in a later segment. */
  #beginUpgrade(upgrade: IncomingMessage): void {
    if (this.#tunnel !== null || this.#ending.isRefused) return;
    this.#tunnel = new UpgradeStream(this.socket, upgrade);
    beginUpgrade(this.server, upgrade, this.#tunnel, this.#delivery.upgradeContext);
  }

  /** What was not read waits until there is room for its answers. */
  #goOn(chunk: Buffer, consumed: number): void {
    if (this.observation !== null) this.#delivery.tellRest(this.observation, this.#parser.inHead);
    if (this.#parser.paused && consumed < chunk.length) this.#wait(chunk.subarray(consumed));
    this.resume();
    if (this.#parser.idle) return;
    this.clock.requestArrives();
    this.#delivery.keepContext();
  }

  #wait(rest: Buffer): void {
    this.gate.unread = this.keep(rest);
    this.gate.shut(ANSWERS_WAIT);
  }

  #fail(error: unknown, chunk: Buffer): void {
    if (error instanceof WireError) {
      error.bytesParsed = Math.min(error.bytesParsed + this.#parser.position, chunk.length);
      error.rawPacket = this.keep(chunk);
      if (this.#tunnel === null) this.#delivery.forgetUpgrade();
      this.refuse(error);
      return;
    }
    if (this.#delivery.isInHandler) {
      // The program may survive its handler: then the requests after this one are served.
      const rest = chunk.subarray(this.#parser.position);
      if (rest.length > 0) {
        this.#wait(rest);
        setImmediate(resume, this);
      }
    } else {
      this.socket.destroy();
    }
    throw error;
  }

  /** Index in the segment of the first byte that has not been read. */
  get position(): number {
    return this.#parser.position;
  }

  /** The request that is being read, for whoever observes. */
  get exchange(): ExchangeObservation | null {
    return this.#delivery.exchange;
  }

  /** The request that is being read, until its end. */
  get incoming(): IncomingMessage | null {
    return this.#delivery.incoming;
  }

  get headComplete(): boolean {
    return this.#delivery.incoming !== null;
  }

  /** Nothing follows a response that closes the connection, though it may still wait for its turn. */
  get isOver(): boolean {
    return !this.#ending.isOpen || this.responses.last?.response._last === true;
  }

  requestBegins(): void {
    this.clock.leaveIdle();
  }

  requestEnds(): void {
    this.clock.requestEnds();
    if (this.isOver || this.#delivery.upgrade !== null) this.#parser.stop();
  }

  pauseParsing(): void {
    this.#parser.paused = true;
  }

  /** The response whose turn it is. */
  get turn(): ResponseWriter<ServerResponse> | undefined {
    return this.responses.turn;
  }

  get gathers(): boolean {
    return this.output.held && this.#parser.position !== this.#received;
  }

  /** As a number: where in the segment the parser is, and whether a handler runs. */
  get presentCall(): number {
    return this.#isReceiving ? this.#parser.position * 2 + Number(this.#delivery.isInHandler) : NO_CALL;
  }

  isAlone(writer: Writer): boolean {
    return this.responses.first === writer;
  }

  /** A closing server says so to who has nothing more to be answered. */
  endsAfter(writer: Writer): boolean {
    return this.clock.isLeaving && writer === this.responses.last && !this.#hasMoreRequests();
  }

  /** Whether something was received beyond the request that came last. */
  #hasMoreRequests(): boolean {
    if (this.gate.unread !== null) return true;
    if (this.#isReceiving) return this.#received - this.#parser.position > this.#parser.bodyBytesLeft;
    return this.incoming === null && !this.#parser.idle;
  }

  responseEnded({ response }: Writer): void {
    this.responses.noteEnded();
    endEntry(response);
    try {
      if (response._last) {
        // Nothing follows the response that closes the connection, whatever was asked for after it.
        this.#ending.lastAnswered();
        if (this.incoming === null) this.#parser.stop();
      } else if (!this.#ending.answerRefusal()) {
        this.responses.giveTurn();
      }
    } finally {
      this.#flushEnded(response);
    }
  }

  #flushEnded(response: ServerResponse): void {
    // The last answer to what was read leaves at once, before anything that the program writes to the socket itself.
    // So does one of which bytes are kept as they are: the next handler may write into them.
    if (this.gathers && !this.output.keepsBytes) return;
    if (this.output.held && !response.watched) this.output.push();
    else this.output.flush();
  }

  responseLeft({ response, exchange }: Writer, watched: boolean): void {
    const { socket } = this;
    const request = response.req as IncomingMessage;
    this.responses.removeFirst();
    publishFinish(request, response, socket, this.server);
    // Who listens for 'finish' may ask there what becomes of a request that nothing has touched.
    const isUntouched = request._state === null;
    if (!watched || !isUntouched) dropUnread(request);
    if (socket._httpMessage === response) socket._httpMessage = null;
    response._onLeft();
    if (exchange !== null) exchange.close('complete');
    if (!watched) closeUnwatched(response);
    else if (isUntouched) nextTick(closeBoth, response);
    else nextTick(emitClose, response);
    if (response._last) this.close();
    else if (this.isIdle) this.clock.becomeIdle();
    this.resume();
  }

  responseWaits(bytes: number): void {
    this.responses.waitingBytes += bytes;
  }

  /** Reads on where that had stopped because answers waited, once there is room. */
  resume(): void {
    const { gate } = this;
    if (this.#isReceiving || !this.responses.hasRoom || this.#delivery.upgrade !== null) return;
    this.#parser.paused = false;
    if (!gate.isShutFor(ANSWERS_WAIT)) return;
    gate.lift(ANSWERS_WAIT);
    const unread = gate.takeUnread();
    try {
      if (unread !== null) this.receive(unread);
    } finally {
      if (!gate.isShutFor(ANSWERS_WAIT) && this.#delivery.upgrade === null) {
        if (gate.takeEnd()) this.#endInput();
        this.socket.resume();
      }
    }
  }

  onDrain(): void {
    const { turn } = this;
    this.output.flush();
    if (turn !== undefined && !this.socket.writableNeedDrain) turn.response._onDrain();
    this.resume();
  }

  /** What was received before the end of input comes first, though it may still wait. */
  onEndOfInput(): void {
    if (this.gate.unread === null || this.#ending.isRefused) this.#endInput();
    else this.gate.inputEnded = true;
  }

  #endInput(): void {
    if (this.#ending.isLingering) return;
    const error = this.#ending.isRefused ? null : this.#parser.finish();
    const { last } = this.responses;
    if (error !== null) this.refuse(error);
    else if (this.server.httpAllowHalfOpen && last !== undefined) last.response._last = true;
    else this.#endOutput();
  }

  #endOutput(): void {
    // As on node:http, what a program held back leaves before the end.
    this.turn?.release();
    this.socket.end();
  }

  /**
   * Refuses what the client sends from now on; the program may answer in its own way ('clientError').
   * @param atOnce - nothing more can be written in order: the socket itself reported the error
   */
  refuse(error: Error, atOnce = false): void {
    if (this.#ending.isRefused) return;
    this.#parser.stop();
    this.clock.stop();
    this.#ending.refuse(error, atOnce);
  }

  get isIdle(): boolean {
    return this.responses.isEmpty && this.clock.requestStart === 0 && !this.#ending.isRefused;
  }

  get isUnused(): boolean {
    return this.#delivery.count === 0 && this.#parser.idle && !this.#ending.isRefused;
  }

  /** HTTP/1.1 has one exchange at a time, which the connection's clock is for. */
  get streams(): Iterable<never> {
    return NO_STREAMS;
  }

  /** The next answer says so: nothing can be said before. */
  shutdown(): void {}

  close(): void {
    this.#ending.close();
  }

  /** As on node:http, a program that listens is told once, and decides: the request goes on unless it ends it. */
  onRequestTimeout(): void {
    if (this.server.listenerCount('clientError') === 0) {
      this.refuse(errors.requestTimeout());
      return;
    }
    this.clock.isTold();
    this.output.flush();
    const error = errors.requestTimeout();
    this.server.emit('clientError', error, this.socket);
    tellRefusal(this, error, true);
  }

  /** The socket was silent for too long: whoever listens decides, else it is cut. */
  onTimeout(): void {
    const { socket, incoming } = this;
    const response = (this.turn ?? this.responses.last)?.response;
    const byRequest = incoming !== null && !incoming.complete && incoming.emit('timeout', socket);
    const byResponse = response?.emit('timeout', socket) ?? false;
    const byServer = this.server.emit('timeout', socket);
    if (!byRequest && !byResponse && !byServer) socket.destroy();
  }

  onClose(): void {
    this.gate.unread = null;
    this.#parser.stop();
    this.clock.requestEnds();
    this.#ending.closed();
    this.responses.abandon();
    this.#delivery.upgrade?._abandon(errors.connectionReset('aborted'));
  }

  /** As on node:http, the program hears no more of its requests, and what it still writes leaves nowhere. */
  onSent(): void {
    this.#parser.stop();
    this.output.flush();
    this.responses.leave();
  }

  /** The server keeps it no longer. */
  free(): void {
    this.clock.stop();
    this.server[kEngine].connections.delete(this);
    this.observation?.close();
  }

  #closeTurn(): void {
    const { turn } = this;
    if (turn !== undefined) emitClose(turn.response);
  }

  #leaveHttp(rest: Buffer): void {
    const { upgrade, upgradeContext, exchange } = this.#delivery;
    const request = upgrade as IncomingMessage;
    // As on node:http, a response that is under way hears when its socket closes, whatever that speaks by then.
    if (this.turn !== undefined) this.socket.once('close', () => this.#closeTurn());
    this.clock.requestEnds();
    this.server[kEngine].connections.delete(this);
    if (isLeftToProgram(this.server, request)) exchange?.upgrade();
    else exchange?.close('aborted');
    this.observation?.close();
    leaveHttp(this.server, request, rest, upgradeContext, this.#tunnel);
  }
}

function closeBoth(response: ServerResponse): void {
  dropUnread(response.req as IncomingMessage);
  emitClose(response);
}

function resume(connection: Connection): void {
  connection.resume();
}
