/**
 * One connection that speaks HTTP/1.1: reads requests, hands them to the program, and sees to it that their responses
 * leave in order.
 *
 * In: the socket's events. Out: requests, each in an async context of its own; what becomes of the connection after
 * each response. Reads no further than it can answer, and leaves nothing behind when the socket closes.
 */
import type { AsyncResource } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import { maxHeaderSize } from 'node:http';
import type { RequestHead } from '../../http1/request-head.js';
import { RequestParser, type RequestSink } from '../../http1/request-parser.js';
import { WireError } from '../../http1/wire-error.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import { completeBody, dropUnread } from '../../message/request-body.js';
import { closeUnwatched, emitClose } from '../../message/response-state.js';
import type { ServerResponse } from '../../message/server-response.js';
import * as errors from '../../node/errors.js';
import { beginEntry, endEntry, isObserved } from '../../node/performance-entries.js';
import { presentContext, RequestContexts } from '../../node/request-contexts.js';
import { setImmediate, setTimeout } from '../../node/timers.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { keepOrder } from '../../transport/socket-order.js';
import { SocketOutput } from '../../transport/socket-output.js';
import { publishFinish, publishStart } from '../diagnostics.js';
import { dispatch } from '../dispatch.js';
import { type HttpServer, kEngine, type ServerEngine } from '../http-server.js';
import type { ServerConnection } from '../server-connection.js';
import { readsLeniently } from '../server-options.js';
import type { Timed } from '../timeouts.js';
import { Ending } from './ending.js';
import { makeRequest, makeResponse } from './exchange.js';
import type { EndingConnection } from './farewell.js';
import { ANSWERS_WAIT, READER_WAITS, ReadingGate } from './reading-gate.js';
import { ResponseQueue } from './response-queue.js';
import { ResponseWriter, type WriterOwner } from './response-writer.js';
import { leaveHttp } from './upgrade.js';

/** What a connection is at, as far as `receive` is concerned. */
const OUTSIDE = 0;
/** Within `receive`: only at its end is it known what it leaves unread. */
const RECEIVING = 1;
const IN_HANDLER = 2;

type Stage = typeof OUTSIDE | typeof RECEIVING | typeof IN_HANDLER;
type Writer = ResponseWriter<ServerResponse>;

export class Connection
  implements ServerConnection, RequestSink, WriterOwner<ServerResponse>, EndingConnection
{
  idleSince = 0;
  previousIdle: Timed | null = null;
  nextIdle: Timed | null = null;
  requestStart = Date.now();
  /** The request that is being read, until its end. */
  incoming: IncomingMessage | null = null;
  readonly socket: ServerSocket;
  readonly server: HttpServer;
  readonly output: SocketOutput;
  readonly #engine: ServerEngine;
  readonly #parser: RequestParser;
  readonly #responses: ResponseQueue;
  readonly #gate: ReadingGate;
  readonly #ending: Ending;
  readonly #contexts = new RequestContexts();
  /** Where the present request runs; null where that is the case by itself. */
  #context: AsyncResource | null = null;
  #stage: Stage = OUTSIDE;
  /** Length of the chunk that was received last. */
  #received = 0;
  /** What is being received lies in memory that others will have after it. */
  #isLent = false;
  #upgrade: IncomingMessage | null = null;
  /** Requests that were handed to the program. */
  #requests = 0;

  constructor(server: HttpServer, socket: ServerSocket) {
    this.server = server;
    this.socket = socket;
    this.#engine = server[kEngine];
    this.output = new SocketOutput(socket);
    this.#responses = new ResponseQueue(socket, this.output);
    this.#gate = new ReadingGate(socket);
    this.#ending = new Ending(this);
    this.#parser = new RequestParser(this, {
      maxHeadBytes: server.maxHeaderSize || maxHeaderSize,
      maxFields: server.maxHeadersCount,
      lenient: readsLeniently(server),
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

  /** What may outlive the present call of `receive`. */
  #keep(bytes: Buffer): Buffer {
    return this.#isLent ? Buffer.from(bytes) : bytes;
  }

  /**
   * Reads what arrived and hands on the requests in it; what they answer at once leaves in one write.
   * @param fresh - called from the event loop, in the async context in which the connection came
   */
  receive(chunk: Buffer, fresh = false): void {
    this.#contexts.fresh = fresh;
    if (this.#ending.isRefused) {
      this.#ending.repeatRefusal(this.#keep(chunk));
      return;
    }
    let consumed = chunk.length;
    this.#stage = RECEIVING;
    this.#received = chunk.length;
    this.output.held = true;
    try {
      consumed = this.#parser.execute(chunk);
    } catch (error) {
      this.#fail(error, chunk);
    } finally {
      this.output.held = false;
      try {
        this.output.settle();
      } finally {
        this.#stage = OUTSIDE;
      }
    }
    if (this.#upgrade !== null) this.#leaveHttp(this.#upgrade, this.#keep(chunk.subarray(consumed)));
    else this.#goOn(chunk, consumed);
  }

  /** What was not read waits until there is room for its answers. */
  #goOn(chunk: Buffer, consumed: number): void {
    if (this.#parser.paused && consumed < chunk.length) this.#wait(chunk.subarray(consumed));
    this.resume();
    if (!this.#parser.idle) this.#awake();
  }

  #wait(rest: Buffer): void {
    this.#gate.unread = this.#keep(rest);
    this.#gate.shut(ANSWERS_WAIT);
  }

  /** A request has begun to arrive and isn't complete. */
  #awake(): void {
    if (this.requestStart === 0) this.requestStart = Date.now();
    this.#leaveIdle();
    // What the handler entered is the context of the rest of the body too.
    if (this.incoming !== null) this.#context ??= presentContext();
  }

  #fail(error: unknown, chunk: Buffer): void {
    if (error instanceof WireError) {
      error.bytesParsed += this.#parser.position;
      error.rawPacket = this.#keep(chunk);
      this.refuse(error);
      return;
    }
    if (this.#stage === IN_HANDLER) {
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

  /** Nothing follows a response that closes the connection, though it may still wait for its turn. */
  get #isOver(): boolean {
    return !this.#ending.isOpen || this.#responses.last?.response._last === true;
  }

  onHead(head: RequestHead): boolean {
    if (this.#isOver) return true;
    this.#leaveIdle();
    const request = makeRequest(this.server, this.socket, head);
    if (head.upgrade && this.#wantsUpgrade(request)) return true;
    const context = this.#contexts.next();
    request.upgrade = false;
    this.incoming = request;
    this.#context = context;
    const response = makeResponse(this.server, request, head.keepAlive);
    const writer = new ResponseWriter(response, this);
    response._channel = writer;
    response._context = context;
    if (!this.#responses.isEmpty && this.#responses.isCrowded(1)) this.#gate.shut(ANSWERS_WAIT);
    this.#responses.add(writer);
    this.#stage = IN_HANDLER;
    try {
      if (context === null) this.#dispatch(head, request, response);
      else context.runInAsyncScope(this.#dispatch, this, head, request, response);
    } finally {
      // The socket stops only when more comes: most clients wait for the answer.
      if (this.#responses.isFull) this.#parser.paused = true;
    }
    this.#stage = RECEIVING;
    this.#engine.prototypes.learn(request, response);
    return false;
  }

  #dispatch(head: RequestHead, request: IncomingMessage, response: ServerResponse): void {
    if (isObserved()) beginEntry(request, response);
    publishStart(request, response, this.socket, this.server);
    dispatch(this.server, head, request, response, ++this.#requests);
    // What the handler entered is the context of its body too, and of nothing else in the scope it shared.
    if (head.framed) this.#context = this.#contexts.forBody(this.#context);
  }

  onBody(data: Buffer): void {
    const request = this.incoming;
    if (request === null || request._dumped) return;
    if (this.#context === null) this.#pushBody(request, data);
    else this.#context.runInAsyncScope(this.#pushBody, this, request, data);
  }

  #pushBody(request: IncomingMessage, data: Buffer): void {
    // What is decoded into text is copied by that.
    if (request.push(request.readableEncoding === null ? this.#keep(data) : data)) return;
    this.#gate.shut(READER_WAITS);
  }

  onEnd(rawTrailers: string[]): void {
    const request = this.incoming as IncomingMessage;
    const context = this.#context;
    this.incoming = null;
    this.#context = null;
    this.requestStart = 0;
    request.complete = true;
    if (rawTrailers.length > 0) request._addTrailers(rawTrailers);
    if (request._state !== null) {
      if (context === null) completeBody(request);
      else context.runInAsyncScope(completeBody, undefined, request);
    }
    if (this.#isOver) this.#parser.stop();
    // The reader of this body stopped the socket; the next request must not wait for it.
    if (!this.#gate.isShutFor(READER_WAITS)) return;
    this.#gate.lift(READER_WAITS);
    this.#gate.flow();
  }

  /** The response whose turn it is. */
  get turn(): Writer | undefined {
    return this.#responses.turn;
  }

  get gathers(): boolean {
    return this.output.held && this.#parser.position !== this.#received;
  }

  /** A closing server says so to who has nothing more to be answered. */
  endsAfter(writer: Writer): boolean {
    return this.#engine.closing && writer === this.#responses.last && !this.#hasMoreRequests;
  }

  /** Whether something was received beyond the request that came last. */
  get #hasMoreRequests(): boolean {
    if (this.#gate.unread !== null) return true;
    if (this.#stage !== OUTSIDE) return this.#received - this.#parser.position > this.#parser.bodyBytesLeft;
    return this.incoming === null && !this.#parser.idle;
  }

  responseEnded({ response }: Writer): void {
    this.#responses.noteEnded();
    endEntry(response);
    if (response._last) {
      // Nothing follows the response that closes the connection, whatever was asked for after it.
      this.#ending.lastAnswered();
      if (this.incoming === null) this.#parser.stop();
    } else if (!this.#ending.answerRefusal()) {
      this.#responses.giveTurn();
    }
    // The last answer to what was read leaves at once, before anything that the program writes to the socket itself.
    if (this.gathers) return;
    if (this.output.held && !response.watched) this.output.push();
    else this.output.flush();
  }

  responseLeft({ response }: Writer, watched: boolean): void {
    const { socket } = this;
    const request = response.req as IncomingMessage;
    this.#responses.removeFirst();
    publishFinish(request, response, socket, this.server);
    dropUnread(request);
    if (socket._httpMessage === response) socket._httpMessage = null;
    response._onLeft();
    if (watched) process.nextTick(emitClose, response);
    else closeUnwatched(response);
    if (response._last) this.close();
    else if (this.isIdle) this.#becomeIdle();
    this.resume();
  }

  responseWaits(bytes: number): void {
    this.#responses.waitingBytes += bytes;
  }

  /** Reads on where that had stopped because answers waited, once there is room. */
  resume(): void {
    if (this.#stage !== OUTSIDE || !this.#responses.hasRoom || this.#upgrade !== null) return;
    this.#parser.paused = false;
    const gate = this.#gate;
    if (!gate.isShutFor(ANSWERS_WAIT)) return;
    gate.lift(ANSWERS_WAIT);
    const unread = gate.takeUnread();
    try {
      if (unread !== null) this.receive(unread);
    } finally {
      if (!gate.isShutFor(ANSWERS_WAIT) && this.#upgrade === null) {
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
    if (this.#gate.unread === null || this.#ending.isRefused) this.#endInput();
    else this.#gate.inputEnded = true;
  }

  #endInput(): void {
    if (this.#ending.isLingering) return;
    const error = this.#ending.isRefused ? null : this.#parser.finish();
    const { last } = this.#responses;
    if (error !== null) this.refuse(error);
    else if (this.server.httpAllowHalfOpen && last !== undefined) last.response._last = true;
    else this.socket.end();
  }

  /**
   * Refuses what the client sends from now on; the program may answer in its own way ('clientError').
   * @param atOnce - nothing more can be written in order: the socket itself reported the error
   */
  refuse(error: Error, atOnce = false): void {
    if (this.#ending.isRefused) return;
    this.#parser.stop();
    this.requestStart = 0;
    this.#engine.idle.remove(this);
    this.#ending.refuse(error, atOnce);
  }

  get isIdle(): boolean {
    return this.#responses.isEmpty && this.requestStart === 0 && !this.#ending.isRefused;
  }

  get isUnused(): boolean {
    return this.#requests === 0 && this.#parser.idle && !this.#ending.isRefused;
  }

  get headComplete(): boolean {
    return this.incoming !== null;
  }

  close(): void {
    this.#ending.close();
  }

  #becomeIdle(): void {
    if (this.#engine.closing) {
      // An answer from before said that the connection goes on: what the client is sending now is still served.
      setTimeout(closeIdle, this.#engine.closingGrace, this).unref();
      return;
    }
    this.#engine.idle.add(this);
    // What the server or a handler set for the time of a request is no limit of the time between two.
    if (this.idleSince !== 0 && this.socket.timeout) this.socket.setTimeout(0);
  }

  #leaveIdle(): void {
    if (this.idleSince === 0) return;
    this.#engine.idle.remove(this);
    if (this.server.timeout) this.socket.setTimeout?.(this.server.timeout);
  }

  onIdleTimeout(): void {
    this.onTimeout();
  }

  onRequestTimeout(): void {
    this.refuse(errors.requestTimeout());
  }

  /** The socket was silent for too long: whoever listens decides, else it is cut. */
  onTimeout(): void {
    const { socket, incoming } = this;
    const response = (this.turn ?? this.#responses.last)?.response;
    const byRequest = incoming !== null && !incoming.complete && incoming.emit('timeout', socket);
    const byResponse = response?.emit('timeout', socket) ?? false;
    const byServer = this.server.emit('timeout', socket);
    if (!byRequest && !byResponse && !byServer) socket.destroy();
  }

  onClose(): void {
    this.#gate.unread = null;
    this.#parser.stop();
    this.requestStart = 0;
    this.#ending.closed();
    this.#responses.abandon();
  }

  /** The server keeps it no longer. */
  free(): void {
    this.#engine.idle.remove(this);
    this.#engine.connections.delete(this);
  }

  #wantsUpgrade(request: IncomingMessage): boolean {
    if (request.method !== 'CONNECT' && !this.server.shouldUpgradeCallback(request)) return false;
    request.upgrade = true;
    this.#upgrade = request;
    this.#context = presentContext();
    return true;
  }

  #leaveHttp(request: IncomingMessage, rest: Buffer): void {
    this.requestStart = 0;
    this.#ending.upgraded();
    this.#engine.connections.delete(this);
    leaveHttp(this.server, request, rest, this.#context as AsyncResource);
  }
}

function resume(connection: Connection): void {
  connection.resume();
}

function closeIdle(connection: Connection): void {
  if (connection.isIdle) connection.close();
}
