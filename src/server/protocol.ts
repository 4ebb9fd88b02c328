/**
 * Which protocol a connection speaks: decided once, when it comes.
 *
 * In: a socket from a server's 'connection' or 'secureConnection' event. Out: a connection that has the socket's events
 * and is in its server's set.
 */
import { setDetachedChannel } from '../message/response-channel.js';
import type { ServerSocket } from '../transport/server-socket.js';
import { listenTo } from '../transport/socket-listeners.js';
import { type HttpServer, kEngine } from './http-server.js';
import { Connection } from './http1/connection.js';
import { ResponseWriter } from './http1/response-writer.js';

/** The 'connection' listener of every server. */
export function attach(this: HttpServer, socket: ServerSocket): void {
  Object.assign(socket, { server: this });
  if (this.timeout) socket.setTimeout?.(this.timeout);
  const connection = new Connection(this, socket);
  this[kEngine].connections.add(connection);
  listenTo(this, socket, connection);
}

// What programs put on sockets of their own speaks HTTP/1.1, as on node:http.
setDetachedChannel((response) => new ResponseWriter(response, null));
