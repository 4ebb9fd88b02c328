/**
 * Reads of a socket into memory that it is lent: Node's option `onread`, for sockets that Node itself made.
 *
 * In: a socket, a buffer, and who is called when some of it was filled. Out: whether the socket reads so from now on;
 * and another buffer for what it reads next, where one is wanted.
 * The option is public, but sockets that a server accepts can't be given it; so what Node does for it is done here. The
 * keys are those under which Node keeps the option. Where the probe fails nothing is lent, and reads go through the
 * socket's Readable.
 */

import { Buffer } from 'node:buffer';
import { type Server, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { OtherSide, streamSocket } from './stream-socket.js';

/** What `onread.callback` is to Node: false stops reading. */
export type ReadCallback = (this: Socket, length: number, bytes: Buffer) => boolean;

type ReadingSocket = Socket & {
  _handle?: { useUserBuffer?(buffer: Buffer): void } | null;
  _readableState: { reading: boolean };
  /** Who accepted it; with TLS, its options say so. */
  _server?: Server;
  _tlsOptions?: { server?: Server };
  [key: symbol]: unknown;
};

interface Keys {
  readonly buffer: symbol;
  readonly callback: symbol;
  /** Of a function that Node asks, after each read, for the buffer of the next one. */
  readonly generator: symbol;
}

/** Under which key of a socket with that option Node keeps `value`. */
function keyOf(value: unknown, onread: object): symbol | undefined {
  const socket = new Socket({ onread } as never) as ReadingSocket;
  return Object.getOwnPropertySymbols(socket).find((key) => socket[key] === value);
}

/** Under which keys Node keeps the option. */
function learnKeys(): Keys | null {
  const memory = Buffer.alloc(1);
  const make = () => memory;
  const callback = () => true;
  const buffer = keyOf(memory, { buffer: memory, callback });
  const generator = keyOf(make, { buffer: make, callback });
  const called = keyOf(callback, { buffer: memory, callback });
  if (buffer === undefined || generator === undefined || called === undefined) return null;
  return { buffer, generator, callback: called };
}

function lendWith(keys: Keys, socket: ReadingSocket, buffer: Buffer, callback: ReadCallback): boolean {
  // Both are null until somebody has given the option.
  if (socket[keys.buffer] !== null || socket[keys.callback] !== null || socket[keys.generator] !== null) {
    return false;
  }
  if (typeof socket._handle?.useUserBuffer !== 'function') return false;
  socket._handle.useUserBuffer(buffer);
  socket[keys.buffer] = buffer;
  socket[keys.callback] = callback;
  return true;
}

/** A change of memory, until Node has asked for it. */
interface Change {
  readonly socket: ReadingSocket;
  readonly generator: symbol;
  readonly buffer: Buffer;
}

let change: Change | null = null;

/** Node calls it right after the callback that wanted the change, and not again before the next one. */
function giveNext(): Buffer | undefined {
  if (change === null) return undefined;
  const { socket, generator, buffer } = change;
  change = null;
  socket[generator] = null;
  return buffer;
}

function changeWith({ generator }: Keys, socket: ReadingSocket, buffer: Buffer): void {
  change = { socket, generator, buffer };
  socket[generator] = giveNext;
}

/** Whether what a socket receives is put into memory that it was lent after it was made, and told each time. */
function probe(): Keys | null {
  try {
    const keys = learnKeys();
    const otherSide = new OtherSide();
    const socket = streamSocket(otherSide);
    if (keys === null || socket === null) return null;
    const buffers = [Buffer.alloc(4), Buffer.alloc(2), Buffer.alloc(3)];
    let told = '';
    const callback: ReadCallback = function note(length, bytes) {
      if (this === socket && bytes === buffers[0]) told += `${bytes.toString('latin1', 0, length)} `;
      if (buffers.length > 1) buffers.shift();
      if (told === 'abcd ' || told === 'abcd ef ')
        changeWith(keys, this as ReadingSocket, buffers[0] as Buffer);
      return true;
    };
    const isLent = lendWith(keys, socket as ReadingSocket, buffers[0] as Buffer, callback);
    otherSide.emit('data', Buffer.from('abcdefghijk'));
    return isLent && told === 'abcd ef ghi jk ' && change === null ? keys : null;
  } catch {
    return null;
  }
}

/** Undefined until somebody first asks. */
let keys: Keys | null | undefined;

/** Whether sockets can be lent memory on this Node. */
export function lendsReads(): boolean {
  if (keys === undefined) keys = probe();
  return keys !== null;
}

/** Who accepted a socket by itself; undefined for one that somebody made. */
export function acceptorOf(socket: Socket): Server | undefined {
  const { _server, _tlsOptions } = socket as ReadingSocket;
  return _server ?? _tlsOptions?.server;
}

/** Whether a socket reads into memory it was lent together with `callback`. */
export function readsInto(socket: Socket, callback: ReadCallback): boolean {
  return keys ? (socket as ReadingSocket)[keys.callback] === callback : false;
}

/**
 * Lends a socket memory for all it will receive. Returns false, and has done nothing, where that isn't possible, or
 * where it was lent some before.
 */
export function lend(socket: Socket, buffer: Buffer, callback: ReadCallback): boolean {
  return lendsReads() && lendWith(keys as Keys, socket as ReadingSocket, buffer, callback);
}

/**
 * Lends a socket that was lent memory other memory, from its next read on. To be called as the last of what its
 * `ReadCallback` does: where that throws, Node does not ask.
 */
export function lendNext(socket: Socket, buffer: Buffer): void {
  changeWith(keys as Keys, socket as ReadingSocket, buffer);
}

const { pause, resume, read } = Duplex.prototype;

/**
 * Lets a socket that was lent memory, which can't be taken back, be paused and read as any other: its handle reads on until
 * its buffer is full, and so hears of the other side's end. Where it was lent some, `pause` would stop the handle at once,
 * and `resume` and `read` would start it though the buffer is full.
 */
export function readAsUsual(socket: Socket): void {
  for (const [name, value] of Object.entries({ pause, resume, read })) {
    if (Object.hasOwn(socket, name)) continue;
    Object.defineProperty(socket, name, { value, writable: true, configurable: true });
  }
}

/**
 * Starts the handle of a socket that was lent memory and is paused, where the socket waits for what comes next: once it is
 * read as any other, nothing else does.
 */
export function readOn(socket: Socket): void {
  if ((socket as ReadingSocket)._readableState.reading) socket._read(0);
}
