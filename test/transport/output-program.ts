// A random program of calls on an output and on its socket, and what must hold of every such program.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import { keepOrder, leaveOrder } from '../../dist/transport/socket-order.js';
import { SocketOutput } from '../../dist/transport/socket-output.js';
import type { WriteListener } from '../../dist/transport/write-listeners.js';
import type { Random } from '../fuzz/random.js';
import { turns, until } from '../subjects.js';
import { MARKER } from './poisoned-memory.js';
import { randomAscii, randomLatin1, randomSize, randomUnicode, randomView } from './random-data.js';
import type { Transport } from './transports.js';

/** Who waits for what was written before it. */
interface Waiting {
  readonly offset: number;
  readonly endsResponse: boolean;
  /** It came after the program's own end of the socket: then it may never be told. */
  readonly isLate: boolean;
  /** What it was told, each time. */
  readonly told: (Error | null | undefined)[];
}

export class OutputProgram {
  readonly #random: Random;
  readonly #transport: Transport;
  readonly #output: SocketOutput;
  /** What was put, as latin1, as long as the socket took it. */
  #expected = '';
  readonly #listeners: Waiting[] = [];
  /** The listeners in the order in which they were told. */
  readonly #order: Waiting[] = [];
  /** The program ended the socket: nothing more is taken. */
  #isEnded = false;
  /** Something went wrong, or was cut: part of it may be missing. */
  #isCut = false;
  /** The reader is gone, and with it what the kernel had taken. */
  #isUnread = false;
  /** The program was asked to pause, and not yet to go on. */
  #owesDrain = false;
  #isClosed = false;
  readonly log: string[] = [];

  constructor(random: Random, transport: Transport) {
    this.#random = random;
    this.#transport = transport;
    const { socket } = transport;
    this.#output = new SocketOutput(socket);
    keepOrder(socket, this.#output);
    socket.on('error', () => {
      this.#isCut = true;
    });
    socket.on('close', () => {
      this.#isClosed = true;
    });
    // As a connection does.
    socket.on('drain', () => {
      this.#output.flush();
      this.#owesDrain = false;
    });
  }

  async run(): Promise<void> {
    const random = this.#random;
    for (let steps = random.below(60); steps > 0; steps--) {
      // What arrives does so in a turn of its own.
      if (random.once(8)) await turns(1).then(() => this.#gather());
      else this.#step();
      if (random.once(12)) await this.#pause();
    }
    await this.#finish();
    this.#check();
  }

  #put(): void {
    const random = this.#random;
    const output = this.#output;
    const size = randomSize(random);
    const kind = random.below(6);
    this.log.push(`put ${kind} ${size}`);
    let data: string | Uint8Array;
    let encoding: BufferEncoding = 'latin1';
    if (kind === 0) {
      data = randomAscii(random, size);
      this.#expect(data, encoding);
      output.ascii(data);
    } else if (kind === 1) {
      data = randomLatin1(random, size);
      this.#expect(data, encoding);
      output.latin1(data);
    } else if (kind === 2) {
      encoding = 'utf8';
      data = randomUnicode(random, size);
      this.#expect(data, encoding);
      output.put(data, 'utf8', Buffer.byteLength(data));
    } else if (kind === 3) {
      data = randomView(random, size);
      this.#expect(data, encoding);
      output.put(data, null, data.length);
    } else {
      data = random.once(2) ? randomUnicode(random, size) : randomView(random, size);
      encoding = random.pick(['utf8', 'utf-8', 'latin1', 'binary', 'base64', 'hex', 'utf16le', 'ascii']);
      this.#expect(data, encoding);
      output.put(data, encoding, null);
    }
  }

  #expect(data: string | Uint8Array, encoding: BufferEncoding): void {
    if (this.#isEnded || this.#transport.socket.destroyed) return;
    this.#expected += Buffer.from(data as string, encoding).toString('latin1');
  }

  #notify(): void {
    const random = this.#random;
    const waiting: Waiting = {
      offset: this.#expected.length,
      endsResponse: random.once(3),
      isLate: this.#isEnded || this.#transport.socket.writableEnded,
      told: [],
    };
    const putsMore = random.once(6);
    this.#listeners.push(waiting);
    const listener: WriteListener = {
      watched: random.once(2),
      endsResponse: waiting.endsResponse,
      onWritten: (error) => {
        waiting.told.push(error);
        this.#order.push(waiting);
        if (!putsMore) return;
        this.#put();
        this.#accepted(this.#output.schedule());
      },
    };
    this.#output.notify(listener);
  }

  /** Takes note of whether the program may go on. */
  #accepted(accepted: boolean): void {
    const { socket } = this.#transport;
    if (!accepted && !this.#isEnded && !socket.destroyed) this.#owesDrain = true;
  }

  #step(): void {
    const random = this.#random;
    const output = this.#output;
    const choice = random.below(21);
    if (choice < 10) {
      this.#put();
      if (random.once(2)) this.#notify();
      this.log.push('schedule');
      this.#accepted(output.schedule());
    } else if (choice < 12) {
      this.log.push('notify, schedule');
      this.#notify();
      output.schedule();
    } else if (choice < 14) {
      this.log.push('push');
      output.push();
    } else if (choice < 16) {
      this.log.push('flush');
      this.#accepted(output.flush());
    } else if (choice < 19) {
      const isReading = random.once(2);
      this.log.push(`read ${isReading}`);
      this.#transport.read(isReading);
    } else {
      this.#meddle();
    }
  }

  /** What a connection does while it reads requests. */
  #gather(): void {
    const output = this.#output;
    this.log.push('held');
    output.held = true;
    for (let steps = this.#random.below(6); steps > 0; steps--) {
      this.#put();
      this.#accepted(output.schedule());
      if (this.#random.once(2)) this.#notify();
      if (this.#random.once(6)) output.push();
    }
    output.held = false;
    this.log.push('settle');
    output.settle();
  }

  /** What a program does to the socket by itself. */
  #meddle(): void {
    const random = this.#random;
    const { socket } = this.#transport;
    const isOrdered = (socket as object) instanceof Socket;
    const choice = random.below(12);
    if (choice < 8) {
      const text = randomAscii(random, 1 + random.below(100));
      this.log.push('socket.write');
      if (!isOrdered) this.#output.flush();
      this.#expect(text, 'latin1');
      if (!this.#isEnded) this.#accepted(socket.write(text));
    } else if (choice < 9) {
      this.log.push('socket.end');
      if (!isOrdered) this.#output.flush();
      this.#isEnded = true;
      socket.end();
    } else if (choice < 10) {
      this.log.push('fail');
      this.#isCut = true;
      this.#isUnread = true;
      this.#transport.fail();
    } else if (choice < 11) {
      this.log.push('socket.destroy');
      this.#isCut = true;
      // TLS may say that what it had encrypted has left, and drop it.
      if ('encrypted' in socket) this.#isUnread = true;
      if (!isOrdered && !socket.destroyed) this.#output.abandon();
      socket.destroy(random.once(2) ? new Error('destroyed on purpose') : undefined);
    }
  }

  async #pause(): Promise<void> {
    this.log.push('…');
    if (this.#random.once(2)) await new Promise<void>((resolve) => process.nextTick(resolve));
    else await turns(1 + this.#random.below(3));
  }

  async #finish(): Promise<void> {
    const { socket } = this.#transport;
    this.log.push('finish');
    this.#transport.read(true);
    await turns(1);
    await until(() => !this.#owesDrain || this.#isEnded || socket.destroyed, "'drain' after a false");
    this.#output.flush();
    this.#isEnded = true;
    socket.end();
    await until(() => this.#isClosed, 'the close of the socket');
    await this.#transport.over();
    await turns(3);
    leaveOrder(socket);
  }

  #check(): void {
    const received = this.#transport.received();
    assert.ok(!received.includes(String.fromCharCode(MARKER)), 'no memory leaves that was not filled');
    assert.ok(this.#expected.startsWith(received), 'what is received is a beginning of what was put');
    if (!this.#isCut) assert.equal(received.length, this.#expected.length, 'all of it is received');
    for (const { told, offset, isLate } of this.#listeners) {
      if (isLate) {
        assert.ok(told.length <= 1, 'none is told twice');
        continue;
      }
      assert.equal(told.length, 1, 'each is told once');
      if (!told[0] && !this.#isUnread)
        assert.ok(received.length >= offset, 'who is told that it has left can rely on it');
      if (!this.#isCut) assert.ok(!told[0], `nothing went wrong, but ${told[0]}`);
    }
    const hasLeft = ({ told }: Waiting) => told.length > 0 && !told[0];
    const offsets = (list: Waiting[]) => list.filter(hasLeft).map(({ offset }) => offset);
    assert.deepEqual(offsets(this.#order), offsets(this.#listeners), 'they are told in order');
  }
}
