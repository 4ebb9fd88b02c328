/**
 * One buffer for what all connections receive.
 *
 * For each read Node makes a buffer of 64 KiB, shrinks it, and collects it later: more work than reading a request.
 * `net.Socket` has an option against that, `onread`, but only for sockets that a program makes; here it is set on those
 * that a server accepted. In: such a socket, and who has its bytes. Out: each read lent in the one buffer, until the
 * call returns. Wherever the bytes are for somebody else too (a listener of the program's, a paused or upgraded socket),
 * they are copied and take the usual way through the socket's Readable. Never lent twice at a time. A large body that
 * comes faster than it is read goes through a larger one: fewer pieces cost less wherever each is handed on.
 */
import { Buffer } from 'node:buffer';
import type { Server, Socket } from 'node:net';
import {
  acceptorOf,
  lend,
  lendNext,
  lendsReads,
  type ReadCallback,
  readAsUsual,
  readOn,
  readsInto,
} from '../node/lent-reads.js';
import { isOnlyReader } from '../node/listener-table.js';
import { LARGE_READ_BYTES, MAX_LARGE_READERS, SHARED_READ_BYTES, VIEWED_READ_BYTES } from './limits.js';

/** Who gets the bytes of a socket. */
export interface Reader {
  /** Octets of the body that is being received which haven't come, as far as that is known. */
  readonly bodyBytesLeft: number;
  /** @param chunk - lent: whoever keeps any of it makes a copy */
  receiveLent(chunk: Buffer): void;
  /** What was lent is lost before `receiveLent` returned: no more of it may be read. */
  overrun(): void;
}

const kReader = Symbol('premier.reader');
const kListener = Symbol('premier.listener');

type Listener = (...args: never[]) => void;

type SharedSocket = Socket & { [kReader]?: Reader | null; [kListener]?: Listener };

let buffer: Buffer | null = null;
let large: Buffer | null = null;

/** Who reads into the large one. */
const largeReaders = new Set<SharedSocket>();

/** What lies at the beginning of the usual one, by its length: the same few lengths come again and again. */
const views: Buffer[] = [];

/** The bytes that a read put there. */
function filled(bytes: Buffer, length: number): Buffer {
  if (length > VIEWED_READ_BYTES || bytes !== buffer) return bytes.subarray(0, length);
  while (views.length <= length) views.push(bytes.subarray(0, views.length));
  return views[length] as Buffer;
}

/** Whoever has the buffer now. */
let borrower: Reader | null = null;

function isReadAlone(socket: SharedSocket): boolean {
  const { [kListener]: listener } = socket;
  return listener !== undefined && isOnlyReader(socket, listener) && socket.readableFlowing === true;
}

/** As on node:http, which reads past them, a program that takes the listeners of its socket away is sent requests still. */
export function isReadByNobody(socket: Socket): boolean {
  const listeners = socket.listenerCount('data') + socket.listenerCount('readable');
  return listeners === 0 && socket.readableFlowing !== false;
}

/** Whether so much comes at a time, and is still to come, that larger reads are fewer. */
function needsLarge(reader: Reader | null, length: number): boolean {
  return reader !== null && length >= SHARED_READ_BYTES && reader.bodyBytesLeft >= LARGE_READ_BYTES;
}

/** Whether one more may read so: those of whose end nobody was told have gone as well. */
function hasRoom(): boolean {
  if (largeReaders.size < MAX_LARGE_READERS) return true;
  for (const socket of largeReaders) if (socket.destroyed) largeReaders.delete(socket);
  return largeReaders.size < MAX_LARGE_READERS;
}

/** Gives a socket the buffer of its next read, where that is another one. */
function chooseNext(socket: SharedSocket, reader: Reader | null, length: number, isLarge: boolean): void {
  if (needsLarge(reader, length) === isLarge) return;
  if (isLarge) {
    largeReaders.delete(socket);
    lendNext(socket, buffer as Buffer);
  } else if (!socket.destroyed && hasRoom()) {
    largeReaders.add(socket);
    large ??= Buffer.allocUnsafeSlow(LARGE_READ_BYTES);
    lendNext(socket, large);
  }
}

const onread: ReadCallback = function onread(this: SharedSocket, length, bytes) {
  const chunk = filled(bytes, length);
  const reader = this[kReader] ?? null;
  let goesOn = true;
  // An event loop within the event loop, as native modules can run one: what was lent is overwritten.
  borrower?.overrun();
  if (reader === null || !(isReadAlone(this) || isReadByNobody(this))) {
    borrower = null;
    goesOn = this.push(Buffer.from(chunk));
  } else {
    borrower = reader;
    try {
      reader.receiveLent(chunk);
    } finally {
      borrower = null;
    }
  }
  // Last: Node asks for what is chosen here when this returns.
  if (length >= SHARED_READ_BYTES || bytes === large) chooseNext(this, reader, length, bytes === large);
  return goesOn;
};

/**
 * Lets `reader` have what a socket receives, for as long as `listener` is the only one that listens for 'data'.
 * Does nothing on a socket that no server accepted by itself: who made it may have given it a buffer of its own.
 * @returns whether it does so from now on
 */
export function shareReads(
  server: Server,
  socket: SharedSocket,
  reader: Reader,
  listener: Listener,
): boolean {
  if (!readsInto(socket, onread)) {
    if (acceptorOf(socket) !== server || !lendsReads()) return false;
    buffer ??= Buffer.allocUnsafeSlow(SHARED_READ_BYTES);
    if (!lend(socket, buffer, onread)) return false;
  }
  socket[kReader] = reader;
  socket[kListener] = listener;
  return true;
}

/** Somebody else has what the socket receives from now on, where it is shared at all. */
export function changeReader(socket: SharedSocket, reader: Reader): void {
  if (socket[kReader]) socket[kReader] = reader;
}

/** The socket has closed. */
export function forgetReader(socket: SharedSocket): void {
  if (socket[kReader]) socket[kReader] = null;
  largeReaders.delete(socket);
}

/** From now on what the socket receives takes the usual way. */
export function stopSharing(socket: SharedSocket): void {
  if (socket[kReader] === undefined) return;
  socket[kReader] = null;
  largeReaders.delete(socket);
  readAsUsual(socket);
}

/** The socket is the program's, which may wait for what comes, though the server had stopped reading. */
export function leaveReading(socket: SharedSocket): void {
  if (socket[kReader] !== undefined && !socket.destroyed) readOn(socket);
}
