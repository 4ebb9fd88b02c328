/** What a connection is to the writers of its responses. Types only. */
import type { ChannelListener, ResponseChannel } from '../../message/response-channel.js';
import type { SocketOutput } from '../../transport/socket-output.js';
import type { ExchangeObservation } from '../observation.js';

/** The writer of one response, as its connection sees it. */
export interface OwnedWriter<R extends ChannelListener> extends ResponseChannel {
  readonly response: R;
  /** Null where nobody observes. */
  readonly exchange: ExchangeObservation | null;
}

export interface WriterOwner<R extends ChannelListener> {
  readonly output: SocketOutput;
  /** Whether a response that ends now waits for others, to leave with them. */
  readonly gathers: boolean;
  /** Whether the call in which a response ended is over, though it waits for others to leave with them. */
  isPast(writer: OwnedWriter<R>): boolean;
  /** Whether all responses before this one have left. */
  isAlone(writer: OwnedWriter<R>): boolean;
  /** Whether the connection ends after this response, whatever that says of itself. */
  endsAfter(writer: OwnedWriter<R>): boolean;
  /** All of the response has been handed on; the next one may go on. */
  responseEnded(writer: OwnedWriter<R>): void;
  /**
   * All of it has been handed to the kernel.
   * @param watched - whether anybody could notice
   */
  responseLeft(writer: OwnedWriter<R>, watched: boolean): void;
  /** `bytes` more wait for the response's turn; fewer when negative. */
  responseWaits(bytes: number): void;
}
