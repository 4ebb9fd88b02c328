/**
 * A server that listens again before the connections of its last close are gone.
 *
 * In: the server when it listens, and the sockets from before. Out: its 'close', and so the callback of `close`, when
 * the last of them has closed: Node emits it only while the server doesn't listen. Never a second one.
 */
import type { Socket } from 'node:net';
import { type HttpServer, kEngine } from './http-server.js';

function* socketsFromBefore(server: HttpServer): Iterable<Socket> {
  const { connections, handshakes } = server[kEngine];
  for (const { clock, socket } of connections) if (clock.isLeaving) yield socket;
  if (handshakes !== null) yield* handshakes.underWay();
}

/** It listens, and whoever closed it before hasn't been told that this is done. */
export function tellWhenGone(server: HttpServer): void {
  const engine = server[kEngine];
  const { closings } = engine;
  let open = 0;
  const gone = () => {
    open--;
    if (open === 0 && engine.isAwaited && engine.closings === closings) server.emit('close');
  };
  for (const socket of socketsFromBefore(server)) {
    open++;
    socket.once('close', gone);
  }
}
