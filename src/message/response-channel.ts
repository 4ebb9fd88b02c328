/**
 * What a response asks of its connection, whatever version of HTTP that speaks; and what it is told.
 *
 * In: interim heads, one head as a list of fields, pieces of a body, an end. Out: how the body is framed, whether more
 * may be written, and word of when it is the response's turn, when all has left, or that it never will. No text of a
 * protocol passes here but the head that programs can read as `_header`.
 */
import type { Socket } from 'node:net';
import type { FieldList } from '../http/field-list.js';

export type WriteCallback = (error?: Error | null) => void;
export type Chunk = string | Uint8Array;
export type Encoding = BufferEncoding | null | undefined;

/** What a response says of itself when its head is composed. The names are those of `node:http`. */
export interface HeadFacts {
  readonly statusCode: number;
  readonly statusMessage: string | undefined;
  readonly sendDate: boolean;
  readonly shouldKeepAlive: boolean;
  readonly useChunkedEncodingByDefault: boolean;
  readonly maxRequestsOnConnectionReached: boolean;
  /** False for HEAD, and for statuses that have no body. */
  readonly _hasBody: boolean;
  /** The octets of the body where they are known before its first byte leaves. */
  readonly _contentLength: number | null;
  readonly _removedConnection: boolean;
  readonly _removedContLen: boolean;
  readonly _removedTE: boolean;
  readonly _defaultKeepAlive: boolean;
  readonly _keepAliveTimeout: number;
  readonly _maxRequestsPerSocket: number;
}

/** A head as it was composed. */
export interface ComposedHead {
  readonly text: string;
  readonly chunked: boolean;
  /** The octets of the body where they are announced, else -1. */
  readonly bodyLength: number;
  /** The response is the last one of its connection. */
  readonly last: boolean;
  /** What the program set of the fields that matter to the connection. */
  readonly set: {
    /** A line of Connection has no `close`. */
    readonly goesOn: boolean;
    readonly hasTrailer: boolean;
    /** Those of Transfer-Encoding; null where there is none. */
    readonly codings: readonly string[] | null;
    readonly hasContentLength: boolean;
    /** The number in Content-Length; -1 where it is none. */
    readonly contentLength: number;
  };
}

/** A piece of a body, as the program wrote it. */
export interface BodyPiece {
  readonly data: Chunk;
  readonly encoding: Encoding;
  readonly callback: WriteCallback | null;
}

export interface ResponseChannel {
  /** Whether a head was composed. */
  readonly hasHead: boolean;
  /** Whether `end` was called. */
  readonly hasEnded: boolean;
  /** Bytes that wait for the response's turn, or for its release. */
  readonly waitingBytes: number;
  /** What waits for the response's turn, or for its release. */
  readonly waiting: readonly BodyPiece[];
  /** Bytes that wait to be handed to the socket, and that it doesn't count itself. */
  readonly backlog: number;
  /** Whether all of it would have left by now on node:http, though it has not. */
  readonly isOverdue: boolean;
  /** Whether what is written now is handed to the kernel within the call. */
  readonly leavesAtOnce: boolean;
  /** Whether a response that nothing follows may have that status. */
  allowsStatus(status: number): boolean;
  /** Sends an interim response (RFC 9110 §15.2). Returns false where the program should pause. */
  interim(status: number, fields: FieldList, written: WriteCallback | null): boolean;
  /** Composes the head. It leaves with the first piece of the body, with `flush`, or at the end. */
  head(facts: HeadFacts, fields: FieldList): ComposedHead;
  /**
   * Sends a piece of the body.
   * @param length - its bytes
   * @returns false where the program should pause
   */
  body(data: Chunk, encoding: Encoding, length: number, written: WriteCallback | null): boolean;
  /** Sends the head without waiting for more. */
  flush(): boolean;
  /** Ends the response, with the last piece of its body, and trailers where those can be sent. */
  end(data: Chunk, encoding: Encoding, length: number, trailers: FieldList): void;
  /** Nothing leaves until `release` or `end`. */
  hold(): void;
  /** What was held leaves. Returns false where the program should pause. */
  release(): boolean;
  /** Gives the response up: what it wrote may still leave, and nothing follows it. */
  abort(error: Error | undefined): void;
  /** Sends text past the framing, for programs that call `_writeRaw`. */
  raw(data: Chunk, encoding: Encoding, written: WriteCallback | null): boolean;
  /** The program gives the response a socket of its choice (`assignSocket`). */
  assign(socket: Socket): void;
  /** The program takes the socket away (`detachSocket`). */
  detach(): void;
}

/** What a response hears from its channel. */
export interface ChannelListener {
  /** Whether anybody can notice when the response is over. */
  readonly watched: boolean;
  /** Why the program gave it up, if it did. */
  readonly _errored: Error | null | undefined;
  /** Bytes that may wait for the response's turn before it should pause. */
  readonly _highWaterMark: number;
  /** The response is the last one of its connection. */
  _last: boolean;
  /** Whether one of the listeners for 'finish' calls `_leave`: those before it still find the socket. */
  readonly _leavesInFinish: boolean;
  /** Lets go of the socket; null but for that time. */
  _leave: (() => void) | null;
  /** It is the response's turn: from here on what it writes can leave. */
  _onTurn(socket: Socket): void;
  /** Called where `write` had returned false and there is room again. */
  _onDrain(): void;
  /** All of it has been handed on. */
  _onEnded(): void;
  /** Everything has left for the kernel, or never will: the error in the latter case. */
  _noteWritten(error: Error | null | undefined): Error | null;
  _tellEnd(failure: Error | null): void;
  _tellFinish(): void;
}

type OpenChannel = (response: ChannelListener) => ResponseChannel;

/** What a socket answers that has a channel for its response, made where something first asks. */
export const kChannelOf = Symbol('premier.channelOf');

export interface ChannelSource {
  [kChannelOf](): ResponseChannel | null;
}

let openChannel: OpenChannel = () => {
  throw new Error('A response needs a channel: import the server first.');
};

/** Says how responses that no server made reach a socket, once the program gives them one. */
export function setDetachedChannel(open: OpenChannel): void {
  openChannel = open;
}

export function detachedChannel(response: ChannelListener): ResponseChannel {
  return openChannel(response);
}
