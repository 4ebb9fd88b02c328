/**
 * The server half of `node:http`, over premier's own HTTP/1.1 engine; the client half is Node's.
 *
 * Programs see it through `faces/index.js` and `faces/index.cjs`, in the types of `faces/index.d.cts`.
 */
import http from 'node:http';
import { lateClass } from './late-classes.js';
import { IncomingMessage as PremierIncomingMessage } from './message/incoming-message.js';
import { ServerResponse as PremierServerResponse } from './message/server-response.js';
import { adoptServer } from './server/adopted-servers.js';
import { clientOf } from './server/client-facts.js';
import { type HttpServer, kEngine } from './server/http-server.js';
import { attach } from './server/protocol.js';
import { proxyHeaderOf } from './server/proxy-protocol.js';
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
// In one file with that of node:https it has another name.
Object.defineProperty(createServer, 'name', { value: 'createServer', configurable: true });

/** The classes, in the types of `node:http`: a program that is written for those compiles unchanged. */
export const IncomingMessage = PremierIncomingMessage as unknown as typeof http.IncomingMessage;
export const Server = PremierServer as unknown as typeof http.Server;
export const ServerResponse = PremierServerResponse as unknown as typeof http.ServerResponse;
export type ServerResponse = http.ServerResponse;

type ServerSocket = Parameters<typeof attach>[0];
type ConnectionListener = (this: object, socket: ServerSocket) => void;

/** `node:http` with the function by which a server takes over a socket: Node has it, and its types do not. */
type Http = typeof http & { _connectionListener: ConnectionListener };
const { _connectionListener: attachNode } = http as Http;

/** Takes over a socket for a server, premier's or one of Node's: that of `node:http2`, or one that was made before. */
function connectionListener(this: object, socket: ServerSocket): void {
  if (kEngine in this) {
    attach.call(this as HttpServer, socket);
  } else {
    adoptServer(this);
    attachNode.call(this, socket);
  }
}

/**
 * `node:http` as it is on this Node, with the server half replaced. What is an accessor there is one here, so that
 * `globalAgent` is the one that Node's client uses, and nothing is loaded before somebody asks for it.
 */
const premier = Object.defineProperties({}, Object.getOwnPropertyDescriptors(http)) as Http;
Object.assign(premier, {
  _connectionListener: connectionListener,
  clientOf,
  createServer,
  IncomingMessage,
  proxyHeaderOf,
  Server,
  ServerResponse,
});
export default premier;

/** What `import { WebSocket } from 'premier'` gives: nothing of it is loaded before it is used. */
export const lateClasses = {
  CloseEvent: lateClass(http, 'CloseEvent'),
  MessageEvent: lateClass(http, 'MessageEvent'),
  WebSocket: lateClass(http, 'WebSocket'),
};
