// A Node whose TLS takes nothing but sockets: neither reads nor writes can be tried.
import { syncBuiltinESMExports } from 'node:module';
import tls from 'node:tls';

Object.assign(tls, {
  TLSSocket: class TLSSocket {
    constructor() {
      throw new TypeError('sockets only');
    }
  },
});
syncBuiltinESMExports();
