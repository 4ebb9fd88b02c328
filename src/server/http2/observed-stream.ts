/**
 * Begins the observation of an exchange of HTTP/2.
 *
 * In: a stream with the head of its request, and the objects that the program gets, where it gets any. Out: the exchange as
 * its observers know it, of which they were told.
 */
import { performance } from 'node:perf_hooks';
import type { RequestHead } from '../../http2/request-head.js';
import type { Stream } from '../../http2/stream.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import type { ServerResponse } from '../../message/server-response.js';
import { type ConnectionObservation, ExchangeObservation } from '../observation.js';

interface Messages {
  readonly request: IncomingMessage;
  /** Null where the stream leaves HTTP. */
  readonly response: ServerResponse | null;
}

/** @param messages - null where the request is refused */
export function observeStream(
  observation: ConnectionObservation,
  stream: Stream,
  { method, target, rawHeaders }: RequestHead,
  messages: Messages | null,
): ExchangeObservation {
  const startedAt = performance.now();
  const facts = { method, target, version: '2.0', rawHeaders, startedAt, streamId: stream.id };
  const exchange = new ExchangeObservation(observation, facts, messages?.request ?? null);
  exchange.response = messages?.response ?? null;
  exchange.open(null, 0);
  return exchange;
}
