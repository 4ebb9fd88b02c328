/**
 * Plain HTTP on a port for TLS: answered in plain HTTP, once, so that whoever sent it learns what is wrong.
 *
 * In: the error that a handshake ended with, and its socket. Out: whether it was answered. The socket is closed by Node
 * right after, so only what leaves in one write reaches the client: for a request without a body that is all of it.
 */
import type { TLSSocket } from 'node:tls';
import { parentOf } from '../node/tls-parents.js';
import { dateLine } from './date-field.js';

/**
 * How OpenSSL calls a request line where a handshake should be: GET, HEAD, POST and PUT; CONNECT; every other method, and
 * whatever else is no TLS.
 */
const codes = ['ERR_SSL_HTTP_REQUEST', 'ERR_SSL_HTTPS_PROXY_REQUEST', 'ERR_SSL_WRONG_VERSION_NUMBER'];

export function answerPlainHttp(error: Error, socket: TLSSocket): boolean {
  if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
  const wrapped = parentOf(socket);
  // Who was sent a record of TLS, be it an alert, is not to take what follows for one.
  if (!wrapped?.writable || wrapped.bytesWritten > 0) return false;
  const body = '400 Bad Request: this port speaks https only. Ask with https:// instead of http://.\n';
  wrapped.end(
    `HTTP/1.1 400 Bad Request\r\n${dateLine()}Connection: close\r\n` +
      `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return true;
}
