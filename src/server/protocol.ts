/**
 * Which protocol a connection speaks: decided once, when it comes.
 *
 * In: a socket from a server's 'connection' or 'secureConnection' event. Out: a connection that has the socket's events
 * and is in its server's set.
 */
import { setDetachedChannel } from '../message/response-channel.js';
import type { ServerSocket } from '../transport/server-socket.js';
import { listenTo } from '../transport/socket-listeners.js';
import { notePeer } from './client-facts.js';
import { keepForGrace } from './closing.js';
import { type HttpServer, kEngine } from './http-server.js';
import { Connection as Http1Connection } from './http1/connection.js';
import { ResponseWriter } from './http1/response-writer.js';
import * as http2 from './http2/entry.js';
import { observeConnection } from './observers.js';
import { noticePatches } from './patched-methods.js';
import { adoptProxyHeader } from './proxy-protocol.js';
import type { ServerConnection } from './server-connection.js';
import { UndecidedConnection } from './undecided-connection.js';

/** The 'connection' listener of every server. */
export function attach(this: HttpServer, socket: ServerSocket): void {
  const { door } = this[kEngine];
  if (door !== null && socket.encrypted !== true) {
    door.emit('connection', socket);
    return;
  }
  noticePatches();
  Object.assign(socket, { server: this });
  const engine = this[kEngine];
  const { awaited, connections, handshakes, observer, speaksHttp2, trustedProxies } = engine;
  handshakes?.end(socket);
  if (this.timeout) socket.setTimeout?.(this.timeout);
  if (awaited !== null) adoptProxyHeader(socket);
  if (trustedProxies !== null) notePeer(this, socket);
  const connection = connectionOf(this, socket);
  connection.place = connections.add(connection);
  if (observer !== null && speaksHttp2 !== 'prior-knowledge') observeConnection(connection, observer);
  listenTo(this, socket, connection);
  // It waited to be accepted when the server closed, or its handshake was under way.
  if (engine.closing) keepForGrace(connection, engine);
}

/**
 * Loads what speaks HTTP/2, when a server is made that does: at its first connection the file might be gone, or the process
 * have no room to open it, and a client would end it.
 */
export function prepareHttp2(): unknown {
  return http2.Connection;
}

/** `http2` is read by servers that speak it only: see its entry. */
const PROTOCOLS = {
  Http1Connection,
  get Http2Connection() {
    return http2.Connection;
  },
};

/** Over TLS the client has chosen by ALPN (RFC 7301); without it, it begins HTTP/2 as it likes where that is served. */
function connectionOf(server: HttpServer, socket: ServerSocket): ServerConnection {
  const { speaksHttp2 } = server[kEngine];
  if (speaksHttp2 === 'prior-knowledge') return new UndecidedConnection(server, socket, PROTOCOLS);
  const isChosen = speaksHttp2 && Reflect.get(socket, 'alpnProtocol') === 'h2';
  return isChosen ? new http2.Connection(server, socket) : new Http1Connection(server, socket);
}

// What programs put on sockets of their own speaks HTTP/1.1, as on node:http.
setDetachedChannel((response) => new ResponseWriter(response, null));
