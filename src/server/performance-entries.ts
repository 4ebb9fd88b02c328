/**
 * The `HttpRequest` entries that a `PerformanceObserver` of type `http` gets from `node:http`'s server.
 *
 * In: a response when it is made and when it has ended. Out: an entry, as Node makes it. There is no public way to
 * add one, but while somebody observes, Node's own responses do: so one of those goes through the motions beside
 * ours. Nothing is made where nobody observes; that is asked when a connection comes, once in a millisecond.
 */
import http from 'node:http';
import type { IncomingMessage } from './incoming-message.js';
import type { ResponseStateMethods } from './response-state.js';
import type { ServerResponse } from './server-response.js';

/** Taken once: `premier/register` puts its own class in this place. */
const NodeServerResponse = http.ServerResponse;

/** A response of Node's own; `_finish` ends its entry, and wants a socket to be there. */
type Shadow = http.ServerResponse & { _finish(): void };

/** What Node calls the state that such a response has only while somebody observes. */
const STATISTICS = 'ServerResponseStatistics';

const NO_REQUEST = { method: 'GET', url: '/', headers: {}, httpVersionMajor: 1, httpVersionMinor: 1 };
const shadows = new WeakMap<object, Shadow>();

const shadowOf = (request: object) => new NodeServerResponse(request as http.IncomingMessage) as Shadow;

let lastAnswer = { time: 0, observed: false };

/**
 * Whether somebody observes entries of type `http`.
 * @param time - now, in ms
 */
export function isObserved(time: number): boolean {
  if (lastAnswer.time !== time) {
    const keys = Object.getOwnPropertySymbols(shadowOf(NO_REQUEST));
    lastAnswer = { time, observed: keys.some((key) => key.description === STATISTICS) };
  }
  return lastAnswer.observed;
}

export function beginEntry(request: IncomingMessage, response: ServerResponse): void {
  shadows.set(response, shadowOf(request));
}

export function endEntry(response: ResponseStateMethods): void {
  const shadow = shadows.get(response);
  if (shadow === undefined) return;
  shadow.statusCode = response.statusCode;
  shadow.statusMessage = response.statusMessage as string;
  shadow.getHeaders = () => response.getHeaders();
  Object.assign(shadow, { socket: {} });
  shadow._finish();
}
