/** A handshake that failed: told to whoever observes and to 'clientError', else answered where that can be, and closed. */
import type { TLSSocket } from 'node:tls';
import { type HttpServer, kEngine } from './http-server.js';
import { answerPlainHttp } from './plain-http-on-tls.js';

/** The 'tlsClientError' listener of every server over TLS. */
export function refuseHandshake(this: HttpServer, error: Error, socket: TLSSocket): void {
  const { observer, refusalStyle } = this[kEngine];
  observer?.handshakeFailed?.(this, error, socket);
  if (this.emit('clientError', error, socket)) return;
  if (refusalStyle === 'explained') answerPlainHttp(error, socket);
  socket.destroy(error);
}
