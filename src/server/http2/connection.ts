/**
 * One connection that speaks HTTP/2: requests to the program, each on a stream of its own, and their answers back.
 *
 * In: the socket's events, and those of the engine. Out: segments for the engine, exchanges for the program, and the end
 * of the connection: with GOAWAY, after what was answered. What a program throws ends no other exchange, and no listener
 * runs in the context of another request.
 */
import type { Buffer } from 'node:buffer';
import { maxHeaderSize } from 'node:http';
import { performance } from 'node:perf_hooks';
import { Http2Connection } from '../../http2/connection.js';
import type { Stream } from '../../http2/stream.js';
import * as errors from '../../node/errors.js';
import { presentContext } from '../../node/request-contexts.js';
import { shortLivedCopy } from '../../node/short-lived-copies.js';
import { lingeringClose } from '../../transport/lingering-close.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { keepOrder } from '../../transport/socket-order.js';
import { type ClockedConnection, ConnectionClock } from '../connection-clock.js';
import { fieldsBeyond, maxFieldsOf } from '../field-limits.js';
import type { HttpServer } from '../http-server.js';
import type { Place } from '../linked-list.js';
import type { ConnectionObservation } from '../observation.js';
import type { ServerConnection } from '../server-connection.js';
import { FrameOutput, type FrameOutputHost } from './frame-output.js';
import { callProgram } from './program-calls.js';
import { ReadingPatience } from './reading-patience.js';
import { isRefusal, refusalFacts } from './refusal.js';
import { socketFor } from './secure-stream-socket.js';
import { type DeliveringConnection, StreamDelivery } from './stream-delivery.js';
import type { StreamSocketHost } from './stream-socket.js';
import type { StreamUse } from './stream-use.js';

export class Connection
  implements ServerConnection, ClockedConnection, DeliveringConnection, StreamSocketHost, FrameOutputHost
{
  readonly protocol = 'h2';
  readonly server: HttpServer;
  readonly socket: ServerSocket;
  place: Place<ServerConnection> | null = null;
  observation: ConnectionObservation | null = null;
  readonly clock: ConnectionClock;
  /** In no order. As few objects as possible are made and dropped for it: see stream-table.ts. */
  readonly uses: StreamUse[] = [];
  /** What the sweep looks at of a connection is the head that is arriving; each exchange has its own time. */
  readonly headComplete = false;
  /** A stream's window lets no more of its body come than a few frames. */
  readonly bodyBytesLeft = 0;
  readonly #engine: Http2Connection;
  readonly #output: FrameOutput;
  readonly #delivery: StreamDelivery;
  readonly #patience: ReadingPatience;
  /** Where the connection came, and no request. */
  readonly #context = presentContext();
  #isLent = false;
  #isReceiving = false;
  /** 'clientError' was emitted. */
  #isTold = false;
  #isEnding = false;

  constructor(server: HttpServer, socket: ServerSocket) {
    this.server = server;
    this.socket = socket;
    this.clock = new ConnectionClock(this);
    this.#delivery = new StreamDelivery(this);
    this.#engine = new Http2Connection(this.#delivery, {
      maxHeadBytes: server.maxHeaderSize || maxHeaderSize,
      maxFields: maxFieldsOf(server),
      fieldsBeyond: fieldsBeyond(server),
      connectProtocol: server.listenerCount('upgrade') > 0,
    });
    this.#output = new FrameOutput(socket, this.#engine, this);
    keepOrder(socket, this.#output);
    this.#patience = new ReadingPatience(this.#engine, () => this.flush());
    this.#output.schedule();
  }

  get transport(): ServerSocket {
    return this.socket;
  }

  // The socket

  receiveLent(chunk: Buffer): void {
    this.#isLent = true;
    try {
      this.receive(chunk, true);
    } finally {
      this.#isLent = false;
    }
  }

  /** The segment was lost while it was read: what follows makes no sense. */
  overrun(): void {
    if (this.#isReceiving) this.socket.destroy();
  }

  keep(bytes: Buffer): Buffer {
    return this.#isLent ? shortLivedCopy(bytes) : bytes;
  }

  /** @param fresh - called from the event loop, in the async context in which the connection came */
  receive(chunk: Buffer, fresh = false): void {
    const scope = this.#delivery.contexts.scopeOf(fresh);
    if (scope === null) this.#receive(chunk);
    else scope.runInAsyncScope(this.#receive, this, chunk);
  }

  #receive(chunk: Buffer): void {
    if (this.#isEnding) return;
    this.#isReceiving = true;
    try {
      this.#engine.receive(chunk, performance.now());
    } finally {
      this.#isReceiving = false;
    }
    this.#output.flush();
    this.#tellClock();
    this.#patience.look();
    if (this.#engine.congested) this.socket.pause();
  }

  #tellClock(): void {
    const { clock } = this;
    if (this.#engine.headUnderWay) {
      clock.requestArrives();
      return;
    }
    clock.requestEnds();
    if (this.isIdle && clock.idleSince === 0) clock.becomeIdle();
  }

  onDrain(): void {
    this.flush();
    if (!this.#engine.congested) this.socket.resume();
  }

  onEndOfInput(): void {
    if (this.server.httpAllowHalfOpen && this.uses.length > 0) return;
    this.#engine.close();
    this.#output.flush();
    this.socket.end();
  }

  /** Silent for too long between two requests: whoever listens decides, else it ends. An exchange has its own timeout. */
  onTimeout(): void {
    if (this.uses.length === 0 && !this.server.emit('timeout', this.socket)) this.close();
  }

  refuse(error: Error): void {
    this.tellError(error);
    this.socket.destroy(error);
  }

  onClose(): void {
    this.clock.stop();
    this.#patience.stop();
    this.#isEnding = true;
    this.#engine.close();
    // What the engine had done with, such as a response of which the kernel took nothing, is nobody's any more either.
    for (const use of [...this.uses]) use.reset(true);
  }

  /** Its state can't be sent with it: its streams end here. */
  onSent(): void {
    this.#output.flush();
    this.onClose();
  }

  free(): void {
    this.clock.stop();
    this.place?.remove();
    this.observation?.close();
  }

  // The server

  get isIdle(): boolean {
    return this.uses.length === 0 && this.clock.requestStart === 0 && !this.#isEnding;
  }

  get isUnused(): boolean {
    return this.#delivery.count === 0 && this.uses.length === 0;
  }

  /** Its client is told to send no more, and what it sends before it knows is served. */
  readonly pace = 0;

  get streams(): Iterable<StreamUse> {
    return this.uses;
  }

  shutdown(): void {
    this.clock.isLeaving = true;
    this.#engine.shutdown();
  }

  /** A client that doesn't say that it has read of the shutdown, and goes on with new requests, would keep the server for ever. */
  endGrace(): void {
    this.#engine.finishShutdown();
  }

  /** Gives up streams, or the connection, whose client takes next to nothing of what waits for it. */
  checkProgress(): void {
    const timeout = this.server.sendTimeout;
    if (!(timeout > 0) || this.socket.destroyed) return;
    const now = performance.now();
    if (this.#output.isStalled(now, timeout)) this.socket.destroy();
    else this.#context.runInAsyncScope(() => this.#engine.checkProgress(now, timeout, this.#output.unsent));
  }

  closeIdle(): void {
    const isAnswered = this.uses.length > 0 && this.uses.every((use) => use.isAnswered);
    if (this.isIdle) this.socket.destroy();
    else if (isAnswered && this.clock.requestStart === 0) this.close();
  }

  close(): void {
    this.#engine.shutdown();
    this.#engine.finishShutdown();
    this.flush();
  }

  /** A head takes too long to arrive. */
  onRequestTimeout(): void {
    this.tellError(errors.requestTimeout());
    this.#engine.fail('connectionClosed');
    this.flush();
  }

  // The delivery

  useBegins(use: StreamUse): void {
    this.clock.leaveIdle();
    use.place = this.uses.push(use) - 1;
  }

  /** What its client sends after the last request is not served, and may be tried again on another connection. */
  lastRequest(): void {
    this.#engine.finishShutdown();
  }

  bytesWait(): void {
    this.#output.keepBytes();
  }

  canLeave(stream: Stream, octets: number): boolean {
    return this.#output.isOpen && this.#engine.canLeave(stream, octets);
  }

  /** What a handler wrote leaves before the next one may write to the same memory. */
  nextHandler(): void {
    this.#output.beforeHandler();
  }

  /** What waits at the end of a segment leaves then. */
  outputWaits(): void {
    if (!this.#isReceiving) this.#output.schedule();
  }

  /** 'clientError', once: its listener may look at the connection, and end it; there is nothing that it could write. */
  tellError(error: Error): void {
    if (this.#isTold) return;
    this.#isTold = true;
    let claimed = false;
    callProgram(this.#context, () => {
      claimed = this.server.emit('clientError', error, socketFor(this));
    });
    if (this.observation === null || !isRefusal(error)) return;
    const told = { claimed, streamId: 0, status: 0, answerBytes: 0 };
    this.observation.refuse(refusalFacts(error, told), null);
  }

  // What its streams are used for

  /** Hands over what the socket takes; what hears of it runs in the context of no request. */
  flush(): void {
    this.#context.runInAsyncScope(this.#output.flush, this.#output);
  }

  useOver(use: StreamUse): void {
    const { uses } = this;
    const { place } = use;
    if (uses[place] !== use) return;
    const last = uses.pop() as StreamUse;
    if (last !== use) {
      uses[place] = last;
      last.place = place;
    }
    if (this.isIdle) this.clock.becomeIdle();
  }

  // The socket that stands for the connection in 'clientError'

  readonly activity = 0;

  finish(): void {
    this.abandon();
  }

  abandon(): void {
    this.#engine.close();
    this.flush();
  }

  tellTimeout(): boolean {
    return true;
  }

  /** The engine wants nothing more of the socket: it ends when all has left, or soon, where its client is at fault. */
  outputFinished(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.clock.stop();
    const { socket } = this;
    if (socket.destroyed) return;
    if (this.#engine.error !== null) lingeringClose(socket);
    else socket.end(() => lingeringClose(socket));
  }
}
