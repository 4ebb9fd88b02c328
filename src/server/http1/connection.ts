/**
 * One connection: reads requests, hands them to the program, and sees to it that their responses leave in order.
 *
 * In: the socket's events. Out: requests, each in an async context of its own; what becomes of the connection behind
 * each response. Reads no further than it can answer, and leaves nothing behind when the socket closes. One set of
 * listeners serves all connections.
 */
import type { AsyncResource } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import { maxHeaderSize } from 'node:http';
import type { RequestHead } from '../../http1/request-head.js';
import { RequestParser, type RequestSink } from '../../http1/request-parser.js';
import { WireError } from '../../http1/wire-error.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import {
  closeUnwatched,
  emitClose,
  type ResponseOwner,
  type ResponseStateMethods,
} from '../../message/response-state.js';
import type { ServerResponse } from '../../message/server-response.js';
import { beginEntry, endEntry, isObserved } from '../../node/performance-entries.js';
import { presentContext, RequestContexts } from '../../node/request-contexts.js';
import { listenTo, type SocketEvents } from '../../transport/socket-listeners.js';
import { publishFinish, publishStart } from '../diagnostics.js';
import { dispatch } from '../dispatch.js';
import { type HttpServer, kEngine, type ServerSocket } from '../http-server.js';
import { readsLeniently } from '../server-options.js';
import { ConnectionLife } from './connection-life.js';
import { makeRequest, makeResponse } from './exchange.js';
import { endBody, isRead } from './request-body.js';
import { leaveHttp } from './upgrade.js';

export class Connection extends ConnectionLife implements RequestSink, ResponseOwner, SocketEvents {
  protected readonly parser: RequestParser;
  /** Length of the chunk that was received last. */
  #received = 0;
  readonly #contexts = new RequestContexts();
  #context: AsyncResource | null = null;
  /** Bytes that were received but not read, while reading is paused. */
  #unread: Buffer | null = null;
  /** The client has sent all it will, and it isn't read to its end. */
  #inputEnded = false;
  #bodyPaused = false;
  #inHandler = false;
  /** Set within `receive`: only at its end is it known what it leaves unread. */
  #receiving = false;
  /** What is being received lies in memory that others will have after it. */
  #lent = false;
  #upgrade: IncomingMessage | null = null;
  /** The connection closes after the response that was ended last. */
  #closing = false;
  /** Nothing is read behind the present request: its answer says that the connection closes. */
  #isLast = false;

  constructor(server: HttpServer, socket: ServerSocket) {
    super(server, socket);
    this.parser = new RequestParser(this, {
      maxHeadBytes: server.maxHeaderSize || maxHeaderSize,
      maxFields: server.maxHeadersCount,
      lenient: readsLeniently(server),
    });
  }

  /** Reads what arrived in memory that is only lent. */
  receiveLent(chunk: Buffer): void {
    this.#lent = true;
    try {
      this.receive(chunk, true);
    } finally {
      this.#lent = false;
    }
  }

  overrun(): void {
    if (this.parser.position === this.#received) return;
    this.parser.stop();
    this.socket.destroy();
  }

  /** What may outlive the present call of `receive`. */
  #keep(bytes: Buffer): Buffer {
    return this.#lent ? Buffer.from(bytes) : bytes;
  }

  /**
   * Reads what arrived and hands on the requests in it; what they answer at once leaves in one write.
   * @param fresh - called from the event loop, in the async context in which the connection came
   */
  receive(chunk: Buffer, fresh = false): void {
    this.#contexts.fresh = fresh;
    if (this.refusal !== null) {
      this.refusal.repeat(this.#keep(chunk));
      return;
    }
    let consumed = chunk.length;
    this.#receiving = true;
    this.#received = chunk.length;
    this.output.held = true;
    try {
      consumed = this.parser.execute(chunk);
    } catch (error) {
      this.#fail(error, chunk);
    } finally {
      this.output.held = false;
      try {
        this.output.settle();
      } finally {
        this.#receiving = false;
      }
    }
    if (this.#upgrade !== null) {
      this.requestStart = 0;
      this.engine.connections.delete(this);
      const rest = this.#keep(chunk.subarray(consumed));
      leaveHttp(this.server, this.#upgrade, rest, this.#context as AsyncResource);
      return;
    }
    if (this.parser.paused && consumed < chunk.length) {
      this.#unread = this.#keep(chunk.subarray(consumed));
      this.#pause();
    }
    this.resume();
    if (!this.parser.idle) this.#awake();
  }

  /** A request has begun to arrive and isn't complete. */
  #awake(): void {
    if (this.requestStart === 0) this.requestStart = Date.now();
    this.leaveIdle();
    // What the handler entered is the context of the rest of the body too.
    if (this.incoming !== null) this.#context ??= presentContext();
  }

  #fail(error: unknown, chunk: Buffer): void {
    if (error instanceof WireError) {
      error.bytesParsed += this.parser.position;
      error.rawPacket = this.#keep(chunk);
      this.refuse(error);
      return;
    }
    if (this.#inHandler) {
      // The program may survive its handler: then the requests behind this one are served.
      this.#inHandler = false;
      const rest = this.#keep(chunk.subarray(this.parser.position));
      if (rest.length > 0) {
        this.#unread = rest;
        this.#pause();
        setImmediate(resume, this);
      }
    } else {
      this.socket.destroy();
    }
    throw error;
  }

  /** Nothing follows a response that closes the connection, though it may still wait for its turn. */
  #ends(): boolean {
    return this.#closing || this.#isLast || this.responses.last?._last === true;
  }

  onHead(head: RequestHead): boolean {
    if (this.#ends()) return true;
    const engine = this.engine;
    this.leaveIdle();
    const request = makeRequest(this.server, this.socket, head);
    if (head.upgrade && this.#wantsUpgrade(request)) return true;
    const context = this.#contexts.next();
    request.upgrade = false;
    this.incoming = request;
    this.#context = context;
    // A closing server says so to who is alone: what else was received is answered first.
    this.#isLast = engine.closing && this.responses.isEmpty && this.parser.position === this.#received;
    this.cameLate = engine.closing;
    const response = makeResponse(this.server, request, head.keepAlive && !this.#isLast);
    response._owner = this;
    response._context = context;
    if (!this.responses.isEmpty && this.responses.isCrowded(1)) this.#pause();
    this.responses.add(response);
    this.#inHandler = true;
    try {
      if (context === null) this.#dispatch(head, request, response);
      else context.runInAsyncScope(this.#dispatch, this, head, request, response);
    } finally {
      // The socket stops only when more comes: most clients wait for the answer.
      if (this.responses.isFull) this.parser.paused = true;
    }
    this.#inHandler = false;
    engine.prototypes.learn(request, response);
    return false;
  }

  #dispatch(head: RequestHead, request: IncomingMessage, response: ServerResponse): void {
    if (isObserved()) beginEntry(request, response);
    publishStart(request, response, this.socket, this.server);
    dispatch(this.server, head, request, response, ++this.requests);
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
    this.#bodyPaused = true;
    this.socket.pause();
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
      if (context === null) endBody(request);
      else context.runInAsyncScope(endBody, undefined, request);
    }
    if (this.#ends()) this.parser.stop();
    // The reader of this body stopped the socket; the next request must not wait for it.
    if (this.#bodyPaused) this.#flow();
  }

  #flow(): void {
    this.#bodyPaused = false;
    if (!this.socket._paused) this.socket.resume();
  }

  get gathers(): boolean {
    return this.output.held && this.parser.position !== this.#received;
  }

  responseEnded(response: ResponseStateMethods): void {
    this.responses.noteEnded();
    endEntry(response);
    if (response._last) {
      // Nothing follows the response that closes the connection, whatever was asked for behind it.
      this.#closing = true;
      if (this.incoming === null) this.parser.stop();
    } else if (this.refusal === null || !this.refusal.answerInTurn()) {
      this.responses.giveTurn();
    }
    // The last answer to what was read leaves at once, before anything that the program writes to the socket itself.
    if (this.gathers) return;
    if (this.output.held && !response.watched) this.output.push();
    else this.output.flush();
  }

  responseWritten(response: ResponseStateMethods, watched: boolean): void {
    const { socket } = this;
    const request = response.req as IncomingMessage;
    this.responses.removeFirst();
    publishFinish(request, response, socket, this.server);
    if (request._state === null) request._dumped = true;
    else if (!isRead(request)) request._dump();
    if ((socket._httpMessage as object) === response) socket._httpMessage = null;
    response.socket = null;
    response._output = null;
    if (watched) process.nextTick(emitClose, response);
    else closeUnwatched(response);
    if (response._last) this.close();
    else if (this.isIdle) this.becomeIdle();
    this.resume();
  }

  responseQueued(bytes: number): void {
    this.responses.queuedBytes += bytes;
  }

  // Back-pressure: nothing more is received while responses can't leave; requests that were received already are
  // served as long as what waits stays within twice that measure and their number within its bound.

  #pause(): void {
    this.socket._paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (this.#receiving || !this.responses.hasRoom || this.#upgrade !== null) return;
    this.parser.paused = false;
    if (!this.socket._paused) return;
    const unread = this.#unread;
    this.socket._paused = false;
    this.#unread = null;
    try {
      if (unread !== null) this.receive(unread);
    } finally {
      if (!this.socket._paused && this.#upgrade === null) this.#readOn();
    }
  }

  #readOn(): void {
    if (this.#inputEnded) super.onEndOfInput();
    this.#inputEnded = false;
    this.socket.resume();
  }

  /** What was received before the end of input comes first, though it may still wait. */
  override onEndOfInput(): void {
    if (this.#unread === null || this.refusal !== null) super.onEndOfInput();
    else this.#inputEnded = true;
  }

  onDrain(): void {
    const response = this.socket._httpMessage;
    this.output.flush();
    if (response?._needDrain && !response.finished && !this.socket.writableNeedDrain) {
      response._needDrain = false;
      response.emit('drain');
    }
    this.resume();
  }

  override onClose(): void {
    this.#unread = null;
    super.onClose();
  }

  #wantsUpgrade(request: IncomingMessage): boolean {
    if (request.method !== 'CONNECT' && !this.server.shouldUpgradeCallback(request)) return false;
    request.upgrade = true;
    this.#upgrade = request;
    this.#context = presentContext();
    return true;
  }
}

function resume(connection: Connection): void {
  connection.resume();
}

/** The 'connection' listener of every server. */
export function attach(this: HttpServer, socket: ServerSocket): void {
  (socket as { server: unknown }).server = this;
  if (this.timeout) socket.setTimeout?.(this.timeout);
  const connection = new Connection(this, socket);
  this[kEngine].connections.add(connection);
  listenTo(this, socket, connection);
}
