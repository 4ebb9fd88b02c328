/**
 * How much of what was written to a socket the kernel has not taken yet, within a write too.
 *
 * In: a socket. Out: a number that gets smaller while its other side reads, as Node's own timeout of a socket wants it;
 * of TLS that of the connection below as well, which takes what is encrypted at once in parts. Never more than a look.
 */
import type { Writable } from 'node:stream';

interface QueueingHandle {
  /** Private to Node: what libuv has not handed to the kernel. */
  writeQueueSize?: unknown;
  /** Of what encrypts: the handle of the connection. */
  _parent?: QueueingHandle | null;
}

/** Octets that were written and have not left; a number that tells nothing, and stays, where the socket doesn't know. */
export function unsentBytes(socket: Writable): number {
  const { _handle: handle } = socket as Writable & { _handle?: QueueingHandle | null };
  return socket.writableLength + queued(handle) + queued(handle?._parent);
}

function queued(handle: QueueingHandle | null | undefined): number {
  const size = handle?.writeQueueSize;
  return typeof size === 'number' ? size : 0;
}
