/**
 * Keeps what a program does to its socket by itself after what it has answered, as it is on `node:http`.
 *
 * In: a connection's socket and the output that gathers what is to leave through it. Out: `write`, `end` and `destroy`
 * of that socket which hand over first what waits: `res.end('Too much'); req.destroy()` is how programs refuse an
 * upload; and, where it is a `net.Socket`, counts of what was written that have it in them. Never touches another method.
 */
import { Socket } from 'node:net';

/** What gathers what is to leave through a socket. */
export interface GatheringOutput {
  /** Bytes that wait in it. */
  readonly length: number;
  flush(): unknown;
  /** The socket ends: as `flush`, and what a response holds back as well. */
  flushHeld(): unknown;
  /** The connection is cut: drops what must not leave any more. */
  abandon(): void;
}

const kOutput = Symbol('premier.output');
const kOrder = Symbol('premier.order');

type Methods = Pick<Socket, 'write' | 'end' | 'destroy'>;

/** What a socket is given to be in order, and the methods that its own call. */
interface Order {
  readonly own: readonly (readonly [name: string, PropertyDescriptor])[];
  readonly former: Methods;
  /** Whether its counts have what waits in the output in them. */
  readonly counts: boolean;
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
  return socket[kOutput] !== undefined && socket[kOrder]?.counts === true;
}

type OrderedSocket = Socket & { [kOutput]?: GatheringOutput | undefined; [kOrder]?: Order | undefined };

/** What a program asks of its socket counts what it wrote to a response, as on `node:http`. */
const COUNTERS = {
  get writableLength(): number {
    return writableLength.call(this) + ((this as unknown as OrderedSocket)[kOutput]?.length ?? 0);
  },
  get bytesWritten(): number {
    return bytesWritten.call(this) + ((this as unknown as OrderedSocket)[kOutput]?.length ?? 0);
  },
};

/** Whether the `end` of a stream takes that as what it ends with; else it throws, and nothing ends. */
function isTaken(chunk: unknown): boolean {
  if (chunk === undefined || chunk === null) return true;
  return typeof chunk === 'string' || typeof chunk === 'function' || ArrayBuffer.isView(chunk);
}

function inOrder(former: Methods, counts: boolean): Order {
  const methods = {
    write(this: OrderedSocket, ...args: unknown[]): boolean {
      const output = this[kOutput];
      // The output's own writes come this way as well, when nothing waits in it any more.
      if (output !== undefined && output.length > 0) output.flush();
      return Reflect.apply(former.write, this, args);
    },
    end(this: OrderedSocket, ...args: unknown[]): Socket {
      if (this.writable && isTaken(args[0])) this[kOutput]?.flushHeld();
      return Reflect.apply(former.end, this, args);
    },
    destroy(this: OrderedSocket, error?: Error): Socket {
      if (this.writable) this[kOutput]?.abandon();
      return Reflect.apply(former.destroy, this, [error]);
    },
  };
  const properties = {
    ...Object.getOwnPropertyDescriptors(methods),
    ...(counts ? Object.getOwnPropertyDescriptors(COUNTERS) : {}),
  };
  // As those of a class are: not to be listed.
  for (const property of Object.values(properties)) property.enumerable = false;
  return { own: Object.entries(properties), former, counts };
}

/** By name, for what a module exports is looked up anew wherever it is read. */
const socketMethods = Socket.prototype;
const { write: nodeWrite, end: nodeEnd, destroy: nodeDestroy } = socketMethods;

/** For all sockets that have Node's own methods. */
const NODE_ORDER = inOrder(Socket.prototype, true);
const orderedWrite: unknown = NODE_ORDER.own.find(([name]) => name === 'write')?.[1].value;

/**
 * Gives a socket properties of its own. A prototype for all of them would be less, but the engines of Node 20 and 22 then
 * take each socket for an object of another shape, which costs with each request; Node 24's makes the change as dear.
 */
export function keepOrder(socket: OrderedSocket, output: GatheringOutput): void {
  const { write, end, destroy } = socket;
  const hasNodes = write === nodeWrite && end === nodeEnd && destroy === nodeDestroy;
  const order = hasNodes ? NODE_ORDER : inOrder({ write, end, destroy }, socket instanceof Socket);
  socket[kOutput] = output;
  socket[kOrder] = order;
  for (const [name, property] of order.own) Object.defineProperty(socket, name, property);
}

/** The socket has closed: nothing waits for it any more. */
export function forgetOutput(socket: OrderedSocket): void {
  if (socket[kOutput] !== undefined) socket[kOutput] = undefined;
}

/**
 * Makes the socket what it was before `keepOrder`, but for what the program has replaced since. Where it had Node's own methods
 * it has those, and counts that have no output to add: an object from which something is deleted is looked up as a table by V8,
 * and an echo by WebSocket costs a sixth more then.
 */
export function leaveOrder(socket: OrderedSocket): void {
  const order = socket[kOrder];
  if (order === undefined) return;
  for (const [name, property] of order.own) {
    if (!isStill(socket, name, property)) continue;
    const isMethod = property.get === undefined;
    if (order !== NODE_ORDER) Reflect.deleteProperty(socket, name);
    if (isMethod) restore(socket, name as keyof Methods, order.former);
  }
  socket[kOutput] = undefined;
  socket[kOrder] = undefined;
}

function isStill(socket: Socket, name: string, { value, get }: PropertyDescriptor): boolean {
  const present = Object.getOwnPropertyDescriptor(socket, name);
  return present !== undefined && present.value === value && present.get === get;
}

function restore(socket: Socket, name: keyof Methods, former: Methods): void {
  if (socket[name] !== former[name]) socket[name] = former[name] as never;
}

/** Whether a socket's `write` is Node's own, or that in order: nobody else sees what is written. */
export function isWrittenUnseen({ write }: Socket): boolean {
  if (socketMethods.write !== nodeWrite) return false;
  return write === nodeWrite || write === orderedWrite;
}
