/**
 * Hands the requests of a connection to the program.
 *
 * In: what the engine tells of its streams. Out: exchanges, each in an async context of its own, and what comes on their
 * streams. The engine's calls never throw: what a program throws meets it elsewhere.
 */
import type { AsyncResource } from 'node:async_hooks';
import type { Buffer } from 'node:buffer';
import type { ConnectionListener } from '../../http2/connection-listener.js';
import { Http2Error } from '../../http2/errors.js';
import type { FaultName } from '../../http2/faults.js';
import type { RequestHead } from '../../http2/request-head.js';
import type { Stream } from '../../http2/stream.js';
import { beginEntry, isObserved } from '../../node/performance-entries.js';
import { RequestContexts } from '../../node/request-contexts.js';
import { publishStart } from '../diagnostics.js';
import { dispatchExpecting } from '../dispatch.js';
import { kEngine } from '../http-server.js';
import { Exchange } from './exchange.js';
import { observeStream } from './observed-stream.js';
import { callProgram } from './program-calls.js';
import { refusalFacts, refuse } from './refusal.js';
import type { StreamConnection, StreamUse } from './stream-use.js';
import { Tunnel } from './tunnel.js';

/** The connection, as far as the delivery of its requests goes. */
export interface DeliveringConnection extends StreamConnection {
  /** A handler is about to be called. */
  nextHandler(): void;
  useBegins(use: StreamUse): void;
  /** No request is served that begins from here on. */
  lastRequest(): void;
  /** There is something to send. */
  outputWaits(): void;
  /** The connection is given up. */
  tellError(error: Error): void;
}

export class StreamDelivery implements ConnectionListener {
  /** Requests that were handed to the program. */
  count = 0;
  readonly #connection: DeliveringConnection;
  readonly contexts = new RequestContexts();

  constructor(connection: DeliveringConnection) {
    this.#connection = connection;
  }

  onHead(stream: Stream, head: RequestHead): void {
    const { method, protocol } = head;
    if (method === 'CONNECT' && protocol === null) {
      this.#refuse(stream, head, new TunnelRefused());
      return;
    }
    this.#connection.nextHandler();
    const context = this.contexts.next();
    callProgram(null, () => {
      if (method === 'CONNECT') this.#beginTunnel(stream, head, context);
      else this.#begin(stream, head, context);
    });
    if (stream.context === undefined) stream.reset('internalError');
  }

  #begin(stream: Stream, head: RequestHead, context: AsyncResource | null): void {
    const { server } = this.#connection;
    const exchange = new Exchange(this.#connection, stream, head, context);
    stream.context = exchange;
    this.#connection.useBegins(exchange);
    const count = ++this.count;
    const { expect } = head;
    if (context === null) this.#dispatch(exchange, expect, count);
    else context.runInAsyncScope(this.#dispatch, this, exchange, expect, count);
    exchange.observed?.handlerReturned();
    const most = server.maxRequestsPerSocket;
    if (most && count >= most) this.#connection.lastRequest();
  }

  #beginTunnel(stream: Stream, head: RequestHead, context: AsyncResource | null): void {
    const { server } = this.#connection;
    const tunnel = new Tunnel(this.#connection, stream, head, context);
    // The program may ask the request, and whoever listened may do so no more.
    if (server.listenerCount('upgrade') === 0 || !server.shouldUpgradeCallback(tunnel.request)) {
      this.#refuse(stream, head, new TunnelRefused());
      stream.context = null;
      return;
    }
    stream.context = tunnel;
    this.#connection.useBegins(tunnel);
    this.count++;
    if (context === null) tunnel.open();
    else context.runInAsyncScope(tunnel.open, tunnel);
  }

  #dispatch(exchange: Exchange, expect: string | null, count: number): void {
    const { request, response, socket, stream } = exchange;
    const { server } = this.#connection;
    if (isObserved()) beginEntry(request, response);
    publishStart(request, response, socket, server);
    try {
      dispatchExpecting(server, expect, request, response, count);
    } finally {
      // What the handler entered is the context of its body too, and of nothing else in the scope it shared.
      if (stream.hasBody) exchange.context = this.contexts.forBody(exchange.context);
    }
  }

  onRefused(stream: Stream, head: RequestHead, error: Http2Error): void {
    this.#refuse(stream, head, error);
  }

  /** Answers in place of the program. */
  #refuse(stream: Stream, head: RequestHead, error: Error): void {
    const { server, observation } = this.#connection;
    const refusal = refuse(stream, head.method, error, server[kEngine].refusalStyle);
    if (observation === null) return;
    const exchange = observeStream(observation, stream, head, null);
    observation.refuse(refusal, exchange);
    exchange.status = refusal.status;
    exchange.responseBytes = refusal.answerBytes;
    exchange.close('refused');
  }

  onStreamRefused(streamId: number, fault: FaultName): void {
    const told = { claimed: false, streamId, status: 0, answerBytes: 0 };
    const { observation } = this.#connection;
    if (observation !== null) observation.refuse(refusalFacts(new Http2Error(fault), told), null);
  }

  onBody(stream: Stream, data: Buffer): void {
    const use = stream.context as StreamUse | null | undefined;
    if (!use) stream.consumed(data.length);
    else use.receive(data);
  }

  onEnd(stream: Stream, rawTrailers: string[]): void {
    (stream.context as StreamUse | null | undefined)?.requestEnds(rawTrailers);
  }

  onReset(stream: Stream, error: Http2Error): void {
    const use = stream.context as StreamUse | null | undefined;
    if (!use) {
      stream.retire();
      return;
    }
    if (use.observed !== null && error.scope === 'stream' && error.fault !== 'resetByClient') {
      const told = { claimed: false, streamId: stream.id, status: 0, answerBytes: 0 };
      use.observed.connection.refuse(refusalFacts(error, told), use.observed);
    }
    use.reset(error.scope === 'connection');
  }

  onDrain(stream: Stream): void {
    (stream.context as StreamUse | null | undefined)?.drain();
  }

  onOutput(): void {
    this.#connection.outputWaits();
  }

  onGoaway(): void {}

  onError(error: Http2Error): void {
    this.#connection.tellError(error);
  }
}

/** There are no tunnels through HTTP/2 yet. */
class TunnelRefused extends Error {
  readonly status = 501;
  readonly reason = 'No tunnel leads through a stream of HTTP/2 here';
}
