/**
 * The server half of `node:http`, over premier's own HTTP/1.1 engine; the client half is Node's.
 *
 * `import http from 'premier'`, `import { createServer } from 'premier'` and `require('premier')` all work.
 */
import http from 'node:http';
import { IncomingMessage as PremierIncomingMessage } from './message/incoming-message.js';
import { ServerResponse as PremierServerResponse } from './message/server-response.js';
import { Server as PremierServer, type RequestListener } from './server/server.js';
import type { ServerOptions } from './server/server-options.js';

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
  return new PremierServer(options, listener);
}

/** The classes, in the types of `node:http`: a program that is written for those compiles unchanged. */
export const IncomingMessage = PremierIncomingMessage as unknown as typeof http.IncomingMessage;
export type IncomingMessage = http.IncomingMessage;
export const Server = PremierServer as unknown as typeof http.Server;
export type Server = http.Server;
export const ServerResponse = PremierServerResponse as unknown as typeof http.ServerResponse;
export type ServerResponse = http.ServerResponse;

export const { Agent, ClientRequest, get, globalAgent, maxHeaderSize, METHODS, OutgoingMessage, request } =
  http;
export const { setMaxIdleHTTPParsers, STATUS_CODES, validateHeaderName, validateHeaderValue } = http;
export type { RequestListener, ServerOptions };

/** `node:http` as it is on this Node, with the server half replaced. */
const premier = { ...http, createServer, IncomingMessage, Server, ServerResponse } as typeof http;
export default premier;
