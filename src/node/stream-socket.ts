/**
 * A `net.Socket` over a stream that is none, on which reads and writes of sockets can be tried without a connection.
 *
 * `node:tls` makes such a socket for itself where it is given a stream that has no descriptor. In: nothing. Out: that
 * socket, whole down to its handle, and the stand-in at its other side: what is emitted there has been read when `emit`
 * returns, and what is written has arrived there. Null where Node makes none. Never opens a descriptor.
 */
import type { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** The other side of a socket: as much of a stream as that asks for. */
export class OtherSide extends EventEmitter {
  /** What the socket wrote, as latin1. */
  written = '';
  readonly readableLength = 0;
  readonly writableLength = 0;

  write(bytes: Buffer, written: () => void): boolean {
    this.written += bytes.toString('latin1');
    written();
    return true;
  }

  // biome-ignore format: one line each
  pause() {}
  resume() {}
  cork() {}
  uncork() {}
  end() {}
  destroy() {}
}

/** @returns null where Node makes no such socket */
export function streamSocket(otherSide: OtherSide): Socket | null {
  let made: unknown = null;
  // The rest of a TLSSocket, with its keys and certificates, isn't needed: it ends where it has made the socket.
  const half = Object.create(TLSSocket.prototype, {
    _wrapHandle: {
      value(socket: unknown) {
        made = socket;
        throw new Error('made');
      },
    },
  });
  try {
    Reflect.apply(TLSSocket as never, half, [otherSide]);
  } catch {
    // Made, or not to be made.
  }
  return made instanceof Socket ? made : null;
}
