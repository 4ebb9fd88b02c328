/**
 * What stands for the socket of an upgrade while the body of its request still comes, as on Node 26.
 *
 * In: what the program writes, and what comes once the body has been read. Out: the same on the socket, whose errors and
 * end are its own. Never a byte of the body: that is the request's.
 */
import type { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { IncomingMessage } from '../../message/incoming-message.js';

export class UpgradeStream extends Duplex {
  readonly #socket: Socket;
  /** Until its body has been read. */
  #request: IncomingMessage | null;

  constructor(socket: Socket, request: IncomingMessage) {
    super({ allowHalfOpen: socket.allowHalfOpen });
    this.#socket = socket;
    this.#request = request;
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
    socket.on('end', () => this.#end());
  }

  /** The body has been read: what comes from now on is the program's. */
  begin(head: Buffer): void {
    const socket = this.#socket;
    this.#request = null;
    socket.on('data', (data: Buffer) => this.#take(data));
    if (head.length > 0) this.#take(head);
  }

  #take(data: Buffer): void {
    if (!this.push(data)) this.#socket.pause();
  }

  /** As of a socket on which nothing waits to be read, 'end' is told though nobody reads. */
  #end(): void {
    this.push(null);
    if (this.readableLength === 0) this.resume();
  }

  /** Who reads here asks for what comes after the body: nobody may read that. */
  override _read(): void {
    this.#request?.resume();
    this.#socket.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, callback);
  }

  override _final(callback: () => void): void {
    this.#socket.end(callback);
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#socket.destroy(error ?? undefined);
    callback(error);
  }
}
