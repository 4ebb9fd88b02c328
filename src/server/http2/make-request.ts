/**
 * Makes the request of an exchange out of the head of a stream.
 *
 * In: the head of a request, and the socket that stands for its stream. Out: a request of the server's class and with its
 * settings as they are now.
 */
import type { RequestHead } from '../../http2/request-head.js';
import type { Stream } from '../../http2/stream.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { type HttpServer, kEngine } from '../http-server.js';

/** A body is announced by its stream alone. Programs look for one of two fields, and proxies pass them on. */
export function announceBody({ hasBody }: Stream, { contentLength, rawHeaders }: RequestHead): void {
  if (hasBody && contentLength === null) rawHeaders.push('transfer-encoding', 'chunked');
}

export function makeRequest(server: HttpServer, socket: ServerSocket, head: RequestHead): IncomingMessage {
  const { method, target, rawHeaders } = head;
  const request = new server[kEngine].prototypes.Request(socket);
  request.httpVersionMajor = 2;
  request.httpVersionMinor = 0;
  request.httpVersion = '2.0';
  request.method = method;
  request.url = target;
  request.upgrade = false;
  // As long as it is: one that grew has places for twenty more, for as long as a request waits for its answer.
  request.rawHeaders = rawHeaders.slice();
  if (server.joinDuplicateHeaders) request.joinDuplicateHeaders = true;
  return request;
}
