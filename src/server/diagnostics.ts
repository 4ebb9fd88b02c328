/**
 * The diagnostics channels of `node:http`'s server, with what Node's own publishes; nothing where nobody listens.
 * @see https://nodejs.org/api/diagnostics_channel.html#http
 */
import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage } from '../message/incoming-message.js';
import type { ServerResponse } from '../message/server-response.js';
import type { ServerSocket } from '../transport/server-socket.js';
import type { HttpServer } from './http-server.js';

const requestStart = channel('http.server.request.start');
const responseFinish = channel('http.server.response.finish');

export function publishStart(
  request: IncomingMessage,
  response: ServerResponse,
  socket: ServerSocket,
  server: HttpServer,
): void {
  if (requestStart.hasSubscribers) requestStart.publish({ request, response, socket, server });
}

export function publishFinish(
  request: IncomingMessage,
  response: object,
  socket: ServerSocket,
  server: HttpServer,
): void {
  if (responseFinish.hasSubscribers) responseFinish.publish({ request, response, socket, server });
}
