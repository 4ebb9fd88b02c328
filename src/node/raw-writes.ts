/**
 * Writes to a socket past the state machine of its Writable.
 *
 * In: a socket of which nothing waits, and data. Out: the call of the kernel that the Writable would have made in the
 * end. `_write` and `_writev` are what a Writable asks of whoever implements one; that they take text in its encoding,
 * and one call without the Writable around it, is only so. Where the probe fails nothing is written so.
 */
import { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import { OtherSide, streamSocket } from './stream-socket.js';

/** Data as a Writable hands it on. */
export interface RawPiece {
  readonly chunk: string | Uint8Array;
  readonly encoding: 'latin1' | 'utf8' | 'buffer';
}

type Written = (error?: Error | null) => void;

const { _write, _writev } = Socket.prototype;

/** What arrives of three pieces in a row, and of one. */
function probe(): boolean {
  const e = { chunk: '\u00e9', encoding: 'latin1' } as const;
  const pieces = [e, { ...e, encoding: 'utf8' }, { chunk: Buffer.from('!'), encoding: 'buffer' }] as const;
  try {
    return (
      arrivesAs('\u00e9\u00c3\u00a9!', (socket) => _writev?.call(socket, pieces as never, () => {})) &&
      arrivesAs('\u00e9', (socket) => _write.call(socket, e.chunk, e.encoding, () => {}))
    );
  } catch {
    return false;
  }
}

function arrivesAs(expected: string, write: (socket: Socket) => void): boolean {
  const otherSide = new OtherSide();
  const socket = streamSocket(otherSide);
  if (socket === null) return false;
  write(socket);
  return otherSide.written === expected && socket.writableLength === 0;
}

let works: boolean | undefined;

/** Whether sockets can be written to so on this Node. Tried when it is first asked. */
export function writesRaw(): boolean {
  works ??= probe();
  return works;
}

/** Whether a socket writes as all do: the program has put nothing in the place of that. */
export function writesAsUsual(socket: Socket): boolean {
  return socket._write === _write;
}

/**
 * Writes to a socket of which nothing waits.
 * @param written - called before this returns where the kernel took it all or refused it, else when it has
 */
export function writeRaw(socket: Socket, pieces: RawPiece | readonly RawPiece[], written: Written): void {
  if (Array.isArray(pieces)) _writev?.call(socket, pieces as RawPiece[] as never, written);
  else
    _write.call(socket, (pieces as RawPiece).chunk, (pieces as RawPiece).encoding as BufferEncoding, written);
}
