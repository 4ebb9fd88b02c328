/**
 * Makes the two objects of an exchange out of a head.
 *
 * In: the head the parser read. Out: a request, and a response to it, of the server's classes and with its settings as
 * they are now.
 */
import type { RequestHead } from '../../http1/request-head.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import type { ServerResponse } from '../../message/server-response.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { type HttpServer, kEngine } from '../http-server.js';

export function makeRequest(server: HttpServer, socket: ServerSocket, head: RequestHead): IncomingMessage {
  const engine = server[kEngine];
  const request = new engine.prototypes.Request(socket);
  request.httpVersionMajor = 1;
  request.httpVersionMinor = head.minorVersion;
  request.httpVersion = head.minorVersion === 1 ? '1.1' : `1.${head.minorVersion}`;
  request.method = head.method;
  request.url = head.target;
  request.rawHeaders = head.rawHeaders;
  if (server.joinDuplicateHeaders) request.joinDuplicateHeaders = true;
  if (engine.optimizeEmptyRequests && !head.framed) request._dumpAndCloseReadable();
  return request;
}

/** @param keepAlive - whether the connection may go on after the response */
export function makeResponse(
  server: HttpServer,
  request: IncomingMessage,
  keepAlive: boolean,
): ServerResponse {
  const { prototypes, responseOptions, uniqueFields } = server[kEngine];
  const response = new prototypes.Response(request, responseOptions);
  response.shouldKeepAlive = keepAlive;
  response._keepAliveTimeout = server.keepAliveTimeout;
  const most = server.maxRequestsPerSocket;
  if (most) response._maxRequestsPerSocket = most;
  if (uniqueFields !== null) response._uniqueFields = uniqueFields;
  return response;
}
