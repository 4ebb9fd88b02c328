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
const kFormer = Symbol('premier.former');

type Methods = Pick<Socket, 'write' | 'end' | 'destroy'>;

type OrderedSocket = Socket & {
  [kOutput]?: SocketOutput;
  /** What stood in the place of Node's own methods when the server got the socket. */
  [kFormer]?: Methods;
};

const { write: nodeWrite, end: nodeEnd, destroy: nodeDestroy } = Socket.prototype;

function write(this: OrderedSocket, ...args: unknown[]): boolean {
  const output = this[kOutput];
  // The output's own writes come this way as well, when nothing waits in it any more.
  if (output !== undefined && output.length > 0) output.flush();
  return Reflect.apply(this[kFormer]?.write ?? Socket.prototype.write, this, args);
}

function end(this: OrderedSocket, ...args: unknown[]): OrderedSocket {
  if (this.writable) this[kOutput]?.flush();
  return Reflect.apply(this[kFormer]?.end ?? Socket.prototype.end, this, args);
}

function destroy(this: OrderedSocket, error?: Error): OrderedSocket {
  if (this.writable) this[kOutput]?.abandon();
  return Reflect.apply(this[kFormer]?.destroy ?? Socket.prototype.destroy, this, [error]);
}

const OURS = { write, end, destroy } as unknown as Methods;
const NAMES = ['write', 'end', 'destroy'] as const;

export function keepOrder(socket: OrderedSocket, output: SocketOutput): void {
  if (!(socket instanceof Socket)) return;
  socket[kOutput] = output;
  // The program has its own method, or another server of premier's had the socket before.
  const { write: w, end: e, destroy: d } = socket;
  if (w === write || e === end || d === destroy) return;
  if (w !== nodeWrite || e !== nodeEnd || d !== nodeDestroy)
    socket[kFormer] = { write: w, end: e, destroy: d };
  Object.assign(socket, OURS);
}

/** Makes the socket what it was before `keepOrder`, but for what the program has replaced since. */
export function leaveOrder(socket: OrderedSocket): void {
  Reflect.deleteProperty(socket, kOutput);
  for (const name of NAMES) {
    if (socket[name] !== OURS[name]) continue;
    Reflect.deleteProperty(socket, name);
    const former = socket[kFormer]?.[name];
    if (former !== undefined && socket[name] !== former) Object.assign(socket, { [name]: former });
  }
}

/** Whether a socket's `write` is Node's own, or that in order: nobody else sees what is written. */
export function isWrittenUnseen(socket: OrderedSocket): boolean {
  if (Socket.prototype.write !== nodeWrite) return false;
  return socket.write === nodeWrite || (socket.write === write && socket[kFormer] === undefined);
}
