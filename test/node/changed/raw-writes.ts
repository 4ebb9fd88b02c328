// A Node whose sockets take nothing but bytes, unless it is their own Writable that writes.
import { Socket } from 'node:net';

const { _write, _writev } = Socket.prototype;

function refuseText(socket: Socket, chunk: unknown): void {
  // What the Writable writes is counted there while it does.
  if (typeof chunk === 'string' && socket.writableLength === 0)
    throw new TypeError('no text past the Writable');
}

Socket.prototype._write = function (chunk, encoding, written) {
  refuseText(this, chunk);
  _write.call(this, chunk, encoding, written);
};
Socket.prototype._writev = function (chunks, written) {
  for (const { chunk } of chunks) refuseText(this, chunk);
  _writev?.call(this, chunks, written);
};
