/**
 * Makes the response of an exchange, whatever version of HTTP its connection speaks.
 *
 * In: a request. Out: a response of the server's class and with its settings as they are now.
 */
import type { IncomingMessage } from '../message/incoming-message.js';
import type { ServerResponse } from '../message/server-response.js';
import { type HttpServer, kEngine } from './http-server.js';

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
