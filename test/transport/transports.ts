// The streams that a server writes to, each with a reader that can be slow, and can go away.
// In: what is written. Out: what the reader got of it. Everything stays within the process, or on loopback.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { Random } from '../fuzz/random.js';
import { certificate, pem } from '../subjects.js';

export interface Transport {
  /** What is written to. */
  readonly socket: Socket;
  /** What the reader got, as latin1. */
  received(): string;
  /** Has the reader read from now on, or stop. */
  read(isReading: boolean): void;
  /** The reader goes away, or the stream fails. */
  fail(): void;
  /** Called when the reader got all that will come. */
  over(): Promise<unknown>;
}

/** A stream of the program's own, which takes each write at once, or later, and none while it is not read. */
export function duplex(random: Random): Transport {
  let text = '';
  let isReading = true;
  let isFailing = false;
  let waiting = () => {};
  const socket = new Duplex({
    writableHighWaterMark: random.pick([1, 100, 16 * 1024]),
    decodeStrings: random.once(2),
    read() {},
    write(chunk: string | Buffer, encoding, written) {
      const take = () => {
        if (isFailing) return written(new Error('failed on purpose'));
        text += Buffer.from(chunk as string, encoding).toString('latin1');
        written();
      };
      if (!isReading) waiting = take;
      else if (random.once(2)) setImmediate(take);
      else take();
    },
    final(done) {
      this.push(null);
      done();
    },
  });
  return {
    socket: socket.resume() as unknown as Socket,
    received: () => text,
    read(reads) {
      isReading = reads;
      if (!reads) return;
      waiting();
      waiting = () => {};
    },
    fail() {
      isFailing = true;
    },
    over: () => Promise.resolve(),
  };
}

/** Connects sockets over loopback, to a server that is listening. */
export class Sockets {
  readonly #server: Server;
  readonly #isSecure: boolean;

  private constructor(isSecure: boolean) {
    this.#isSecure = isSecure;
    this.#server = isSecure
      ? tls.createServer({ ...certificate, allowHalfOpen: true })
      : net.createServer({ allowHalfOpen: true });
  }

  static async listen(isSecure: boolean): Promise<Sockets> {
    const sockets = new Sockets(isSecure);
    sockets.#server.listen(0, '127.0.0.1');
    await once(sockets.#server, 'listening');
    return sockets;
  }

  close(): void {
    this.#server.close();
  }

  async connect(): Promise<Transport> {
    const { port } = this.#server.address() as AddressInfo;
    const accepted = once(this.#server, this.#isSecure ? 'secureConnection' : 'connection');
    const reader = this.#isSecure
      ? tls.connect({ port, host: '127.0.0.1', ca: pem('authority-cert'), servername: 'localhost' })
      : net.connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    const closed = new Promise((resolve) => reader.on('close', resolve));
    reader.on('error', () => {});
    reader.on('data', (chunk: Buffer) => chunks.push(chunk));
    const [socket] = (await accepted) as [Socket];
    return {
      socket: socket.resume(),
      received: () => Buffer.concat(chunks).toString('latin1'),
      read: (isReading) => void (isReading ? reader.resume() : reader.pause()),
      fail: () => void (this.#isSecure ? reader.destroy() : reader.resetAndDestroy()),
      over: () => closed,
    };
  }
}
