/**
 * What the engine keeps of a connection and of an exchange while somebody observes its server.
 *
 * In: word from the connections, at the places where things happen. Out: calls of the observer, each exchange's in order
 * and none after its end. An exchange is told to whoever observed when it began.
 */
import { Buffer } from 'node:buffer';
import type { Server } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { IncomingMessage } from '../message/incoming-message.js';
import type { ServerResponse } from '../message/server-response.js';
import type { ServerSocket } from '../transport/server-socket.js';
import { ReceivedBytes } from './received-bytes.js';
import type {
  ObservedConnection,
  ObservedExchange,
  Outcome,
  Refusal,
  ServerObserver,
} from './server-observer.js';

let connections = 0;
let exchanges = 0;

interface ConnectionFacts {
  readonly server: Server;
  readonly socket: ServerSocket;
  readonly protocol: 'http/1.1' | 'h2';
}

export class ConnectionObservation implements ObservedConnection {
  readonly id = ++connections;
  readonly openedAt = performance.now();
  readonly server: Server;
  readonly socket: ServerSocket;
  readonly protocol: 'http/1.1' | 'h2';
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly received = new ReceivedBytes();
  /** Replaced when others observe, or fewer. */
  observer: ServerObserver;
  #isClosed = false;

  constructor({ server, socket, protocol }: ConnectionFacts, observer: ServerObserver) {
    this.server = server;
    this.socket = socket;
    this.protocol = protocol;
    this.observer = observer;
    this.remoteAddress = socket.remoteAddress;
    this.remotePort = socket.remotePort;
  }

  refuse(refusal: Refusal, exchange: ExchangeObservation | null): void {
    const open = exchange?.outcome === null ? exchange : null;
    const whole = this.#whole(refusal);
    if (open !== null) open.refusal = whole;
    this.observer.refused?.(this, whole, open);
  }

  /** A head that came in several segments is shown in one piece. */
  #whole(refusal: Refusal): Refusal {
    const { bytes, position } = refusal;
    if (bytes === null || this.observer.refused === undefined) return refusal;
    const { earlier } = this.received;
    return {
      ...refusal,
      bytes: earlier.length === 0 ? bytes : Buffer.concat([earlier, bytes]),
      position: Math.max(0, earlier.length + position),
    };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.observer.connectionClosed?.(this);
  }
}

/** What is known of a request when it comes. */
export interface RequestFacts {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly rawHeaders: readonly string[];
  readonly startedAt: number;
  readonly streamId: number;
}

export class ExchangeObservation implements ObservedExchange {
  readonly id = ++exchanges;
  readonly connection: ConnectionObservation;
  readonly streamId: number;
  readonly startedAt: number;
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly rawHeaders: readonly string[];
  readonly request: IncomingMessage | null;
  /** Null until the request is about to be handed to the program. */
  response: ServerResponse | null = null;
  readonly observer: ServerObserver;
  closedAt = 0;
  status = 0;
  requestBytes = 0;
  responseBytes = 0;
  announcedBytes = -1;
  refusal: Refusal | null = null;
  outcome: Outcome | null = null;
  /** The server answers in place of the program. */
  #isServersOwn = false;

  constructor(connection: ConnectionObservation, facts: RequestFacts, request: IncomingMessage | null) {
    this.connection = connection;
    this.observer = connection.observer;
    this.streamId = facts.streamId;
    this.startedAt = facts.startedAt;
    this.method = facts.method;
    this.target = facts.target;
    this.version = facts.version;
    this.rawHeaders = facts.rawHeaders;
    this.request = request;
  }

  /**
   * @param received - has the bytes of the head; null where there are none to show
   * @param position - where the head ends in them
   */
  open(received: ReceivedBytes | null, position: number): void {
    const { observer } = this;
    observer.exchangeOpened?.(this);
    if (observer.requestHead === undefined) received?.skip(position);
    else if (received === null) observer.requestHead(this, null, 0, 0);
    else {
      const bytes = received.takePart(position);
      observer.requestHead(this, bytes, received.partStart, received.partEnd);
    }
  }

  handlerReturned(): void {
    if (this.outcome === null) this.observer.handlerReturned?.(this);
  }

  bodyCame(data: Uint8Array): void {
    this.requestBytes += data.length;
    if (this.outcome === null) this.observer.requestBody?.(this, data);
  }

  /** More of the request after its head has come, up to a position in what was received. */
  bytesCame(received: ReceivedBytes, position: number): void {
    if (this.observer.requestBytes === undefined || this.outcome !== null || !received.hasMore(position)) {
      received.skip(position);
      return;
    }
    this.observer.requestBytes(this, received.take(position));
  }

  requestEnded(rawTrailers: readonly string[]): void {
    if (this.outcome === null) this.observer.requestEnded?.(this, rawTrailers);
  }

  /** The server answers in place of the program, for a reason that is not one of the wire. */
  answerInstead({ code, status, rfc, reason }: Pick<Refusal, 'code' | 'status' | 'rfc' | 'reason'>): void {
    this.#isServersOwn = true;
    const { streamId } = this;
    const told = { answerBytes: 0, bytes: null, position: 0, claimed: false, streamId };
    this.connection.refuse({ code, status, rfc, reason, ...told }, this);
  }

  turnCame(): void {
    if (this.outcome === null) this.observer.turnCame?.(this);
  }

  upgrade(): void {
    this.observer.upgraded?.(this);
    this.close('upgraded');
  }

  /** The first time counts: the engine may come to it from more than one side. */
  close(outcome: Outcome): void {
    if (this.outcome !== null) return;
    this.closedAt = performance.now();
    const isRefused = this.#isServersOwn || (this.refusal !== null && outcome === 'aborted');
    this.outcome = isRefused ? 'refused' : outcome;
    this.observer.exchangeClosed?.(this);
  }
}
