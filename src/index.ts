/**
 * The server half of `node:http`, over premier's own HTTP/1.1 engine; the client half is Node's.
 *
 * `import http from 'premier'`, `import { createServer } from 'premier'` and `require('premier')` all work.
 */
import http from 'node:http';
import { IncomingMessage } from './server/incoming-message.js';
import { type RequestListener, Server } from './server/server.js';
import type { ServerOptions } from './server/server-options.js';
import { ServerResponse } from './server/server-response.js';

/**
 * Makes a server. Nothing listens until `server.listen()` is called.
 * @param options - `http.createServer`'s options, those of later Node versions included
 * @param listener - added to the 'request' event
 * @throws TypeError or RangeError for an option of the wrong type or range
 * @see https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener
 */
export function createServer(
  options?: ServerOptions | RequestListener,
  listener?: RequestListener,
): http.Server {
  return new Server(options, listener);
}

export const { Agent, ClientRequest, get, globalAgent, maxHeaderSize, METHODS, OutgoingMessage, request } =
  http;
export const { setMaxIdleHTTPParsers, STATUS_CODES, validateHeaderName, validateHeaderValue } = http;
export type { RequestListener, ServerOptions };
export { IncomingMessage, Server, ServerResponse };

/** `node:http` as it is on this Node, with the server half replaced. */
const premier = { ...http, createServer, IncomingMessage, Server, ServerResponse };
export default premier;
