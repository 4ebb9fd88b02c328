/**
 * Keeps what a program does to its socket by itself after what it has answered, as it is on `node:http`.
 *
 * In: a connection's socket and the output that gathers what is to leave through it. Out: `write`, `end` and `destroy`
 * of that socket which hand over first what waits: `res.end('Too much'); req.destroy()` is how programs refuse an
 * upload. Never touches another method, nor a stream that isn't a `net.Socket`.
 */
import { Socket } from 'node:net';

/** What gathers what is to leave through a socket. */
export interface GatheringOutput {
  /** Bytes that wait in it. */
  readonly length: number;
  flush(): unknown;
  /** The connection is cut: drops what must not leave any more. */
  abandon(): void;
}

const kOutput = Symbol('premier.output');
const kOrder = Symbol('premier.order');

type Methods = Pick<Socket, 'write' | 'end' | 'destroy'>;

/** Methods in order, and those they call. */
interface Order {
  readonly methods: Methods;
  readonly former: Methods;
}

type OrderedSocket = Socket & { [kOutput]?: GatheringOutput; [kOrder]?: Order };

const NAMES = ['write', 'end', 'destroy'] as const;

function inOrder(former: Methods): Order {
  const methods = {
    write(this: OrderedSocket, ...args: unknown[]): boolean {
      const output = this[kOutput];
      // The output's own writes come this way as well, when nothing waits in it any more.
      if (output !== undefined && output.length > 0) output.flush();
      return Reflect.apply(former.write, this, args);
    },
    end(this: OrderedSocket, ...args: unknown[]): Socket {
      if (this.writable) this[kOutput]?.flush();
      return Reflect.apply(former.end, this, args);
    },
    destroy(this: OrderedSocket, error?: Error): Socket {
      if (this.writable) this[kOutput]?.abandon();
      return Reflect.apply(former.destroy, this, [error]);
    },
  };
  return { methods: methods as unknown as Methods, former };
}

const { write: nodeWrite, end: nodeEnd, destroy: nodeDestroy } = Socket.prototype;

/** One set for all sockets that have Node's own methods. */
const NODE_ORDER = inOrder(Socket.prototype);

function orderOf({ write, end, destroy }: Socket): Order {
  if (write === nodeWrite && end === nodeEnd && destroy === nodeDestroy) return NODE_ORDER;
  return inOrder({ write, end, destroy });
}

export function keepOrder(socket: OrderedSocket, output: GatheringOutput): void {
  if (!(socket instanceof Socket)) return;
  const order = orderOf(socket);
  socket[kOutput] = output;
  socket[kOrder] = order;
  for (const name of NAMES) define(socket, name, order.methods[name]);
}

/** As a method of a class is: not to be listed. */
function define(socket: OrderedSocket, name: (typeof NAMES)[number], value: unknown): void {
  Object.defineProperty(socket, name, { value, writable: true, configurable: true });
}

/** Makes the socket what it was before `keepOrder`, but for what the program has replaced since. */
export function leaveOrder(socket: OrderedSocket): void {
  const { methods, former } = socket[kOrder] ?? NODE_ORDER;
  for (const name of NAMES) {
    if (socket[name] !== methods[name]) continue;
    Reflect.deleteProperty(socket, name);
    if (socket[name] !== former[name]) socket[name] = former[name] as never;
  }
  Reflect.deleteProperty(socket, kOutput);
  Reflect.deleteProperty(socket, kOrder);
}

/** Whether a socket's `write` is Node's own, or that in order: nobody else sees what is written. */
export function isWrittenUnseen({ write }: Socket): boolean {
  if (Socket.prototype.write !== nodeWrite) return false;
  return write === nodeWrite || write === NODE_ORDER.methods.write;
}
