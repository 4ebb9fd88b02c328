// A Node whose TLS sockets don't say over which socket they speak.
import { TLSSocket } from 'node:tls';

Object.defineProperty(TLSSocket.prototype, '_parent', { get: () => null, set() {}, configurable: true });
