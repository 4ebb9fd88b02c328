/**
 * One exchange on a stream of HTTP/2: what binds a request, its response and their socket to the stream.
 *
 * In: what comes on the stream, and what the program does with the request, the response and the socket. Out: the events
 * that both have over HTTP/1.1, 'close' always among them; a stream that is reset where either side gives it up. Every
 * listener runs in the context of its own request, and what it throws ends nobody else's.
 */
import type { AsyncResource } from 'node:async_hooks';
import { NO_ERROR } from '../../http2/error-codes.js';
import { Http2Error } from '../../http2/errors.js';
import type { RequestHead } from '../../http2/request-head.js';
import type { Stream } from '../../http2/stream.js';
import { canSend } from '../../http2/stream-states.js';
import type { AskingRequest, ClosedCallback } from '../../message/body-source.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import type { ResponseChannel } from '../../message/response-channel.js';
import { closeUnwatched, emitClose } from '../../message/response-close.js';
import type { ServerResponse } from '../../message/server-response.js';
import * as errors from '../../node/errors.js';
import { endEntry } from '../../node/performance-entries.js';
import { nextTick, setTimeout } from '../../node/timers.js';
import { publishFinish } from '../diagnostics.js';
import { kEngine } from '../http-server.js';
import { READING_PATIENCE, RESET_PATIENCE } from '../limits.js';
import { makeResponse } from '../make-response.js';
import type { ExchangeObservation } from '../observation.js';
import { ObservedChannel } from '../observed-channel.js';
import { type Leaving, tellLeft } from '../response-left.js';
import type { Swept } from '../timeouts.js';
import { observeStream } from './observed-stream.js';
import { callProgram } from './program-calls.js';
import { refuse } from './refusal.js';
import { ANSWERED, CLOSED, OPEN, RequestSide } from './request-side.js';
import type { StreamConnection, StreamUse } from './stream-use.js';
import { StreamWriter, type WriterOwner } from './stream-writer.js';

export class Exchange extends RequestSide implements WriterOwner, StreamUse, Leaving {
  readonly response: ServerResponse;
  /** Where its connection has it. */
  place = -1;
  /** Null where nobody observes. */
  readonly observed: ExchangeObservation | null;
  /** The program has ended the socket, or given it up: with the answer all is over. */
  #isEnding = false;

  constructor(
    connection: StreamConnection,
    stream: Stream,
    head: RequestHead,
    context: AsyncResource | null,
  ) {
    super(connection, stream, head, context);
    this.response = makeResponse(connection.server, this.request, true);
    const { observation } = connection;
    this.observed = observation === null ? null : observeStream(observation, stream, head, this);
    this.response._context = context;
    this.socket._httpMessage = this.response;
    const { timeout } = connection.server;
    if (timeout) this.socket.setTimeout(timeout);
    this.response._onTurn(this.socket);
  }

  get clock(): Swept {
    return this;
  }

  get headComplete(): boolean {
    return true;
  }

  get isAnswered(): boolean {
    return this.request.complete && this.response.finished;
  }

  get activity(): number {
    return this.stream.sent;
  }

  // What comes on the stream

  /**
   * The stream was reset.
   * @param withConnection - and all others, since the connection has ended
   */
  reset(withConnection: boolean): void {
    if (this.state !== CLOSED) this.#close();
    const { stream, response } = this;
    if (response.finished || withConnection) stream.retire();
    // A handler that was told may answer all the same, or never: until it is known, its stream counts.
    else {
      response.once('prefinish', () => stream.retire());
      setTimeout(retire, RESET_PATIENCE, stream).unref();
    }
  }

  drain(): void {
    this.stir();
    callProgram(this.context, () => this.response._onDrain());
  }

  // What the program does

  /** Many may wait for their handlers: how a response leaves is made when it is first asked something. */
  channelOf(): ResponseChannel {
    this.response._channel ??= this.#makeChannel();
    return this.response._channel;
  }

  #makeChannel(): ResponseChannel {
    const writer = new StreamWriter(this, this.stream);
    return this.observed === null ? writer : new ObservedChannel(writer, this.observed);
  }

  abort({ socket }: AskingRequest, error: Error | null, closed: ClosedCallback): boolean {
    if (this.state === CLOSED) return false;
    // `pipeline` and `for await` take the socket away first: the response is to leave all the same.
    if (socket === null) {
      this.more();
      return false;
    }
    this.abandon(error ?? undefined);
    nextTick(closed, null);
    return true;
  }

  flush(): void {
    this.connection.flush();
  }

  bytesWait(): void {
    this.connection.bytesWait();
  }

  canLeave(octets: number): boolean {
    return this.connection.canLeave(this.stream, octets);
  }

  responseEnded(): void {
    this.response._onEnded();
    endEntry(this.response);
  }

  onLeft(error: Error | null | undefined): void {
    // Where nobody is at fault, HTTP/2's word for the reason would read as if nothing had failed.
    const failure =
      error instanceof Http2Error && error.errorCode === NO_ERROR ? errors.streamDestroyed('end') : error;
    callProgram(null, () => tellLeft(this.response, failure, this));
    // It was destroyed with an error after its end: it has left, and is not finished.
    if (!error && this.state === OPEN) nextTick(closeAbandoned, this);
  }

  leave(watched: boolean): void {
    if (this.state === CLOSED) return;
    const { request, response, socket } = this;
    this.state = ANSWERED;
    this.connection.server[kEngine].prototypes.learn(request, response);
    publishFinish(request, response, socket, this.connection.server);
    // Who listens for 'finish' may ask there what becomes of a request that nothing has touched.
    const isUntouched = request._state === null;
    if (!watched || !isUntouched) this.dropUnread(watched ? response._context : null);
    socket._httpMessage = null;
    response._onLeft();
    if (this.observed !== null) this.observed.close('complete');
    if (!watched) closeUnwatched(response);
    else if (isUntouched) nextTick(closeBoth, this);
    else nextTick(emitClose, response);
    if (this.isReceived) this.over();
    else if (this.#isEnding) this.abandon(undefined);
    else this.awaitRest();
  }

  closeBoth(): void {
    this.dropUnread(this.response._context);
    emitClose(this.response);
  }

  abandon(_error: Error | undefined): void {
    if (this.state === CLOSED) return;
    const { stream } = this;
    // What has no body has come to its end, though nobody was told yet.
    if (!stream.hasBody && !this.isReceived) this.requestEnds([]);
    // As on node:http, a response that was ended still arrives, as far as it can at once.
    if (stream.ended) this.connection.flush();
    if (stream.ended && !canSend(stream.state)) {
      this.#giveUpRest();
      return;
    }
    this.state = CLOSED;
    stream.reset('internalError');
    nextTick(closeAbandoned, this);
  }

  /** All of the answer is on its way: what is given up is the rest of the request, once that has left. */
  #giveUpRest(): void {
    this.#isEnding = true;
    this.stream.drop();
    if (this.state === OPEN) return;
    if (!this.isReceived) nextTick(abandonRequest, this.request);
    this.isReceived = true;
    this.over();
  }

  finish(): void {
    const { stream } = this;
    this.#isEnding = true;
    if (this.state !== OPEN) this.abandon(undefined);
    // Told when all before it has left, at once where there is no head yet.
    else if (!stream.ended) stream.body('', null, 0, { onLeft: () => this.abandon(undefined) });
  }

  /** Its request takes too long to arrive: whoever listens decides, else it is refused. */
  onRequestTimeout(): void {
    const { server } = this.connection;
    const error = errors.requestTimeout();
    this.start = Number.POSITIVE_INFINITY;
    if (server.listenerCount('clientError') > 0) {
      server.emit('clientError', error, this.socket);
      return;
    }
    if (this.response.headersSent) {
      this.abandon(error);
      return;
    }
    this.state = CLOSED;
    const refusal = refuse(this.stream, this.request.method, error, server[kEngine].refusalStyle);
    if (this.observed !== null) this.observed.connection.refuse(refusal, this.observed);
    this.#close();
  }

  tellTimeout(): boolean {
    const { request, response, socket } = this;
    const byRequest = !request.complete && request.emit('timeout', socket);
    const byResponse = response.emit('timeout', socket);
    const byServer = this.connection.server.emit('timeout', socket);
    return byRequest || byResponse || byServer;
  }

  // How it ends

  /** Tells whoever still reads the request or writes the response. */
  #close(): void {
    this.state = CLOSED;
    this.waitNoMore();
    const { request, response, context } = this;
    this.observed?.close('aborted');
    callProgram(context, () => request._abandon(errors.connectionReset('aborted')));
    callProgram(context, () => emitClose(response));
    callProgram(context, () => this.socket._close());
    this.connection.useOver(this);
  }

  closeAbandoned(): void {
    this.#close();
  }

  /** Both sides have come to their end; what the program has yet to read still counts, for a while. */
  protected override over(): void {
    this.state = CLOSED;
    this.waitNoMore();
    if (this.stream.unconsumed > 0) setTimeout(consumeAll, READING_PATIENCE, this.stream).unref();
    if (!this.socket._closeUnheard()) callProgram(this.context, () => this.socket._close());
    this.connection.useOver(this);
  }
}

function closeAbandoned(exchange: Exchange): void {
  exchange.closeAbandoned();
}

function closeBoth(exchange: Exchange): void {
  exchange.closeBoth();
}

function abandonRequest(request: IncomingMessage): void {
  request._abandon(errors.connectionReset('aborted'));
}

function consumeAll(stream: Stream): void {
  stream.consumed(stream.unconsumed);
}

function retire(stream: Stream): void {
  stream.retire();
}
