/**
 * Leaves HTTP: 'upgrade' and 'connect' (RFC 9110 §7.8, §9.3.6).
 *
 * In: the request that asked for it and what came after its head. Out: the socket, as it was before the server had
 * it, to whoever listens; closed where nobody does.
 */
import type { AsyncResource } from 'node:async_hooks';
import type { Buffer } from 'node:buffer';
import type { IncomingMessage } from '../../message/incoming-message.js';
import { completeBody } from '../../message/request-body.js';
import { forgetFlowing } from '../../node/flowing.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { detach } from '../../transport/socket-listeners.js';
import type { HttpServer } from '../http-server.js';

function upgradeEvent({ method }: IncomingMessage): 'connect' | 'upgrade' {
  return method === 'CONNECT' ? 'connect' : 'upgrade';
}

/** Whether the program takes the socket of a connection that leaves HTTP. */
export function isLeftToProgram(server: HttpServer, request: IncomingMessage): boolean {
  return server.listenerCount(upgradeEvent(request)) > 0;
}

export function leaveHttp(
  server: HttpServer,
  request: IncomingMessage,
  head: Buffer,
  context: AsyncResource,
): void {
  const socket = request.socket as ServerSocket;
  // What follows its head is another protocol's: the request is complete.
  request.complete = true;
  if (request._state !== null) completeBody(request);
  detach(socket);
  socket._paused = false;
  if (!isLeftToProgram(server, request)) {
    socket.destroy();
    return;
  }
  forgetFlowing(socket);
  context.runInAsyncScope(() => server.emit(upgradeEvent(request), request, socket, head));
}
