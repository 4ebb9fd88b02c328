/**
 * Writes to a socket past the state machine of its Writable.
 *
 * In: pieces for a plain socket of which nothing waits. Out: the same call of the kernel that the Writable would have
 * made in the end. Wherever anybody could notice (a method the program replaced, bytes that still wait, encryption)
 * the socket is not clear, and is written to as everywhere else.
 */
import { Socket } from 'node:net';
import { isWrittenUnseen } from './socket-order.js';
import type { Piece } from './write-batch.js';

const { _write, _writev } = Socket.prototype;

/** Whether a stream can ever be written to directly: one that encrypts takes only one write at a time. */
export function isPlainSocket(stream: object): stream is Socket {
  return stream instanceof Socket && (stream as { encrypted?: boolean }).encrypted !== true;
}

/** Whether nothing stands between a plain socket and the kernel now. */
export function isClear(socket: Socket): boolean {
  return (
    isWrittenUnseen(socket) &&
    socket._write === _write &&
    socket.writableLength === 0 &&
    socket.writableCorked === 0 &&
    socket.writable &&
    !socket.connecting
  );
}

/**
 * Writes to a clear socket.
 * @param written - called before this returns where the kernel took it all or refused it, else when it has
 */
export function writeDirectly(
  socket: Socket,
  pieces: Piece | readonly Piece[],
  written: (error?: Error | null) => void,
): void {
  if (Array.isArray(pieces)) _writev?.call(socket, pieces as Piece[] as never, written);
  else _write.call(socket, (pieces as Piece).chunk, (pieces as Piece).encoding as BufferEncoding, written);
}
