/**
 * One connection that speaks HTTP/1.1: what it is put together of, and what becomes of it.
 *
 * In: the socket's events, and word of its responses. Out: segments for the reader; the turn of each response; an end, a
 * refusal, another protocol. Leaves nothing behind when the socket closes.
 */
import type { Buffer } from 'node:buffer';
import type { WireError } from '../../http1/wire-error.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import { dropUnread } from '../../message/request-body.js';
import { closeUnwatched, emitClose } from '../../message/response-close.js';
import type { ServerResponse } from '../../message/server-response.js';
import * as errors from '../../node/errors.js';
import { endEntry } from '../../node/performance-entries.js';
import { nextTick } from '../../node/timers.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { keepOrder } from '../../transport/socket-order.js';
import { SocketOutput } from '../../transport/socket-output.js';
import { type ClockedConnection, ConnectionClock } from '../connection-clock.js';
import { publishFinish } from '../diagnostics.js';
import { type HttpServer, kEngine } from '../http-server.js';
import type { Place } from '../linked-list.js';
import type { ConnectionObservation, ExchangeObservation } from '../observation.js';
import type { ServerConnection } from '../server-connection.js';
import { Ending } from './ending.js';
import { type EndingConnection, tellRefusal } from './farewell.js';
import { ReadingGate } from './reading-gate.js';
import { RequestDelivery } from './request-delivery.js';
import { ResponseQueue } from './response-queue.js';
import type { ResponseWriter } from './response-writer.js';
import { type ReadConnection, SegmentReader } from './segment-reader.js';
import { type LeavingConnection, Upgrade } from './upgrade.js';
import { NO_CALL, type OwnedWriter } from './writer-owner.js';

type Writer = OwnedWriter<ServerResponse>;

const NO_STREAMS: Iterable<never> = Object.freeze([]);

export class Connection
  implements ServerConnection, ReadConnection, ClockedConnection, EndingConnection, LeavingConnection
{
  readonly protocol = 'http/1.1';
  readonly server: HttpServer;
  readonly socket: ServerSocket;
  place: Place<ServerConnection> | null = null;
  observation: ConnectionObservation | null = null;
  readonly output: SocketOutput;
  readonly responses: ResponseQueue;
  readonly gate: ReadingGate;
  readonly clock: ConnectionClock;
  readonly #ending: Ending;
  readonly #delivery: RequestDelivery;
  readonly reader: SegmentReader;
  /** How it leaves HTTP; null until a request asks for that. */
  #upgrade: Upgrade | null = null;

  constructor(server: HttpServer, socket: ServerSocket) {
    this.server = server;
    this.socket = socket;
    this.output = new SocketOutput(socket);
    this.responses = new ResponseQueue(socket, this.output);
    this.gate = new ReadingGate(socket);
    this.clock = new ConnectionClock(this);
    this.#ending = new Ending(this);
    this.#delivery = new RequestDelivery(this);
    this.reader = new SegmentReader(this, this.#delivery);
    this.output.holder = this;
    keepOrder(socket, this.output);
  }

  get bodyBytesLeft(): number {
    return this.reader.bodyBytesLeft;
  }

  receiveLent(chunk: Buffer): void {
    this.reader.receiveLent(chunk);
  }

  overrun(): void {
    this.reader.overrun();
  }

  receive(chunk: Buffer, fresh = false): void {
    this.reader.receive(chunk, fresh);
  }

  get isRefused(): boolean {
    return this.#ending.isRefused;
  }

  repeatRefusal(chunk: Buffer): void {
    this.#ending.repeatRefusal(chunk);
  }

  refuseRead(error: WireError): void {
    if (this.#upgrade === null) this.#delivery.forgetUpgrade();
    this.refuse(error);
  }

  beginUpgrade(request: IncomingMessage): void {
    if (this.#upgrade !== null || this.#ending.isRefused) return;
    this.#upgrade = new Upgrade(this, request);
    this.#upgrade.begin(this.#delivery.upgradeContext);
  }

  leaveHttp(request: IncomingMessage, rest: Buffer): void {
    this.clock.requestEnds();
    this.place?.remove();
    this.#upgrade ??= new Upgrade(this, request);
    this.#upgrade.leave(rest, this.#delivery.upgradeContext);
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
    if (this.isOver || this.#delivery.upgrade !== null) this.reader.stop();
    // Its answer left before it had come to its end.
    else if (this.isIdle) this.clock.becomeIdle();
  }

  /** The response whose turn it is. */
  get turn(): ResponseWriter<ServerResponse> | undefined {
    return this.responses.turn;
  }

  get gathers(): boolean {
    return this.output.held && !this.reader.isAtEnd;
  }

  /** As a number: where in the segment the parser is, and whether a handler runs. */
  get presentCall(): number {
    return this.reader.isReceiving ? this.reader.position * 2 + Number(this.#delivery.isInHandler) : NO_CALL;
  }

  isAlone(writer: Writer): boolean {
    return this.responses.first === writer;
  }

  /** A closing server says so to who has nothing more to be answered. */
  endsAfter(writer: Writer): boolean {
    return this.clock.isLeaving && writer === this.responses.last && !this.reader.hasMoreRequests;
  }

  responseEnded({ response }: Writer): void {
    this.responses.noteEnded();
    endEntry(response);
    try {
      if (response._last) {
        // Nothing follows the response that closes the connection, whatever was asked for after it.
        this.#ending.lastAnswered();
        if (this.incoming === null) this.reader.stop();
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

  responseLeft(writer: Writer, watched: boolean): void {
    const { socket } = this;
    const { response, exchange } = writer;
    const request = writer.request as IncomingMessage;
    this.responses.remove(writer);
    this.server[kEngine].prototypes.learn(request, response);
    publishFinish(request, response, socket, this.server);
    // Who listens for 'finish' may ask there what becomes of a request that nothing has touched.
    const isUntouched = request._state === null;
    if (!watched || !isUntouched) dropUnread(request, watched ? response._context : null);
    if (socket._httpMessage === response) socket._httpMessage = null;
    response._onLeft();
    if (exchange !== null) exchange.close('complete');
    if (!watched) closeUnwatched(response);
    else if (isUntouched) nextTick(closeBoth, request, response);
    else nextTick(emitClose, response);
    if (response._last) this.close();
    else if (this.isIdle) this.clock.becomeIdle();
    else if (this.incoming === request) this.clock.awaitRest();
    this.reader.resume();
  }

  responseWaits(bytes: number): void {
    this.responses.waitingBytes += bytes;
  }

  onDrain(): void {
    const { turn } = this;
    this.output.flush();
    if (turn !== undefined && !this.socket.writableNeedDrain) turn.response._onDrain();
    this.reader.resume();
  }

  onEndOfInput(): void {
    this.reader.end();
  }

  endInput(): void {
    if (this.#ending.isLingering || this.#ending.owesRefusal) return;
    const error = this.#ending.isRefused ? null : this.reader.finish();
    const { last } = this.responses;
    const isTakenAway = last !== undefined && last === this.turn && !this.socket._httpMessage;
    if (error !== null) this.refuse(error);
    else if (this.server.httpAllowHalfOpen && last !== undefined && !isTakenAway) last.response._last = true;
    else this.socket.end();
  }

  /** As on node:http, what a program held back leaves before the end. */
  release(): void {
    this.turn?.release();
  }

  /**
   * Refuses what the client sends from now on; the program may answer in its own way ('clientError').
   * @param atOnce - nothing more can be written in order: the socket itself reported the error
   */
  refuse(error: Error, atOnce = false): void {
    if (this.#ending.isRefused) return;
    this.reader.stop();
    const { requestStart } = this.clock;
    this.clock.stop();
    this.#ending.refuse(error, atOnce);
    // As on node:http, a program that leaves it open hears once more when its time is over.
    if (!this.#ending.isLeftOpen) return;
    this.clock.requestStart = requestStart;
    this.clock.requestArrives();
  }

  get isIdle(): boolean {
    return this.responses.isEmpty && this.clock.requestStart === 0 && !this.#ending.isRefused;
  }

  get isUnused(): boolean {
    return this.#delivery.count === 0 && this.reader.isIdle && !this.#ending.isRefused;
  }

  get pace(): number {
    return this.clock.paceOf(this.#delivery.count);
  }

  /** HTTP/1.1 has one exchange at a time, which the connection's clock is for. */
  get streams(): Iterable<never> {
    return NO_STREAMS;
  }

  /** The next answer says so: nothing can be said before. */
  shutdown(): void {
    this.clock.isLeaving = true;
  }

  endGrace(): void {
    if (this.isIdle || this.isUnused) this.close();
  }

  close(): void {
    this.#ending.close();
  }

  closeIdle(): void {
    const { last, turn } = this.responses;
    if (this.isIdle) this.socket.destroy();
    if (last === undefined || this.incoming !== null) return;
    // In a listener for 'prefinish', one that has ended has its turn still.
    if (turn !== undefined && !(turn === last && turn.hasEnded)) return;
    if (this.clock.requestStart !== 0 || this.reader.hasMoreRequests || this.#ending.isRefused) return;
    last.response._last = true;
    if (turn === undefined) this.output.flush();
  }

  /** As on node:http, a program that listens is told once, and decides: the request goes on unless it ends it. */
  onRequestTimeout(): void {
    if (this.server.listenerCount('clientError') === 0) {
      if (this.#ending.isRefused) this.socket.destroy();
      else this.refuse(errors.requestTimeout());
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
    this.reader.stop();
    this.clock.requestEnds();
    this.#ending.closed();
    this.responses.abandon();
    this.#delivery.upgrade?._abandon(errors.connectionReset('aborted'));
  }

  /** As on node:http, the program hears no more of its requests, and what it still writes leaves nowhere. */
  onSent(): void {
    this.reader.stop();
    this.output.flush();
    this.responses.leave();
  }

  /** The server keeps it no longer. */
  free(): void {
    this.clock.stop();
    this.place?.remove();
    this.observation?.close();
  }
}

function closeBoth(request: IncomingMessage, response: ServerResponse): void {
  dropUnread(request, response._context);
  emitClose(response);
}
