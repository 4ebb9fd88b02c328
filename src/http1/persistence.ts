/**
 * Whether a connection goes on after a response, and the fields that say so (RFC 9112 §9.3).
 *
 * In: what the program set, and what the request allows. Out: Connection and Keep-Alive as lines, where the program
 * left them to the server, and whether the response is the last. The hint given to clients is shorter than the timeout that is kept:
 * see `keepAliveTimeoutBuffer`.
 */

import type { FieldsSet } from './fields-set.js';

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

/** What becomes of the connection. */
export interface Persistence {
  /** The response is the last one of its connection. */
  readonly last: boolean;
  /** The fields to add, as lines. */
  readonly lines: string;
}

const GOES_ON_SILENTLY: Persistence = Object.freeze({ last: false, lines: '' });
const GOES_ON: Persistence = Object.freeze({ last: false, lines: 'Connection: keep-alive\r\n' });
const ENDS_SILENTLY: Persistence = Object.freeze({ last: true, lines: '' });
const ENDS: Persistence = Object.freeze({ last: true, lines: 'Connection: close\r\n' });
/** The client is told to leave; what it has sent before it reads that is still answered. */
const LEAVES: Persistence = Object.freeze({ last: false, lines: 'Connection: close\r\n' });

/** `Keep-Alive: timeout=…`, composed once for each pair of settings in use. */
let keepAlive = { timeout: -1, max: -1, persistence: GOES_ON };

function goesOnFor(timeout: number, max: number): Persistence {
  if (keepAlive.timeout !== timeout || keepAlive.max !== max) {
    const limit = max > 0 ? `, max=${max}` : '';
    const lines = `${GOES_ON.lines}Keep-Alive: timeout=${Math.floor(timeout / 1000)}${limit}\r\n`;
    keepAlive = { timeout, max, persistence: { last: false, lines } };
  }
  return keepAlive.persistence;
}

/**
 * @param closes - the body lasts until the connection closes
 * @param ends - the server ends the connection after this response, and says so whatever the program set
 */
export function persist(
  facts: PersistenceFacts,
  set: FieldsSet,
  closes: boolean,
  ends: boolean,
): Persistence {
  if (ends) return set.asksClose ? ENDS_SILENTLY : ENDS;
  if (set.hasConnection) return set.asksClose || closes ? ENDS_SILENTLY : GOES_ON_SILENTLY;
  const goesOn = facts.shouldKeepAlive && !closes;
  if (facts._removedConnection) return goesOn ? GOES_ON_SILENTLY : ENDS_SILENTLY;
  if (!goesOn || !(set.contentLength >= 0 || facts.useChunkedEncodingByDefault)) return ENDS;
  if (facts.maxRequestsOnConnectionReached) return LEAVES;
  if (facts._keepAliveTimeout && facts._defaultKeepAlive && !set.hasKeepAlive) {
    return goesOnFor(facts._keepAliveTimeout, ~~facts._maxRequestsPerSocket);
  }
  return GOES_ON;
}
