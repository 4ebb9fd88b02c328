/**
 * Whether a connection goes on after a response, and the fields that say so (RFC 9112 §9.3).
 *
 * In: what the program set, and what the request allows. Out: Connection and Keep-Alive on the head, where the program
 * left them to the server, and `_last` on the response. The hint given to clients is shorter than the timeout that
 * is kept: see `keepAliveTimeoutBuffer`.
 */
import type { ResponseHead } from '../../http1/response-head.js';

interface PersistentResponse {
  shouldKeepAlive: boolean;
  useChunkedEncodingByDefault: boolean;
  maxRequestsOnConnectionReached: boolean;
  /** The response is the last one of its connection. */
  _last: boolean;
  _removedConnection: boolean;
  _defaultKeepAlive: boolean;
  /** ms, as the server has it. */
  _keepAliveTimeout: number;
  _maxRequestsPerSocket: number;
}

/** `Keep-Alive: timeout=…`, composed once for each pair of settings in use. */
let keepAliveLine = { timeout: -1, max: -1, line: '' };

function persistentLines(timeout: number, max: number): string {
  if (keepAliveLine.timeout !== timeout || keepAliveLine.max !== max) {
    const limit = max > 0 ? `, max=${max}` : '';
    const line = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(timeout / 1000)}${limit}\r\n`;
    keepAliveLine = { timeout, max, line };
  }
  return keepAliveLine.line;
}

/** Decides it, and adds the fields. */
export function persist(response: PersistentResponse, head: ResponseHead): void {
  if (head.hasConnection) {
    response._removedConnection = false;
    if (head.asksClose) response._last = true;
    else response.shouldKeepAlive = true;
  } else if (response._removedConnection) {
    response._last = !response.shouldKeepAlive;
  } else if (!response.shouldKeepAlive || !(head.hasContentLength || response.useChunkedEncodingByDefault)) {
    response._last = true;
    head.addLines('Connection: close\r\n');
  } else if (response.maxRequestsOnConnectionReached) {
    head.addLines('Connection: close\r\n');
  } else if (response._keepAliveTimeout && response._defaultKeepAlive) {
    head.addLines(persistentLines(response._keepAliveTimeout, ~~response._maxRequestsPerSocket));
  } else {
    head.addLines('Connection: keep-alive\r\n');
  }
}
