/**
 * Whether a connection goes on after a response, and the fields that say so (RFC 9112 §9.3).
 *
 * In: what the program set, and what the request allows. Out: Connection and Keep-Alive as lines, where the program
 * left them to the server, and `last` on the head. The hint given to clients is shorter than the timeout that is kept:
 * see `keepAliveTimeoutBuffer`.
 */

/** What a response knows of its connection. The names are those of `node:http`. */
export interface PersistenceFacts {
  readonly shouldKeepAlive: boolean;
  readonly useChunkedEncodingByDefault: boolean;
  readonly maxRequestsOnConnectionReached: boolean;
  /** The program removed the field, and so chose not to have it added. */
  readonly _removedConnection: boolean;
  readonly _defaultKeepAlive: boolean;
  /** ms, as the server has it. */
  readonly _keepAliveTimeout: number;
  readonly _maxRequestsPerSocket: number;
}

/** The part of a head that is decided here. */
interface PersistentHead {
  readonly hasConnection: boolean;
  readonly asksClose: boolean;
  readonly hasKeepAlive: boolean;
  readonly contentLength: number;
  last: boolean;
}

/** `Keep-Alive: timeout=…`, composed once for each pair of settings in use. */
let keepAlive = { timeout: -1, max: -1, lines: '' };

function persistentLines(timeout: number, max: number): string {
  if (keepAlive.timeout !== timeout || keepAlive.max !== max) {
    const limit = max > 0 ? `, max=${max}` : '';
    const lines = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(timeout / 1000)}${limit}\r\n`;
    keepAlive = { timeout, max, lines };
  }
  return keepAlive.lines;
}

/**
 * Decides it, and gives the lines to add.
 * @param closes - the body lasts until the connection closes
 * @param ends - the server ends the connection after this response
 */
export function persist(
  facts: PersistenceFacts,
  head: PersistentHead,
  closes: boolean,
  ends: boolean,
): string {
  head.last = closes || ends;
  if (head.hasConnection) {
    if (head.asksClose) head.last = true;
    return ends && !head.asksClose ? 'Connection: close\r\n' : '';
  }
  const shouldKeepAlive = facts.shouldKeepAlive && !head.last;
  if (facts._removedConnection) {
    head.last = !shouldKeepAlive;
    return '';
  }
  if (!shouldKeepAlive || !(head.contentLength >= 0 || facts.useChunkedEncodingByDefault)) {
    head.last = true;
    return 'Connection: close\r\n';
  }
  if (facts.maxRequestsOnConnectionReached) return 'Connection: close\r\n';
  if (facts._keepAliveTimeout && facts._defaultKeepAlive && !head.hasKeepAlive) {
    return persistentLines(facts._keepAliveTimeout, ~~facts._maxRequestsPerSocket);
  }
  return 'Connection: keep-alive\r\n';
}
