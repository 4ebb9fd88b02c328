/**
 * Hands the requests of a connection to the program.
 *
 * In: heads, bodies and ends from the parser. Out: requests with their responses, each in an async context of its own,
 * and what the program wants of their bodies. Never a request after the answer that closes the connection.
 */
import type { AsyncResource } from 'node:async_hooks';
import type { Buffer } from 'node:buffer';
import { BODY_NONE } from '../../http1/framing.js';
import type { RequestHead } from '../../http1/request-head.js';
import type { RequestSink } from '../../http1/request-parser.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import { completeBody } from '../../message/request-body.js';
import type { ServerResponse } from '../../message/server-response.js';
import { runInScope } from '../../node/domains.js';
import { readsBodyOfUpgrade } from '../../node/line-habits.js';
import { beginEntry, isObserved } from '../../node/performance-entries.js';
import { presentContext, RequestContexts } from '../../node/request-contexts.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { publishStart } from '../diagnostics.js';
import { dispatch } from '../dispatch.js';
import { type HttpServer, kEngine } from '../http-server.js';
import { makeResponse } from '../make-response.js';
import { type ConnectionObservation, ExchangeObservation } from '../observation.js';
import { ObservedChannel } from '../observed-channel.js';
import { makeRequest } from './exchange.js';
import { ANSWERS_WAIT, READER_WAITS, type ReadingGate } from './reading-gate.js';
import type { ResponseQueue } from './response-queue.js';
import { ResponseWriter } from './response-writer.js';
import type { WriterOwner } from './writer-owner.js';

/** The segment that the requests come from. */
export interface DeliveredSegment {
  /** Index of the first byte that has not been read. */
  readonly position: number;
  /** What may outlive the present call. */
  keep(bytes: Buffer): Buffer;
  /** No further request is read until there is room for its answer. */
  pause(): void;
}

/** The connection, as far as the delivery of its requests goes. */
export interface DeliveringConnection extends WriterOwner<ServerResponse> {
  readonly server: HttpServer;
  readonly socket: ServerSocket;
  readonly responses: ResponseQueue;
  readonly gate: ReadingGate;
  /** Null where nobody observes. */
  readonly observation: ConnectionObservation | null;
  readonly reader: DeliveredSegment;
  /** Nothing more is served. */
  readonly isOver: boolean;
  requestBegins(): void;
  requestEnds(): void;
}

export class RequestDelivery implements RequestSink {
  /** The request that is being read, until its end. */
  incoming: IncomingMessage | null = null;
  /** The request with which the connection leaves HTTP. */
  upgrade: IncomingMessage | null = null;
  /** The request that is being read, for whoever observes. */
  exchange: ExchangeObservation | null = null;
  /** Set while a handler runs, and left so where it throws. */
  isInHandler = false;
  /** Set while a part of a body is handed on, and left so where whoever reads it throws. */
  isInBody = false;
  /** Requests that were handed to the program. */
  count = 0;
  /** Whether somebody wants a performance entry of each exchange, as asked when the present segment came. */
  #isObserved = false;
  /** Whether something of the present request's body has come. */
  #hasBody = false;
  readonly #connection: DeliveringConnection;
  readonly contexts = new RequestContexts();
  /** Where the present request runs; null where that is the case by itself. */
  #context: AsyncResource | null = null;

  constructor(connection: DeliveringConnection) {
    this.#connection = connection;
  }

  /** @param fresh - called from the event loop, in the async context in which the connection came */
  beginSegment(fresh: boolean): void {
    this.contexts.fresh = fresh;
    this.#isObserved = isObserved();
    this.isInHandler = false;
    this.isInBody = false;
  }

  /** The present request goes on in a later segment: what the handler entered is the context of its body too. */
  keepContext(): void {
    if (this.incoming !== null) this.#context ??= presentContext();
  }

  onHead(head: RequestHead): boolean {
    const connection = this.#connection;
    if (connection.isOver) return true;
    connection.requestBegins();
    const { server, socket, responses } = connection;
    const request = makeRequest(server, socket, head);
    const exchange = connection.observation === null ? null : this.#observe(connection.observation, request);
    if (head.upgrade && this.#wantsUpgrade(request)) return !this.#readsBodyFirst(request, head);
    if (server[kEngine].optimizeEmptyRequests && !head.framed) request._dumpAndCloseReadable();
    const context = this.contexts.next();
    request.upgrade = false;
    this.incoming = request;
    this.#context = context;
    const response = makeResponse(server, request, head.keepAlive);
    const writer = new ResponseWriter(response, connection, request);
    response._channel = exchange === null ? writer : observed(exchange, writer);
    response._context = context;
    if (!responses.isEmpty && this.#isCrowded()) connection.gate.shut(ANSWERS_WAIT);
    responses.add(writer);
    this.isInHandler = true;
    try {
      if (context === null) this.#dispatch(head, request, response);
      else runInScope(context, this.#dispatch, this, head, request, response);
    } finally {
      // The socket stops only when more comes: most clients wait for the answer.
      if (responses.isFull) connection.reader.pause();
    }
    this.isInHandler = false;
    if (exchange !== null) exchange.handlerReturned();
    return false;
  }

  /** Whether too much waits, be it that what only waits for the end of the segment leaves now. */
  #isCrowded(): boolean {
    const { responses, output } = this.#connection;
    if (!responses.isCrowded(1)) return false;
    output.flush();
    return responses.isCrowded(1);
  }

  #dispatch(head: RequestHead, request: IncomingMessage, response: ServerResponse): void {
    const { server, socket } = this.#connection;
    if (this.#isObserved) beginEntry(request, response);
    publishStart(request, response, socket, server);
    dispatch(server, head, request, response, ++this.count);
    // What the handler entered is the context of its body too, and of nothing else in the scope it shared.
    if (head.framed) this.#context = this.contexts.forBody(this.#context);
  }

  onBody(data: Buffer): void {
    const request = this.incoming;
    if (this.exchange !== null) this.exchange.bodyCame(data);
    if (request === null || request._dumped) return;
    this.#hasBody = true;
    this.isInBody = true;
    if (this.#context === null) this.#pushBody(request, data);
    else runInScope(this.#context, this.#pushBody, this, request, data);
    this.isInBody = false;
  }

  #pushBody(request: IncomingMessage, data: Buffer): void {
    const { gate } = this.#connection;
    // What is decoded into text is copied by that.
    const kept = request.readableEncoding === null ? this.#connection.reader.keep(data) : data;
    if (request.push(kept)) {
      // On node:http the reader's tick comes right after this, and asks for more.
      if (request._readableState.resumeScheduled) request._consuming = true;
      return;
    }
    gate.shut(READER_WAITS);
    // As on node:http, a request that was destroyed before its body came hears nothing of its end.
    if (request.destroyed) request._dumped = true;
  }

  onEnd(rawTrailers: string[]): void {
    const request = this.incoming;
    // The program threw before there was a request to hand over: its error is the one to be heard.
    if (request === null) return;
    const context = this.#context;
    if (this.exchange !== null) this.#tellEnd(this.exchange, rawTrailers);
    this.incoming = null;
    this.#context = null;
    request.complete = true;
    if (rawTrailers.length > 0) request._addTrailers(rawTrailers);
    try {
      if (request._state !== null) this.#completeBody(request, context);
    } finally {
      // Who reads the body may have thrown: the request is over all the same.
      this.#requestEnded();
    }
  }

  #completeBody(request: IncomingMessage, context: AsyncResource | null): void {
    const hasThrown = this.isInBody;
    const hasBody = this.#hasBody;
    this.isInBody = true;
    this.#hasBody = false;
    if (context === null) completeBody(request, hasBody);
    else runInScope(context, completeBody, undefined, request, hasBody);
    this.isInBody = hasThrown;
  }

  #requestEnded(): void {
    const { gate } = this.#connection;
    this.#connection.requestEnds();
    if (this.upgrade !== null) {
      gate.lift(READER_WAITS);
      return;
    }
    // The reader of this body stopped the socket, or the program did; the next request must not wait for it.
    if (gate.isShutFor(READER_WAITS)) gate.lift(READER_WAITS);
    else if (this.#connection.socket.readableFlowing !== false) return;
    gate.flow();
  }

  #observe(observation: ConnectionObservation, request: IncomingMessage): ExchangeObservation {
    const { received } = observation;
    const { method, url, httpVersion, rawHeaders } = request;
    const facts = {
      method: method as string,
      target: url as string,
      version: httpVersion,
      rawHeaders,
      startedAt: received.since,
      streamId: 0,
    };
    const exchange = new ExchangeObservation(observation, facts, request);
    this.exchange = exchange;
    exchange.open(received, this.#connection.reader.position);
    return exchange;
  }

  #tellEnd(exchange: ExchangeObservation, rawTrailers: string[]): void {
    if (this.upgrade === null) this.exchange = null;
    exchange.bytesCame(exchange.connection.received, this.#connection.reader.position);
    exchange.requestEnded(rawTrailers);
  }

  /**
   * The segment was read to its end, or as far as it may be.
   * @param isInHead - whether it ends within a head
   */
  tellRest({ received }: ConnectionObservation, isInHead: boolean): void {
    const { position } = this.#connection.reader;
    if (this.exchange !== null) this.exchange.bytesCame(received, position);
    received.end(position, isInHead);
  }

  #wantsUpgrade(request: IncomingMessage): boolean {
    const { server } = this.#connection;
    if (request.method !== 'CONNECT' && !server.shouldUpgradeCallback(request)) return false;
    request.upgrade = true;
    this.upgrade = request;
    this.#context = presentContext();
    return true;
  }

  /** Whether the body of a request that asks for another protocol is read as such: what it asks for begins after it. */
  #readsBodyFirst(request: IncomingMessage, { bodyKind }: RequestHead): boolean {
    if (request.method === 'CONNECT' || bodyKind === BODY_NONE || !readsBodyOfUpgrade()) return false;
    this.incoming = request;
    return true;
  }

  /** What was to be an upgrade is refused before anybody heard of it. */
  forgetUpgrade(): void {
    if (this.upgrade === null) return;
    this.upgrade = null;
    this.incoming = null;
  }

  /** Where the listeners for 'upgrade' and 'connect' run. */
  get upgradeContext(): AsyncResource {
    this.#context ??= presentContext();
    return this.#context;
  }
}

function observed(exchange: ExchangeObservation, writer: ResponseWriter<ServerResponse>): ObservedChannel {
  exchange.response = writer.response;
  writer.exchange = exchange;
  return new ObservedChannel(writer, exchange);
}
