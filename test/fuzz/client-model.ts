// A client that keeps to the rules, and a program that does as it likes, against what RFC 9113 says of a server.
// In: random numbers. Out: nothing, or an assertion: every frame that leaves is one that may, no window is exceeded, and
// the octets of every response are those that were written, in their order, once.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { type Answer, get, greeted, headers, post } from '../http2/exchange.js';
import { type Frame, frame, settings, uint32 } from '../http2/frames.js';
import type { Random } from './random.js';

/** A stream as its client sees it. */
class Side {
  window: number;
  /** What the program wrote, and what came of it. */
  written = '';
  received = '';
  complete = false;
  reset = false;
  ended = false;
  head = false;
  uploading = false;

  constructor(window: number) {
    this.window = window;
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

export class ClientModel {
  readonly #random: Random;
  readonly #exchange;
  readonly #sides = new Map<number, Side>();
  #window = 65_535;
  #initial = 65_535;
  #next = 1;
  #read = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#exchange = greeted({ onBody: ({ stream }, data) => stream.consumed(data.length) });
    this.#read = this.#exchange.frames.length;
  }

  run(steps: number): void {
    for (let step = 0; step < steps; step++) {
      this.#step();
      assert.equal(this.#exchange.fault, null);
      if (this.#random.once(2)) this.#take(this.#random.pick([1, 300, 20_000, undefined]));
    }
    this.#finish();
  }

  #step(): void {
    const random = this.#random;
    const id = 1 + 2 * random.below(Math.max(1, (this.#next - 1) / 2));
    const answer = this.#exchange.answers.get(id);
    switch (random.below(9)) {
      case 0:
        this.#request();
        break;
      case 1:
        this.#setWindow(random.pick([0, 1, 10, 5000, 65_535, 200_000]));
        break;
      case 2:
        this.#open(random.once(2) ? 0 : id, 1 + random.below(random.once(2) ? 20 : 40_000));
        break;
      case 3:
        if (answer !== undefined && random.once(4)) this.#resetStream(id);
        break;
      case 4:
        if (answer !== undefined) this.#upload(id);
        break;
      default:
        if (answer !== undefined) this.#write(answer);
    }
  }

  #request(): void {
    const id = this.#next;
    if (this.#exchange.connection.openStreams > 20) return;
    this.#next += 2;
    const side = new Side(this.#initial);
    side.uploading = this.#random.once(3);
    this.#sides.set(id, side);
    const priority = this.#random.pick([
      [],
      [],
      ['priority', 'u=1'],
      ['priority', 'u=1, i'],
      ['priority', 'u=6'],
    ]);
    this.#exchange.receive(
      headers(id, [...(side.uploading ? post : get), ...priority], side.uploading ? 0 : 1),
    );
  }

  #setWindow(size: number): void {
    // Few, so that the account for settings stays full.
    if (!this.#random.once(6)) return;
    for (const side of this.#sides.values()) side.window += size - this.#initial;
    this.#initial = size;
    this.#exchange.receive(settings([4, size]));
  }

  #open(id: number, increment: number): void {
    if (id === 0) this.#window += increment;
    else {
      const side = this.#sides.get(id);
      if (side === undefined || side.reset) return;
      side.window += increment;
    }
    this.#exchange.receive(frame(8, 0, id, uint32(increment)));
  }

  #resetStream(id: number): void {
    const side = this.#sides.get(id) as Side;
    side.reset = true;
    this.#exchange.receive(frame(3, 0, id, uint32(8)));
  }

  #upload(id: number): void {
    const side = this.#sides.get(id) as Side;
    if (!side.uploading || side.reset) return;
    const end = this.#random.once(3);
    if (end) side.uploading = false;
    this.#exchange.receive(frame(0, end ? 1 : 0, id, 'u'.repeat(1 + this.#random.below(2000))));
  }

  /** The program does something with a response. */
  #write(answer: Answer): void {
    const random = this.#random;
    const side = this.#sides.get(answer.id) as Side;
    if (side.ended) return;
    if (!side.head) {
      if (random.once(4)) answer.interim(103);
      answer.head(200, ['x', 'y'.repeat(random.below(60))]);
      side.head = true;
    }
    const length = random.below(random.pick([2, 50, 3000, 40_000]));
    const text = random.pick([...LETTERS]).repeat(length) + random.pick(['', '\xe9', '\u20ac', '\u{1f600}']);
    const octets = Buffer.from(text);
    answer.body(random.once(2) ? text : octets);
    if (!side.reset) side.written += octets.toString('latin1');
    if (!random.once(4)) return;
    answer.end(random.once(3) ? ['x-sum', '1'] : []);
    side.ended = true;
    if (random.once(3)) answer.stream.drop();
  }

  #take(octets?: number): void {
    this.#exchange.pull(octets);
    const { frames } = this.#exchange;
    for (; this.#read < frames.length; this.#read++) this.#check(frames[this.#read] as Frame);
  }

  #check({ type, flags, streamId, payload }: Frame): void {
    if (streamId === 0) return;
    const side = this.#sides.get(streamId);
    assert.ok(side, `a frame on stream ${streamId}, which was not opened`);
    if (type === 3) {
      assert.ok(side.complete && side.uploading, 'a reset without a reason');
      side.uploading = false;
      return;
    }
    if (type === 8) return;
    assert.ok(!side.reset, 'a frame on a stream that was reset');
    assert.ok(!side.complete, 'a frame after END_STREAM');
    if (type === 0) {
      side.window -= payload.length;
      this.#window -= payload.length;
      assert.ok(payload.length === 0 || side.window >= 0, 'the window of a stream is exceeded');
      assert.ok(this.#window >= 0, 'the window of the connection is exceeded');
      assert.ok(payload.length <= 16_384);
      side.received += payload.toString('latin1');
      assert.ok(side.written.startsWith(side.received), 'octets that were not written');
    }
    if ((flags & 1) !== 0 && type !== 9) side.complete = true;
  }

  /** Opens all windows, ends all responses, and expects all of them. */
  #finish(): void {
    for (const [id, answer] of this.#exchange.answers) {
      const side = this.#sides.get(id) as Side;
      for (let tries = 0; tries < 100 && !side.ended; tries++) this.#write(answer);
      if (!side.ended) {
        answer.end();
        side.ended = true;
      }
    }
    this.#initial = Math.max(this.#initial, 0);
    this.#open(0, 2 ** 30);
    for (const [id, side] of this.#sides) if (!side.complete) this.#open(id, 2 ** 29);
    let before = -1;
    while (before !== this.#exchange.frames.length) {
      before = this.#exchange.frames.length;
      this.#take();
    }
    assert.equal(this.#exchange.fault, null);
    assert.equal(this.#exchange.connection.backlog, 0);
    for (const [id, side] of this.#sides) {
      if (side.reset) continue;
      assert.ok(side.complete, `the response on stream ${id} is not complete`);
      assert.equal(side.received, side.written);
    }
  }
}
