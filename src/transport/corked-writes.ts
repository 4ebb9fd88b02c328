/**
 * Writes to a socket through its Writable.
 *
 * In: pieces in the order they are to leave. Out: writes, corked where there are several, and a socket that is uncorked
 * again as often as it was corked here. Never holds anything itself.
 */
import type { Socket } from 'node:net';
import type { Piece, ResizedBufferError } from './write-batch.js';

type WriteCallback = (error?: Error | null) => void;

export class CorkedWrites {
  readonly #socket: Socket;
  #corked = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Whether the socket is corked from here. */
  get areCorked(): boolean {
    return this.#corked;
  }

  /** Until `uncork` the socket says of each write whether it is too much, and makes none. */
  cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork?.();
  }

  uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#socket.uncork?.();
  }

  /** As on node:http, the end of a response uncorks the socket, however often the program corked it. */
  uncorkWholly(): void {
    this.#corked = false;
    while (this.#socket.writableCorked > 0) this.#socket.uncork();
  }

  write({ chunk, encoding }: Piece, callback: WriteCallback | undefined): boolean {
    return this.#socket.write(chunk, encoding as BufferEncoding, callback);
  }

  /**
   * Leaves the socket corked.
   * @param callback - called when the last of them has left
   */
  writeAll(pieces: readonly Piece[], callback: WriteCallback | undefined): boolean {
    this.cork();
    return this.#writeEach(pieces, callback);
  }

  #writeEach(pieces: readonly Piece[], callback: WriteCallback | undefined): boolean {
    const last = pieces.length - 1;
    let accepted = true;
    pieces.forEach((piece, i) => {
      accepted = this.write(piece, i === last ? callback : undefined);
    });
    return accepted;
  }

  /** What was gathered before a buffer that was resized leaves; with it the connection is cut. */
  cutAfter(error: ResizedBufferError): void {
    const socket = this.#socket;
    const cut = () => socket.destroy(error);
    if (error.before.length === 0 || socket.destroyed) cut();
    else this.#writeEach(error.before, cut);
    this.uncork();
  }
}
