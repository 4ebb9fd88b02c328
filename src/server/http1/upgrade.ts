/**
 * Leaves HTTP: 'upgrade' and 'connect' (RFC 9110 §7.8, §9.3.6).
 *
 * In: the request that asked for it and what came after it. Out: the socket, as it was before the server had it, to
 * whoever listens; closed where nobody does. Where the Node in use reads the body of the request, what comes after it is
 * what comes after the body.
 */
import type { AsyncResource } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import type { IncomingMessage } from '../../message/incoming-message.js';
import { completeBody } from '../../message/request-body.js';
import { forgetFlowing } from '../../node/flowing.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { detach } from '../../transport/socket-listeners.js';
import type { HttpServer } from '../http-server.js';
import type { UpgradeStream } from './upgrade-stream.js';

const NOTHING = Buffer.alloc(0);

function upgradeEvent({ method }: IncomingMessage): 'connect' | 'upgrade' {
  return method === 'CONNECT' ? 'connect' : 'upgrade';
}

/** Whether the program takes the socket of a connection that leaves HTTP. */
export function isLeftToProgram(server: HttpServer, request: IncomingMessage): boolean {
  return server.listenerCount(upgradeEvent(request)) > 0;
}

function tell(server: HttpServer, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  server.emit(upgradeEvent(request), request, socket, head);
}

/** Hands the request over while its body still comes, with what stands for its socket until then. */
export function beginUpgrade(
  server: HttpServer,
  request: IncomingMessage,
  stream: UpgradeStream,
  context: AsyncResource,
): void {
  if (isLeftToProgram(server, request))
    context.runInAsyncScope(tell, undefined, server, request, stream, NOTHING);
  else stream.destroy();
}

/** @param begun - where the request was handed over before */
export function leaveHttp(
  server: HttpServer,
  request: IncomingMessage,
  head: Buffer,
  context: AsyncResource,
  begun: UpgradeStream | null,
): void {
  const socket = request.socket as ServerSocket;
  if (!request.complete) {
    // What follows its head is another protocol's: the request is complete.
    request.complete = true;
    if (request._state !== null) completeBody(request);
  }
  detach(socket);
  socket._paused = false;
  if (begun === null && !isLeftToProgram(server, request)) {
    socket.destroy();
    return;
  }
  forgetFlowing(socket);
  if (begun === null) context.runInAsyncScope(tell, undefined, server, request, socket, head);
  else context.runInAsyncScope(begun.begin, begun, head);
}
