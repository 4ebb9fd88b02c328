/**
 * Which sockets are written to past the state machine of their Writable, and when.
 *
 * In: a socket. Out: whether anybody could notice (a method the program replaced, bytes that still wait, encryption):
 * then it is not clear, and is written to as everywhere else.
 */
import { Socket } from 'node:net';
import { writesAsUsual, writesRaw } from '../node/raw-writes.js';
import { isWrittenUnseen, waitingIn } from './socket-order.js';

export { type RawPiece, writeRaw as writeDirectly } from '../node/raw-writes.js';

/** Whether a stream can ever be written to directly: one that encrypts takes only one write at a time. */
export function isPlainSocket(stream: object): stream is Socket {
  return stream instanceof Socket && (stream as { encrypted?: boolean }).encrypted !== true && writesRaw();
}

/** Whether nothing stands between a plain socket and the kernel now. */
export function isClear(socket: Socket): boolean {
  return (
    isWrittenUnseen(socket) &&
    writesAsUsual(socket) &&
    waitingIn(socket) === 0 &&
    socket.writableCorked === 0 &&
    socket.writable &&
    !socket.connecting
  );
}
