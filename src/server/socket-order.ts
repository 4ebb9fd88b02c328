/**
 * Keeps what a program does to its socket by itself behind what it has answered, as it is on `node:http`.
 *
 * In: a connection's socket and the output that gathers what is to leave through it. Out: `write`, `end` and `destroy`
 * of that socket which hand over first what waits: `res.end('Too much'); req.destroy()` is how programs refuse an
 * upload. Never touches another method, nor a stream that isn't a `net.Socket`.
 */
import { Socket } from 'node:net';
import type { SocketOutput } from './socket-output.js';

const kOutput = Symbol('premier.output');

type OrderedSocket = Socket & { [kOutput]?: SocketOutput };

const nodeWrite = Socket.prototype.write;

function write(this: OrderedSocket, ...args: unknown[]): boolean {
  const output = this[kOutput];
  // The output's own writes come this way as well, when nothing waits in it any more.
  if (output !== undefined && output.length > 0) output.flush();
  return Reflect.apply(Socket.prototype.write, this, args);
}

function end(this: OrderedSocket, ...args: unknown[]): OrderedSocket {
  if (this.writable) this[kOutput]?.flush();
  return Reflect.apply(Socket.prototype.end, this, args);
}

function destroy(this: OrderedSocket, error?: Error): OrderedSocket {
  if (this.writable) this[kOutput]?.abandon();
  return Socket.prototype.destroy.call(this, error) as OrderedSocket;
}

export function keepOrder(socket: Socket, output: SocketOutput): void {
  if (!(socket instanceof Socket)) return;
  (socket as OrderedSocket)[kOutput] = output;
  Object.assign(socket, { write, end, destroy });
}

/** Makes the socket what it was before `keepOrder`. */
export function leaveOrder(socket: Socket): void {
  for (const key of [kOutput, 'write', 'end', 'destroy']) Reflect.deleteProperty(socket, key);
}

/** Whether a socket's `write` is Node's own, or that in order: nobody else sees what is written. */
export function isWrittenUnseen(socket: Socket): boolean {
  if (Socket.prototype.write !== nodeWrite) return false;
  return socket.write === write || socket.write === nodeWrite;
}
