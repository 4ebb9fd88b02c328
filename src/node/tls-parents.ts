/**
 * The socket over which a TLS socket speaks: for servers that accept the one and are handed the other, and for what must
 * be said in plain text where a handshake failed.
 *
 * In: a socket of 'secureConnection' or 'tlsClientError'. Out: that of the 'connection' event before it. Whether Node
 * tells is tried when somebody first wants to rely on it, since a TLS socket for the trial takes milliseconds to make.
 */
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { OtherSide, streamSocket } from './stream-socket.js';

/** @returns undefined where Node doesn't tell, or it is no `net.Socket` */
export function parentOf(socket: Socket): Socket | undefined {
  const { _parent: parent } = socket as { _parent?: unknown };
  return parent instanceof Socket ? parent : undefined;
}

function probe(): boolean {
  try {
    const raw = streamSocket(new OtherSide());
    if (raw === null) return false;
    const secure = new TLSSocket(raw, { isServer: true });
    const isTold = parentOf(secure) === raw;
    secure.on('error', () => {}).destroy();
    return isTold;
  } catch {
    return false;
  }
}

let tells: boolean | undefined;

/** Whether TLS sockets tell their parents, on this Node. */
export function tellsParents(): boolean {
  tells ??= probe();
  return tells;
}
