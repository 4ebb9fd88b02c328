/**
 * Makes the request of an exchange out of a head.
 *
 * In: the head the parser read. Out: a request of the server's class and with its settings as they are now.
 */
import type { RequestHead } from '../../http1/request-head.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
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
  request._known = head.known;
  if (server.joinDuplicateHeaders) request.joinDuplicateHeaders = true;
  return request;
}
