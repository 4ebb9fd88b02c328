/**
 * What a server tells whoever observes it: connections, exchanges on them, and what it refused. Types only.
 *
 * Every call is made at the moment at which it happens, so that the time is the observer's to take, before the engine
 * goes on. An observer must not change what it is shown, nor write, nor wait; what it throws is thrown again in a tick of
 * its own. Memory that is *lent* has other contents after the call: whoever keeps any of it copies it. Nothing of this is
 * built where nobody observes; what no observer has a method for is not built either.
 */
import type { Server } from 'node:net';
import type { FieldList } from '../http/field-list.js';
import type { IncomingMessage } from '../message/incoming-message.js';
import type { Chunk, Encoding } from '../message/response-channel.js';
import type { ServerResponse } from '../message/server-response.js';
import type { ServerSocket } from '../transport/server-socket.js';

/** A connection that speaks HTTP. */
export interface ObservedConnection {
  /** From 1 on, in the order in which connections of this process were first observed. */
  readonly id: number;
  readonly server: Server;
  /** Also for its TLS facts and its bytes so far, framing and heads included (`bytesRead`, `bytesWritten`). */
  readonly socket: ServerSocket;
  readonly protocol: 'http/1.1' | 'h2';
  /** When it was first observed, in ms of `performance.now()`. */
  readonly openedAt: number;
  /** The other end of the socket; a socket that is closed has forgotten it. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
}

/**
 * How an exchange ended: `complete` when the kernel has all of the response; `aborted` when either side gave it up;
 * `refused` when the server answered, or closed, in place of the program; `upgraded` when its connection left HTTP.
 */
export type Outcome = 'complete' | 'aborted' | 'refused' | 'upgraded';

/** One request and its response, with what is known of them so far. */
export interface ObservedExchange {
  /** From 1 on, in the order in which requests of this process were observed. */
  readonly id: number;
  readonly connection: ObservedConnection;
  /** Of HTTP/2; 0 over HTTP/1.1, where a connection is one stream. */
  readonly streamId: number;
  /** When the first byte of the request was read, in ms of `performance.now()`. */
  readonly startedAt: number;
  /** When it was closed, on the same clock; 0 until then. */
  readonly closedAt: number;
  readonly method: string;
  readonly target: string;
  /** `1.0`, `1.1` or `2.0`. */
  readonly version: string;
  /** Names and values of the request's fields in turn, in their order and case. */
  readonly rawHeaders: readonly string[];
  /** The objects that the program has; null where it has none, since the request was refused. */
  readonly request: IncomingMessage | null;
  readonly response: ServerResponse | null;
  /** Of the final response; 0 until its head is composed. */
  readonly status: number;
  /** Octets of the request's body so far, without framing. */
  readonly requestBytes: number;
  /** Octets of the response's body that the program has handed over and that may leave, without framing. */
  readonly responseBytes: number;
  /** Octets of the response's body that its head announces; -1 where it announces none, or there is no head yet. */
  readonly announcedBytes: number;
  /** Why the request was refused, if it was. */
  readonly refusal: Refusal | null;
  /** Null until the exchange is closed. */
  readonly outcome: Outcome | null;
}

/** A head of a response as it was composed. */
export interface ObservedHead {
  readonly status: number;
  /** All of it as it leaves over HTTP/1.1, latin1; over HTTP/2 the same fields as text. */
  readonly text: string;
  /** What the program set. Fields of the text that are not among these were added by the server. */
  readonly set: FieldList;
  /** Whether each piece of the body leaves as one chunk (RFC 9112 §7.1). Over HTTP/2: whether its length is unknown. */
  readonly chunked: boolean;
}

/** What the server does not accept on the wire. */
export interface Refusal {
  /** `HPE_*` or `ERR_HTTP_*`, as of `node:http` where it has one; `HTTP2_*` over HTTP/2. */
  readonly code: string;
  /** Of the answer that the server gives by itself, or would, had the program not taken it over; 0 where there is none. */
  readonly status: number;
  /** One sentence: what was wrong. */
  readonly reason: string;
  /** The section that was violated; empty where none is. */
  readonly rfc: string;
  /** Octets of the answer's body. */
  readonly answerBytes: number;
  /** The bytes among which the offending ones are, a head from its first segment on; null where there are none. */
  readonly bytes: Uint8Array | null;
  /** Where in them the line begins, or the byte is, that was not accepted. */
  readonly position: number;
  /** Whether the program took it over ('clientError'): the server gives no answer then. */
  readonly claimed: boolean;
  /** The stream that was reset for it, of HTTP/2; 0 where the connection was at fault, and over HTTP/1.1. */
  readonly streamId: number;
}

/** Each method is called at most once where its name says one thing of an exchange, and in the order below. */
export interface ServerObserver {
  /** A connection has come; also of each that is there when somebody begins to observe. After TLS' handshake. */
  connectionOpened?(connection: ObservedConnection): void;
  /** A request has come as far as the end of its head, before any handler sees it. */
  exchangeOpened?(exchange: ObservedExchange): void;
  /**
   * The same, with what makes it dearer.
   * @param bytes - the head as it was on the wire is a part of them; lent; null over HTTP/2, where fields are compressed
   * @param start - the index at which it begins
   * @param end - and the one after its last
   */
  requestHead?(exchange: ObservedExchange, bytes: Uint8Array | null, start: number, end: number): void;
  /** The handler has returned; a body, and what it waits for, come later. */
  handlerReturned?(exchange: ObservedExchange): void;
  /** Octets of the request's body, without framing; lent. */
  requestBody?(exchange: ObservedExchange, data: Uint8Array): void;
  /** Bytes of the request after its head as they were on the wire, with chunk framing and trailers; lent. HTTP/1.1 only. */
  requestBytes?(exchange: ObservedExchange, bytes: Uint8Array): void;
  /** All of the request has come; names and values of its trailers in turn. Not told after the exchange was closed. */
  requestEnded?(exchange: ObservedExchange, rawTrailers: readonly string[]): void;
  /** An interim response (1xx), any number of them. */
  interimHead?(exchange: ObservedExchange, status: number, fields: FieldList): void;
  /** The head of the response was composed. It leaves with the first piece of the body, or before it. */
  responseHead?(exchange: ObservedExchange, head: ObservedHead): void;
  /**
   * A piece of the body, as the program wrote it; its memory is the program's.
   * @param length - its octets, where it leaves whole: no more leave than were announced
   */
  responseBody?(exchange: ObservedExchange, data: Chunk, encoding: Encoding, length: number): void;
  /** The program has ended the response. */
  responseEnded?(exchange: ObservedExchange, trailers: FieldList): void;
  /** The response waited for others to be written, and may leave now. Not told where it had its turn from the start. */
  turnCame?(exchange: ObservedExchange): void;
  /** The connection leaves HTTP with this exchange: its socket is the program's ('upgrade', 'connect'). */
  upgraded?(exchange: ObservedExchange): void;
  /**
   * What the program answers on such a connection, as far as the end of its head: on the wire, latin1, or over HTTP/2 the same
   * as text. Told after the exchange was closed, if at all.
   */
  upgradeAnswered?(exchange: ObservedExchange, head: string): void;
  /**
   * Something was refused.
   * @param exchange - the request that was being read; null where none had been told of
   */
  refused?(connection: ObservedConnection, refusal: Refusal, exchange: ObservedExchange | null): void;
  /** The exchange is over; see its `outcome`. Told of each that was opened, before its connection is closed. */
  exchangeClosed?(exchange: ObservedExchange): void;
  /** The connection is gone, or has left HTTP. */
  connectionClosed?(connection: ObservedConnection): void;
  /** A connection did not get as far as HTTP: TLS' handshake failed, or its proxy did not say who it is (`error.code`). */
  handshakeFailed?(server: Server, error: Error, socket: ServerSocket): void;
}
