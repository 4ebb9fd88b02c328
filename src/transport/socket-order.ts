/**
 * Keeps what a program does to its socket by itself after what it has answered, as it is on `node:http`.
 *
 * In: a connection's socket and the output that gathers what is to leave through it. Out: `write`, `end` and `destroy`
 * of that socket which hand over first what waits: `res.end('Too much'); req.destroy()` is how programs refuse an
 * upload; and counts of what was written that have it in them. Never touches another method, nor a stream that isn't a `net.Socket`.
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

/** The accessors of a class, wherever it has them from. */
function accessor(name: string): (this: object) => number {
  for (let link: object | null = Socket.prototype; link !== null; link = Object.getPrototypeOf(link)) {
    const { get } = Object.getOwnPropertyDescriptor(link, name) ?? {};
    if (get !== undefined) return get;
  }
  return () => 0;
}

const writableLength = accessor('writableLength');
const bytesWritten = accessor('bytesWritten');

/** Bytes that wait in a `net.Socket` itself. */
export function waitingIn(socket: Socket): number {
  return writableLength.call(socket);
}

/** Whether a socket counts what waits in its output as its own. */
export function countsOutput(socket: OrderedSocket): boolean {
  return socket[kOutput] !== undefined;
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

/** For all sockets that have Node's own methods. */
const NODE_ORDER = inOrder(Socket.prototype);

/** What a program asks of its socket counts what it wrote to a response, as on `node:http`. */
const COUNTERS: PropertyDescriptorMap & ThisType<OrderedSocket> = {
  writableLength: {
    configurable: true,
    get() {
      return writableLength.call(this) + (this[kOutput]?.length ?? 0);
    },
  },
  bytesWritten: {
    configurable: true,
    get() {
      return bytesWritten.call(this) + (this[kOutput]?.length ?? 0);
    },
  },
};

/** By the prototype that a socket has, that which it has while it is kept in order. */
const orderedPrototypes = new WeakMap<object, object>();

/** One prototype for all sockets of a class: what is put on each costs time with each connection. */
function orderedPrototype(prototype: object): object {
  let ordered = orderedPrototypes.get(prototype);
  if (ordered === undefined) {
    ordered = Object.create(prototype, COUNTERS) as object;
    for (const name of NAMES) define(ordered, name, NODE_ORDER.methods[name]);
    orderedPrototypes.set(prototype, ordered);
  }
  return ordered;
}

export function keepOrder(socket: OrderedSocket, output: GatheringOutput): void {
  if (!(socket instanceof Socket)) return;
  const { write, end, destroy } = socket;
  socket[kOutput] = output;
  Object.setPrototypeOf(socket, orderedPrototype(Object.getPrototypeOf(socket)));
  if (write === nodeWrite && end === nodeEnd && destroy === nodeDestroy) return;
  const order = inOrder({ write, end, destroy });
  socket[kOrder] = order;
  for (const name of NAMES) define(socket, name, order.methods[name]);
}

/** As a method of a class is: not to be listed. */
function define(object: object, name: (typeof NAMES)[number], value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, configurable: true });
}

/** Makes the socket what it was before `keepOrder`, but for what the program has replaced since. */
export function leaveOrder(socket: OrderedSocket): void {
  const ordered = Object.getPrototypeOf(socket);
  const former = Object.getPrototypeOf(ordered);
  if (orderedPrototypes.get(former) === ordered) Object.setPrototypeOf(socket, former);
  if (socket[kOrder] !== undefined) leaveOwnOrder(socket, socket[kOrder]);
  Reflect.deleteProperty(socket, kOutput);
  Reflect.deleteProperty(socket, kOrder);
}

function leaveOwnOrder(socket: OrderedSocket, { methods, former }: Order): void {
  for (const name of NAMES) {
    if (socket[name] !== methods[name]) continue;
    Reflect.deleteProperty(socket, name);
    if (socket[name] !== former[name]) socket[name] = former[name] as never;
  }
}

/** Whether a socket's `write` is Node's own, or that in order: nobody else sees what is written. */
export function isWrittenUnseen({ write }: Socket): boolean {
  if (Socket.prototype.write !== nodeWrite) return false;
  return write === nodeWrite || write === NODE_ORDER.methods.write;
}
