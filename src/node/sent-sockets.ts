/**
 * Notices that a program sends a socket to another process: `child.send(message, socket)`.
 *
 * Node takes the socket's handle, stops its timer with `setTimeout(0)`, and lets go of what it knows of HTTP there: of
 * its own parser. Of ours it knows nothing, and no event tells; so the call of `setTimeout` is looked at. In: a socket,
 * and who wants to know. Out: a call as soon as the handle is taken, with the handle back for as long as that lasts,
 * since what was written before must leave before. Where Node does otherwise nobody is called.
 */
import { Socket } from 'node:net';

type SentSocket = Socket & { _handle?: object | null; [kWatch]?: Watch | null };

interface Watch {
  readonly handle: object;
  readonly whenSent: (socket: Socket) => void;
}

const kWatch = Symbol('premier.sending');

function tell(socket: SentSocket, { handle, whenSent }: Watch): void {
  socket[kWatch] = null;
  socket._handle = handle;
  try {
    whenSent(socket);
  } finally {
    // What failed meanwhile has destroyed the socket, and closed the handle with it.
    socket._handle = null;
  }
}

function inherited(socket: SentSocket): SentSocket['setTimeout'] {
  return Object.getPrototypeOf(socket).setTimeout;
}

function setTimeout(this: SentSocket, msecs: number, callback?: () => void): SentSocket {
  const watch = this[kWatch];
  if (watch && this._handle === null && !this.destroyed) tell(this, watch);
  return inherited(this).call(this, msecs, callback);
}

/** Seen by nobody who lists what a socket has. */
const METHOD = { value: setTimeout, writable: true, configurable: true, enumerable: false };

/** Does nothing where the program has put a `setTimeout` of its own on the socket, or the socket can't be sent. */
export function watchSending(socket: SentSocket, whenSent: (socket: Socket) => void): void {
  if (!(socket instanceof Socket) || !socket._handle || socket.setTimeout !== inherited(socket)) return;
  socket[kWatch] = { handle: socket._handle, whenSent };
  Object.defineProperty(socket, 'setTimeout', METHOD);
}

/** The socket has closed: nobody will send it. */
export function forgetWatch(socket: SentSocket): void {
  if (socket[kWatch]) socket[kWatch] = null;
}

/** Leaves the socket as it was: not deleted, since V8 looks up what is left as in a table then. */
export function stopWatching(socket: SentSocket): void {
  if (socket[kWatch] === undefined) return;
  socket[kWatch] = null;
  if (Object.getOwnPropertyDescriptor(socket, 'setTimeout')?.value === setTimeout)
    socket.setTimeout = inherited(socket);
}
