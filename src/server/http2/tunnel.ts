/**
 * A stream that leaves HTTP: extended CONNECT (RFC 8441), handed to a program as the 'upgrade' that it knows.
 *
 * In: a stream whose request names a protocol. Out: 'upgrade' with the request as it is over HTTP/1.1 and a socket of the
 * stream's own; what the program answers becomes the head of the stream's response. Never an octet of a program's before
 * such a head, and what a program throws ends no other stream.
 */
import type { AsyncResource } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { FIELD_STRIDE, NO_FIELDS } from '../../http/field-list.js';
import type { LeftListener } from '../../http2/outgoing-body.js';
import type { RequestHead } from '../../http2/request-head.js';
import type { Stream } from '../../http2/stream.js';
import { canSend } from '../../http2/stream-states.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import { connectionReset, streamDestroyed } from '../../node/errors.js';
import { nextTick } from '../../node/timers.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import type { ExchangeObservation } from '../observation.js';
import type { Swept } from '../timeouts.js';
import { makeRequest } from './make-request.js';
import { observeStream } from './observed-stream.js';
import { callProgram } from './program-calls.js';
import type { StreamConnection, StreamUse } from './stream-use.js';
import { type TunnelHead, TunnelHeadReader } from './tunnel-head.js';
import { type TunnelHost, type TunnelSocket, tunnelSocketFor } from './tunnel-socket.js';

/** The head of its request has come, and what follows may take its time. */
const UNTIMED: Swept = { requestStart: 0, headComplete: true, onRequestTimeout() {} };

type Written = (error?: Error | null) => void;

export class Tunnel implements StreamUse, TunnelHost {
  readonly stream: Stream;
  readonly request: IncomingMessage;
  readonly socket: TunnelSocket;
  readonly observed: ExchangeObservation | null;
  readonly isAnswered = false;
  place = -1;
  readonly #connection: StreamConnection;
  readonly #context: AsyncResource | null;
  readonly #reader = new TunnelHeadReader();
  #isOver = false;

  constructor(
    connection: StreamConnection,
    stream: Stream,
    head: RequestHead,
    context: AsyncResource | null,
  ) {
    this.#connection = connection;
    this.#context = context;
    this.stream = stream;
    this.socket = tunnelSocketFor(this);
    asUpgrade(head);
    this.request = makeRequest(connection.server, this.socket, head);
    this.request.method = 'GET';
    this.request.upgrade = true;
    this.request.complete = true;
    const { observation } = connection;
    this.observed =
      observation === null
        ? null
        : observeStream(observation, stream, head, { request: this.request, response: null });
  }

  /** Hands it to the program. */
  open(): void {
    this.observed?.upgrade();
    this.#connection.server.emit('upgrade', this.request, this.socket, Buffer.alloc(0));
  }

  // What comes on the stream

  receive(data: Buffer): void {
    this.socket._stir();
    if (this.socket.destroyed) {
      this.stream.consumed(data.length);
      return;
    }
    callProgram(this.#context, () => {
      if (this.socket.push(this.#connection.keep(data))) this.stream.consumed(data.length);
    });
  }

  requestEnds(): void {
    callProgram(this.#context, () => this.socket.push(null));
  }

  reset(): void {
    callProgram(this.#context, () => this.socket.destroy(connectionReset('read ECONNRESET')));
    this.#over();
  }

  drain(): void {}

  get clock(): Swept {
    return UNTIMED;
  }

  // What the program does with the socket

  get transport(): ServerSocket {
    return this.#connection.socket;
  }

  get activity(): number {
    return this.stream.sent;
  }

  /** A silent tunnel goes on, unless whoever has its socket minds. */
  tellTimeout(): boolean {
    return true;
  }

  more(): void {
    this.stream.consumed(this.stream.unconsumed);
  }

  write(bytes: Buffer, written: Written): void {
    let rest = bytes;
    if (this.#reader.head === null) {
      try {
        rest = this.#reader.take(bytes);
      } catch (error) {
        written(error as Error);
        return;
      }
      this.#sendHeads();
    }
    if (rest.length === 0) nextTick(written, null);
    else this.stream.body(rest, null, rest.length, this.#listenerOf(written));
  }

  #sendHeads(): void {
    const { interim, head } = this.#reader;
    for (const { status, fields } of interim.splice(0)) this.stream.interim(status, fields);
    if (head === null) return;
    this.stream.head(head.status, head.fields);
    if (this.observed?.observer.upgradeAnswered !== undefined)
      this.observed.observer.upgradeAnswered(this.observed, textOf(head));
  }

  end(written: Written): void {
    if (this.#reader.head === null) this.socket.destroy();
    else this.stream.end(NO_FIELDS, this.#listenerOf(written));
  }

  #listenerOf(written: Written): LeftListener {
    return { onLeft: (error) => this.#tell(written, error) };
  }

  /** Where the socket has not been destroyed, its client or the loss of the connection is the reason. */
  #tell(written: Written, error: Error | null | undefined): void {
    let reason: Error | null = null;
    if (error)
      reason = this.socket.destroyed ? streamDestroyed('write') : connectionReset('write ECONNRESET');
    callProgram(this.#context, () => written(reason));
  }

  abandon(): void {
    if (this.#isOver) return;
    const { stream } = this;
    if (stream.ended) this.#connection.flush();
    if (stream.ended && !canSend(stream.state)) stream.drop();
    else stream.reset('cancelled');
    this.#over();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.stream.retire();
    this.#connection.useOver(this);
  }
}

function textOf({ status, fields: { entries } }: TunnelHead): string {
  let text = `HTTP/2 ${status}\r\n`;
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) text += `${entries[i]}: ${entries[i + 2]}\r\n`;
  return `${text}\r\n`;
}

const KEY = 'sec-websocket-key';

/** @param name - in lower case, as names are over HTTP/2 */
function hasField(rawHeaders: readonly string[], name: string): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i] === name) return true;
  return false;
}

/** Gives the head of a request the fields that ask for a change of protocol over HTTP/1.1. */
function asUpgrade({ protocol, rawHeaders }: RequestHead): void {
  if (protocol === null) return;
  rawHeaders.push('connection', 'Upgrade', 'upgrade', protocol);
  // Sec-WebSocket-Key isn't needed (§5), but programs check that there is one; proxies pass on that of HTTP/1.1.
  if (protocol === 'websocket' && !hasField(rawHeaders, KEY))
    rawHeaders.push(KEY, randomBytes(16).toString('base64'));
}
