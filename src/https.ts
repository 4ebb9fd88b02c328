/** The server half of `node:https`, over premier's own HTTP/1.1 engine; the client half is Node's. */
import https from 'node:https';
import { type RequestListener, SecureServer, type SecureServerOptions } from './server/server.js';

/**
 * Makes a server that speaks HTTP over TLS.
 * @param options - those of `tls.createServer` (`key`, `cert`, …) and of `http.createServer`
 * @param listener - added to the 'request' event
 * @see https://nodejs.org/api/https.html#httpscreateserveroptions-requestlistener
 */
export function createServer(
  options?: SecureServerOptions | RequestListener,
  listener?: RequestListener,
): https.Server {
  return new SecureServer(options, listener);
}

/** The class, in the types of `node:https`. */
export const Server = SecureServer as unknown as typeof https.Server;
export type Server = https.Server;
export const { Agent, get, globalAgent, request } = https;
export type { SecureServerOptions as ServerOptions };

/** `node:https` as it is on this Node, with the server half replaced. */
const premier = { ...https, createServer, Server } as typeof https;
export default premier;
