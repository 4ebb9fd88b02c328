/**
 * The request of an exchange on a stream of HTTP/2.
 *
 * In: what comes on the stream, and how much of it the program reads. Out: the request's body, its trailers and its end, in
 * the context of the request, and the stream's window back. What nobody reads is dropped, and its client told to stop.
 */
import type { AsyncResource } from 'node:async_hooks';
import type { Buffer } from 'node:buffer';
import type { RequestHead } from '../../http2/request-head.js';
import type { Stream } from '../../http2/stream.js';
import type { AskingRequest, BodySource, ClosedCallback } from '../../message/body-source.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import { completeBody, dropUnread } from '../../message/request-body.js';
import type { ResponseChannel } from '../../message/response-channel.js';
import { clearTimeout, LONGEST_WAIT, now, setTimeout } from '../../node/timers.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { kEngine } from '../http-server.js';
import { UNREAD_PATIENCE } from '../limits.js';
import type { ExchangeObservation } from '../observation.js';
import { idleTime } from '../timeouts.js';
import { announceBody, makeRequest } from './make-request.js';
import { callProgram } from './program-calls.js';
import { socketFor } from './secure-stream-socket.js';
import type { StreamSocket, StreamSocketHost } from './stream-socket.js';
import type { StreamConnection } from './stream-use.js';

/** The response is not complete. */
export const OPEN = 0;
/** The response has left; the program still reads the request, or its client is given time to end it. */
export const ANSWERED = 1;
export const CLOSED = 2;

type State = typeof OPEN | typeof ANSWERED | typeof CLOSED;

export abstract class RequestSide implements StreamSocketHost, BodySource {
  readonly stream: Stream;
  readonly request: IncomingMessage;
  readonly socket: StreamSocket;
  /** Where what is told of the request runs. */
  context: AsyncResource | null;
  /** Null where nobody observes. */
  abstract readonly observed: ExchangeObservation | null;
  protected readonly connection: StreamConnection;
  protected state: State = OPEN;
  /** When it began to come, as `now` tells it; null where it has no body that could take long. */
  protected start: number | null;
  /** Whether all of the request has come. */
  protected isReceived = false;
  /** Whether some of it came since the rest was last waited for. */
  #hasCome = false;
  /** The reader has yet to come to what waits before it hears of the end: from then on it asks for nothing. */
  #endWaits = false;
  /** Ends the wait for the rest of the request; null where nobody waits. */
  #waiting: NodeJS.Timeout | null = null;

  constructor(
    connection: StreamConnection,
    stream: Stream,
    head: RequestHead,
    context: AsyncResource | null,
  ) {
    this.connection = connection;
    this.stream = stream;
    this.context = context;
    this.start = stream.hasBody ? now() : null;
    this.socket = socketFor(this);
    announceBody(stream, head);
    this.request = makeRequest(connection.server, this.socket, head);
    if (connection.server[kEngine].optimizeEmptyRequests && !stream.hasBody)
      this.request._dumpAndCloseReadable();
    this.request._source = this;
  }

  abstract readonly activity: number;
  abstract abandon(error: Error | undefined): void;
  abstract finish(): void;
  abstract channelOf(): ResponseChannel;
  abstract tellTimeout(): boolean;
  abstract abort(request: AskingRequest, error: Error | null, closed: ClosedCallback): boolean;
  /** Both the request and the response have come to their end. */
  protected abstract over(): void;

  get transport(): ServerSocket {
    return this.connection.socket;
  }

  /** As the sweep of the server wants it: 0 where all of the request has come. */
  get requestStart(): number {
    return this.request.complete || this.state === CLOSED ? 0 : (this.start ?? 0);
  }

  stir(): void {
    this.socket._stir();
  }

  receive(data: Buffer): void {
    const { request, stream } = this;
    this.#hasCome = true;
    this.stir();
    if (this.observed !== null) this.observed.bodyCame(data);
    if (request._dumped || request.destroyed) {
      stream.consumed(data.length);
      return;
    }
    callProgram(this.context, () => {
      const kept = request.readableEncoding === null ? this.connection.keep(data) : data;
      if (request.push(kept)) stream.consumed(data.length);
    });
  }

  requestEnds(rawTrailers: string[]): void {
    const { request } = this;
    this.isReceived = true;
    if (this.observed !== null) this.observed.requestEnded(rawTrailers);
    if (!request.complete) {
      if (rawTrailers.length > 0) request._addTrailers(rawTrailers);
      this.#completeRequest();
    }
    if (this.state === ANSWERED) this.over();
  }

  #completeRequest(): void {
    const { request, stream } = this;
    request.complete = true;
    this.#endWaits = stream.unconsumed > 0 && !request.destroyed;
    if (request._state !== null && !this.#endWaits)
      callProgram(this.context, () => completeBody(request, stream.hasBody));
  }

  more(): void {
    this.stream.consumed(this.stream.unconsumed);
    if (!this.#endWaits) return;
    this.#endWaits = false;
    completeBody(this.request, this.stream.hasBody);
  }

  /** What nobody reads of the request need not come: its client is told to stop, unless it ends the request by itself. */
  protected dropUnread(context: AsyncResource | null): void {
    const { request } = this;
    dropUnread(request, context);
    if (request.complete || !(request._dumped || request.destroyed)) return;
    // For its reader it is over, as over HTTP/1.1, where the rest is read and dropped.
    this.#completeRequest();
    setTimeout(stopRequest, UNREAD_PATIENCE, this).unref();
  }

  /** The response has left, and the program reads on: the rest may pause for as long as a connection may between requests. */
  protected awaitRest(): void {
    const time = idleTime(this.connection.server);
    this.#hasCome = false;
    if (time > 0) this.#waiting = setTimeout(checkRest, Math.min(time, LONGEST_WAIT), this).unref();
  }

  /** The exchange is over: a clock would keep all of it for as long as a connection may be idle. */
  protected waitNoMore(): void {
    if (this.#waiting !== null) clearTimeout(this.#waiting);
    this.#waiting = null;
  }

  checkRest(): void {
    if (this.state !== ANSWERED) return;
    // What waits for the program keeps the client from sending.
    if (this.#hasCome || this.stream.unconsumed > 0) this.awaitRest();
    else this.abandon(undefined);
  }

  stopRequest(): void {
    if (this.state !== ANSWERED) return;
    this.stream.drop();
    this.over();
  }
}

function stopRequest(side: RequestSide): void {
  side.stopRequest();
}

function checkRest(side: RequestSide): void {
  side.checkRest();
}
