/**
 * Makes the request of an exchange out of the head of a stream.
 *
 * In: a stream that has begun, and the socket that stands for it. Out: a request of the server's class and with its
 * settings as they are now.
 */
import type { Stream } from '../../http2/stream.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { type HttpServer, kEngine } from '../http-server.js';

export function makeRequest(server: HttpServer, socket: ServerSocket, stream: Stream): IncomingMessage {
  const engine = server[kEngine];
  const { method, target, rawHeaders, contentLength } = stream.request;
  // A body is announced by its stream alone. Programs look for one of two fields, and proxies pass them on.
  if (stream.readable && contentLength === null) rawHeaders.push('transfer-encoding', 'chunked');
  const request = new engine.prototypes.Request(socket);
  request.httpVersionMajor = 2;
  request.httpVersionMinor = 0;
  request.httpVersion = '2.0';
  request.method = method;
  request.url = target;
  request.upgrade = false;
  request.rawHeaders = rawHeaders;
  if (server.joinDuplicateHeaders) request.joinDuplicateHeaders = true;
  if (engine.optimizeEmptyRequests && !stream.readable) request._dumpAndCloseReadable();
  return request;
}
