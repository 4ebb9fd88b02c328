/**
 * Lets a server that was made without TLS speak over it. In: such a server, and a door: a server over TLS that listens nowhere.
 * Out: the same server, at the same address, which gets its connections once they are secure. What else listens to its
 * 'connection' hears of them before that, as on `https.Server`.
 */
import type { Server as NetServer } from 'node:net';
import type { TLSSocket, Server as TlsServer } from 'node:tls';
import { Handshakes } from './handshakes.js';
import { type HttpServer, kEngine } from './http-server.js';
import { attach, prepareHttp2 } from './protocol.js';
import { refuseHandshake } from './refused-handshake.js';

/**
 * HTTP/2 is spoken with the clients that choose it where the door offers it.
 * @returns false for what is none of premier's servers of plain HTTP, and stays as it is
 */
export function putBehindTls(server: NetServer, door: TlsServer): boolean {
  if (!(kEngine in server) || 'setSecureContext' in server) return false;
  const http = server as HttpServer;
  const take = (socket: TLSSocket) => attach.call(http, socket);
  door.on('secureConnection', take);
  door.on('tlsClientError', (error, socket) => refuseHandshake.call(http, error, socket));
  const engine = http[kEngine];
  engine.door = door;
  engine.handshakes = new Handshakes(door, take);
  prepareHttp2();
  engine.speaksHttp2 ||= true;
  return true;
}
