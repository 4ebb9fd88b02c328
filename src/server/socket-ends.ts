/**
 * Lets what a program has answered leave before it ends the connection by itself, as it does on `node:http`.
 *
 * In: a connection's socket and the output that gathers what is to leave through it. Out: `end` and `destroy` of that
 * socket which hand over first what waits: `res.end('Too much'); req.destroy()` is how programs refuse an upload.
 * Never touches another method, nor a stream that isn't a `net.Socket`.
 */
import { Socket } from 'node:net';
import type { SocketOutput } from './socket-output.js';

const kOutput = Symbol('premier.output');

type WatchedSocket = Socket & { [kOutput]?: SocketOutput };

function end(this: WatchedSocket, ...args: unknown[]): WatchedSocket {
  if (this.writable) this[kOutput]?.flush();
  return Reflect.apply(Socket.prototype.end, this, args);
}

function destroy(this: WatchedSocket, error?: Error): WatchedSocket {
  if (this.writable) this[kOutput]?.abandon();
  return Socket.prototype.destroy.call(this, error) as WatchedSocket;
}

export function watchEnds(socket: Socket, output: SocketOutput): void {
  if (!(socket instanceof Socket)) return;
  (socket as WatchedSocket)[kOutput] = output;
  socket.end = end as Socket['end'];
  socket.destroy = destroy as Socket['destroy'];
}

/** Makes the socket what it was before `watchEnds`. */
export function unwatchEnds(socket: Socket): void {
  for (const key of [kOutput, 'end', 'destroy']) Reflect.deleteProperty(socket, key);
}
