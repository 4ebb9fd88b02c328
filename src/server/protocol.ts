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
import { Connection as Http1Connection } from './http1/connection.js';
import { ResponseWriter } from './http1/response-writer.js';
import { Connection as Http2Connection } from './http2/connection.js';
import { observeConnection } from './observers.js';

/** The 'connection' listener of every server. */
export function attach(this: HttpServer, socket: ServerSocket): void {
  Object.assign(socket, { server: this });
  if (this.timeout) socket.setTimeout?.(this.timeout);
  const Connection = choseHttp2(this, socket) ? Http2Connection : Http1Connection;
  const connection = new Connection(this, socket);
  const { connections, observer } = this[kEngine];
  connections.add(connection);
  if (observer !== null) observeConnection(connection, observer);
  listenTo(this, socket, connection);
}

/** Whether the client chose HTTP/2 by ALPN (RFC 7301), where the server offers it. */
function choseHttp2(server: HttpServer, socket: ServerSocket): boolean {
  return server[kEngine].speaksHttp2 && Reflect.get(socket, 'alpnProtocol') === 'h2';
}

// What programs put on sockets of their own speaks HTTP/1.1, as on node:http.
setDetachedChannel((response) => new ResponseWriter(response, null));
