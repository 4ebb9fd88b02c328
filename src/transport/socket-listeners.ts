/**
 * The listeners of a connection's socket: one set for all connections, which find theirs through the socket.
 *
 * In: the events of a socket. Out: calls on its connection, until it is detached: then the socket is as it was.
 */
import { Buffer } from 'node:buffer';
import { type Server, Socket } from 'node:net';
import { socketEncoding } from '../node/errors.js';
import { forgetWatch, stopWatching, watchSending } from '../node/sent-sockets.js';
import { giveDecoder, takeDecoder } from '../node/stream-decoder.js';
import type { ServerSocket } from './server-socket.js';
import {
  changeReader,
  forgetReader,
  isReadByNobody,
  type Reader,
  shareReads,
  stopSharing,
} from './shared-reads.js';
import { forgetOutput, leaveOrder } from './socket-order.js';

const kConnection = Symbol('premier.connection');

/** What a connection does with the events of its socket. */
export interface SocketEvents extends Reader {
  /** @param fresh - called from the event loop, in the async context in which the connection came */
  receive(chunk: Buffer, fresh: boolean): void;
  onEndOfInput(): void;
  onDrain(): void;
  onTimeout(): void;
  /** @param atOnce - nothing more can be written in order: the socket itself reported the error */
  refuse(error: Error, atOnce: boolean): void;
  onClose(): void;
  /** Another process gets the socket as soon as this returns: what waits to be written leaves now or never. */
  onSent(): void;
  /** The server keeps the connection no longer. */
  free(): void;
}

const kEndedByItself = Symbol('premier.endedByItself');
const kDecoder = Symbol('premier.decoder');

type ConnectedSocket = ServerSocket & {
  [kConnection]?: SocketEvents | null;
  /** Whether the socket would have ended at the client's end by itself. */
  [kEndedByItself]?: boolean;
  /** What decoded its bytes into text before it was handed over; undefined where nothing did. */
  [kDecoder]?: unknown;
  allowHalfOpen: boolean;
};

function onData(this: ConnectedSocket, chunk: Buffer | string): void {
  // Only what a program had read as text, and put back, is text.
  const segment = typeof chunk === 'string' ? Buffer.from(chunk, this.readableEncoding ?? 'utf8') : chunk;
  this[kConnection]?.receive(segment, this instanceof Socket);
}
function onEnd(this: ConnectedSocket): void {
  this[kConnection]?.onEndOfInput();
}
function onClose(this: ConnectedSocket): void {
  this.parser = null;
  this[kConnection]?.onClose();
}
function onSent(socket: ConnectedSocket): void {
  const connection = socket[kConnection];
  try {
    connection?.onSent();
  } finally {
    detach(socket);
    connection?.free();
  }
}
/**
 * Node's sockets outlive a collection of V8's young objects, though nobody has them any more: what hangs on them would be
 * copied to the old ones, and stay until those are collected.
 */
function onGone(this: ConnectedSocket): void {
  const connection = this[kConnection];
  if (!connection) return;
  if (this.destroyed === false) leaveOpen(this);
  this[kConnection] = null;
  forgetReader(this);
  forgetOutput(this);
  forgetWatch(this);
  connection.free();
}
/** The program has emitted 'close' by itself: nobody reads the socket from now on, and its client's end closes it. */
function leaveOpen(socket: ConnectedSocket): void {
  detach(socket);
  socket.allowHalfOpen = false;
  socket.resume();
}
function onError(this: ConnectedSocket, error: Error): void {
  this[kConnection]?.refuse(error, true);
}
function onDrain(this: ConnectedSocket): void {
  this[kConnection]?.onDrain();
}
function onTimeout(this: ConnectedSocket): void {
  this[kConnection]?.onTimeout();
}
const { push } = Socket.prototype;

/**
 * As on node:http, which reads a socket's handle past its listeners, a program that takes those away is sent requests
 * still; and a socket that ended at the client's end by itself does so where nobody listens for that end any more.
 */
function pushToConnection(this: ConnectedSocket, chunk: unknown, encoding?: BufferEncoding): boolean {
  if (chunk === null) {
    if (this[kEndedByItself] && !this.listeners('end').includes(onEnd)) this.allowHalfOpen = false;
  } else if (this[kConnection] && chunk instanceof Buffer && isReadByNobody(this)) {
    this[kConnection].receive(chunk, true);
    return true;
  }
  return Reflect.apply(push, this, [chunk, encoding]);
}

function refuseEncoding(): never {
  throw socketEncoding();
}

const LISTENERS: [string, () => void][] = [
  ['timeout', onTimeout],
  ['data', onData as () => void],
  ['error', onError as () => void],
  ['end', onEnd],
  ['close', onClose],
  ['close', onGone],
  ['drain', onDrain],
];

/** Lets `connection` have the events of `socket`, and `socket` know its connection. */
export function listenTo(server: Server, socket: ConnectedSocket, connection: SocketEvents): void {
  socket[kConnection] = connection;
  socket.parser = connection;
  socket._httpMessage = null;
  socket._paused = false;
  for (const [event, listener] of LISTENERS) socket.on(event, listener);
  socket.setEncoding = refuseEncoding;
  const decoder = takeDecoder(socket);
  if (decoder !== null) socket[kDecoder] = decoder;
  watchSending(socket, onSent);
  // When a socket ends is the connection's to say, for it may have requests to answer that came before.
  socket[kEndedByItself] = socket.allowHalfOpen === false;
  socket.allowHalfOpen = true;
  const isShared = shareReads(server, socket, connection, onData);
  if (socket instanceof Socket && (!isShared || socket[kEndedByItself])) {
    Object.defineProperty(socket, 'push', { value: pushToConnection, writable: true, configurable: true });
  }
}

/** Lets another connection have the events of a socket from now on. */
export function handOver(socket: ConnectedSocket, connection: SocketEvents): void {
  socket[kConnection] = connection;
  socket.parser = connection;
  changeReader(socket, connection);
}

/** Makes the socket what it was before `listenTo`. */
export function detach(socket: ConnectedSocket): void {
  for (const [event, listener] of LISTENERS) socket.removeListener(event, listener);
  socket[kConnection] = null;
  stopSharing(socket);
  socket.parser = null;
  stopWatching(socket);
  // Not deleted, as in all of this.
  socket.setEncoding = Object.getPrototypeOf(socket).setEncoding;
  if (socket[kDecoder] !== undefined) giveDecoder(socket, socket[kDecoder]);
  if (socket.push === pushToConnection) socket.push = Object.getPrototypeOf(socket).push;
  if (socket[kEndedByItself]) socket.allowHalfOpen = false;
  leaveOrder(socket);
}
