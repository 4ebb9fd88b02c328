/**
 * The socket below a TLS socket, for what must be said, or was, in plain text. In: a TLSSocket of a server, or another.
 * Out: the socket it reads from; nothing where Node keeps it elsewhere, or it can't be written to any more.
 */
import { Socket } from 'node:net';

export function wrappedSocket(socket: Socket): Socket | undefined {
  const wrapped: unknown = Reflect.get(socket, '_parent');
  return wrapped instanceof Socket && wrapped.writable ? wrapped : undefined;
}
