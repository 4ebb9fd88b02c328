/**
 * Reads the head of the PROXY protocol from a socket.
 *
 * In: a socket that nobody reads yet. Out: its head, once, and the socket as it would be had it begun after that; or an
 * error, and nothing more is read. Waits no longer than it may.
 */
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { forgetFlowing } from '../node/flowing.js';
import { clearTimeout, setTimeout } from '../node/timers.js';
import { type ProxyHeader, ProxyHeaderError, readProxyHeader } from './proxy-header.js';

const NONE = Buffer.alloc(0);

export class ProxyArrival {
  readonly #socket: Socket;
  readonly #done: (error: Error | null, header: ProxyHeader | null) => void;
  readonly #timer: NodeJS.Timeout;
  #bytes: Buffer = NONE;

  /**
   * @param patience - ms until the head must be there
   * @param done - called once: with a head, or an error, or neither where the socket is gone
   */
  constructor(
    socket: Socket,
    patience: number,
    done: (error: Error | null, header: ProxyHeader | null) => void,
  ) {
    this.#socket = socket;
    this.#done = done;
    this.#timer = setTimeout(tellLate, patience, this).unref();
    socket
      .on('data', this.#onData)
      .on('end', this.#onEnd)
      .on('close', this.#onClose)
      .on('error', this.#onError);
  }

  fail(error: Error): void {
    this.#leave();
    this.#done(error, null);
  }

  #leave(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    socket
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('close', this.#onClose)
      .off('error', this.#onError);
  }

  #onData = (chunk: Buffer): void => {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    try {
      const read = readProxyHeader(this.#bytes);
      if (read === null) return;
      this.#leave();
      this.#giveBack(this.#bytes.subarray(read.length));
      this.#done(null, read.header);
    } catch (error) {
      if (!(error instanceof ProxyHeaderError)) throw error;
      this.fail(error);
    }
  };

  /** What came after the head is the next reader's, who has not come yet. */
  #giveBack(rest: Buffer): void {
    const socket = this.#socket;
    socket.pause();
    if (rest.length > 0) socket.unshift(rest);
    forgetFlowing(socket);
  }

  #onEnd = (): void => {
    // A balancer that only looks whether somebody listens says nothing, and asks for nothing.
    if (this.#bytes.length === 0) {
      this.#socket.destroy();
      return;
    }
    this.fail(new ProxyHeaderError('PROXY protocol: the connection ended before its head did'));
  };

  #onClose = (): void => {
    this.#leave();
    this.#done(null, null);
  };

  #onError = (): void => {
    // 'close' comes next.
  };
}

function tellLate(arrival: ProxyArrival): void {
  arrival.fail(new ProxyHeaderError('PROXY protocol: the head did not come in time'));
}
