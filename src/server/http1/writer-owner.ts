/** What a connection is to the writers of its responses. */
import type { IncomingMessage } from '../../message/incoming-message.js';
import type { ChannelListener, ResponseChannel } from '../../message/response-channel.js';
import type { SocketOutput } from '../../transport/socket-output.js';
import type { ExchangeObservation } from '../observation.js';

/** What is called by no segment. */
export const NO_CALL = -1;

/** The writer of one response, as its connection sees it. */
export interface OwnedWriter<R extends ChannelListener> extends ResponseChannel {
  readonly response: R;
  /** What it answers, whatever the program makes of `response.req`; null where it has no connection. */
  readonly request: IncomingMessage | null;
  /** Null where nobody observes. */
  readonly exchange: ExchangeObservation | null;
}

export interface WriterOwner<R extends ChannelListener> {
  readonly output: SocketOutput;
  /** Whether a response that ends now waits for others, to leave with them. */
  readonly gathers: boolean;
  /** Which call of the program's it is of those that one segment leads to, each in a tick of its own on node:http. */
  readonly presentCall: number;
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
