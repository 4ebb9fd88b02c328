/**
 * Ends a connection whose client may still be sending.
 *
 * Closing a socket with unread bytes resets it, and the reset can overtake the last response (RFC 9112 §9.6). So the
 * writing side ends first; what still comes is read and dropped, within bounds, until the client closes as well.
 */
import { clearTimeout, setTimeout } from '../node/timers.js';
import { LINGER_BYTES, LINGER_TIMEOUT } from './limits.js';
import type { ServerSocket } from './server-socket.js';

/** @param error - what `socket.destroy` is given in the end */
export function lingeringClose(socket: ServerSocket, error?: Error): void {
  let remaining = LINGER_BYTES;
  const cut = () => socket.destroy(error);
  const timer = setTimeout(cut, LINGER_TIMEOUT);
  timer.unref();
  socket.on('data', (data: Buffer) => {
    remaining -= data.length;
    if (remaining < 0) cut();
  });
  socket.once('end', cut);
  socket.once('close', () => clearTimeout(timer));
  socket.end();
  socket._paused = false;
  socket.resume();
}
