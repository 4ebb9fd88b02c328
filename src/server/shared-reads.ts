/**
 * One buffer for what all connections receive.
 *
 * For each read Node makes a buffer of 64 KiB, shrinks it, and collects it later: more work than reading a request.
 * In: a socket that a server accepted, and who has its bytes. Out: each read lent in the one buffer, until the call
 * returns. Wherever the bytes are for somebody else too (a listener of the program's, a paused or upgraded socket),
 * they are copied and take the usual way through the socket's Readable. Never lent twice at a time.
 */
import { Buffer } from 'node:buffer';
import type { Server, Socket } from 'node:net';
import { SHARED_READ_BYTES } from './limits.js';

/** Who gets the bytes of a socket. */
export interface Reader {
  /** @param chunk - lent: whoever keeps any of it makes a copy */
  receiveLent(chunk: Buffer): void;
  /** What was lent is lost before `receiveLent` returned: no more of it may be read. */
  overrun(): void;
}

/** What a stream handle of Node's has; all since version 12, and none of it documented. */
interface StreamHandle {
  bytesRead: number;
  onread: (this: StreamHandle, bytes: ArrayBuffer | undefined) => void;
  useUserBuffer(buffer: Buffer): void;
  [kShared]?: SharedReads;
}

type SharedSocket = Socket & {
  _handle?: StreamHandle | null;
  /** Who accepted it; with TLS, its options say so. */
  _server?: Server;
  _tlsOptions?: { server?: Server };
  _events?: Record<string, unknown>;
  _unrefTimer?: () => void;
};

const kShared = Symbol('premier.sharedReads');

let buffer: Buffer | null = null;
/** Whoever has the buffer now. */
let borrower: SharedReads | null = null;

class SharedReads {
  /** Another one where the socket was handed over and has come back. */
  reader: Reader;
  readonly #socket: SharedSocket;
  readonly #listener: unknown;
  readonly #usual: StreamHandle['onread'];
  #seen = 0;

  constructor(socket: SharedSocket, handle: StreamHandle, reader: Reader, listener: unknown) {
    this.#socket = socket;
    this.reader = reader;
    this.#listener = listener;
    this.#usual = handle.onread;
    this.#seen = handle.bytesRead;
  }

  #isAlone(): boolean {
    const { _events, readableFlowing } = this.#socket;
    return _events?.data === this.#listener && _events?.readable === undefined && readableFlowing === true;
  }

  onRead(handle: StreamHandle): void {
    const { bytesRead } = handle;
    const length = bytesRead - this.#seen;
    this.#seen = bytesRead;
    const chunk = (buffer as Buffer).subarray(0, length);
    if (borrower !== null) {
      // An event loop within the event loop, as native modules can run one: what was lent is overwritten.
      borrower.reader.overrun();
      borrower = null;
    }
    // Nothing: it is the end, or an error.
    if (length === 0 || this.#socket.destroyed || !this.#isAlone()) this.#usual.call(handle, copyOf(chunk));
    else this.#lend(chunk);
  }

  #lend(chunk: Buffer): void {
    if (this.#socket.timeout) this.#socket._unrefTimer?.();
    borrower = this;
    try {
      this.reader.receiveLent(chunk);
    } finally {
      borrower = null;
    }
  }
}

function onread(this: StreamHandle): void {
  (this[kShared] as SharedReads).onRead(this);
}

function copyOf(chunk: Buffer): ArrayBuffer {
  return Uint8Array.prototype.slice.call(chunk).buffer as ArrayBuffer;
}

/**
 * Lets `reader` have what a socket receives, for as long as `listener` is the only one that listens for 'data'.
 * Does nothing on a socket that `server` didn't accept by itself: who made it may have given it a buffer of its own.
 */
export function shareReads(server: Server, socket: SharedSocket, reader: Reader, listener: unknown): void {
  const handle = socket._handle;
  if (!handle || (socket._server ?? socket._tlsOptions?.server) !== server) return;
  if (typeof handle.useUserBuffer !== 'function' || typeof handle.bytesRead !== 'number') return;
  const before = handle[kShared];
  if (before !== undefined) {
    before.reader = reader;
    return;
  }
  buffer ??= Buffer.allocUnsafeSlow(SHARED_READ_BYTES);
  handle[kShared] = new SharedReads(socket, handle, reader, listener);
  handle.useUserBuffer(buffer);
  handle.onread = onread;
}
