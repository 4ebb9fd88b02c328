/**
 * What a connection tells whoever uses it. Each is called at once, while a segment is read or after something was sent;
 * none may throw, and each may call any method of the connection and its streams.
 */
import type { Buffer } from 'node:buffer';
import type { Http2Error } from './errors.js';
import type { FaultName } from './faults.js';
import type { RequestHead } from './request-head.js';
import type { Stream } from './stream.js';

export interface ConnectionListener {
  /** A request has begun. Each stream is told of once; its head is the listener's own to keep. */
  onHead(stream: Stream, head: RequestHead): void;
  /** A request has begun that is to be refused with `error.status`; nothing more of it is told but a reset. */
  onRefused(stream: Stream, head: RequestHead, error: Http2Error): void;
  /** The client did something wrong on a stream that was not told of, which was reset for it. */
  onStreamRefused(streamId: number, fault: FaultName): void;
  /** Octets of the request's body, a view of the segment where they did not have to wait; `stream.consumed` gives them back. */
  onBody(stream: Stream, data: Buffer): void;
  /** The request is complete; names and values of its trailers in turn. */
  onEnd(stream: Stream, rawTrailers: string[]): void;
  /** The stream was reset, by the client (`resetByClient`) or for what the client did, or the connection has ended. */
  onReset(stream: Stream, error: Http2Error): void;
  /** Less is waiting on a stream than its program wanted to be told of by `awaitDrain`. */
  onDrain(stream: Stream): void;
  /** There is something to `pull`, other than what `receive` was the reason for. */
  onOutput(): void;
  /** The client says that it begins no further streams; or why it gives the connection up. */
  onGoaway(lastStreamId: number, errorCode: number, debugData: string): void;
  /** The connection is given up; the last thing to `pull` is GOAWAY. */
  onError(error: Http2Error): void;
}
