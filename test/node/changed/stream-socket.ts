// A Node whose TLS takes nothing but sockets: neither reads nor writes can be tried.
import { syncBuiltinESMExports } from 'node:module';
import type { Socket } from 'node:net';
import tls from 'node:tls';

class SocketsOnly extends tls.TLSSocket {
  constructor(socket: Socket) {
    if (socket !== undefined) throw new TypeError('sockets only');
    super(socket);
  }
}

Object.assign(tls, { TLSSocket: SocketsOnly });
syncBuiltinESMExports();
