// How much is handed to a socket at a time.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HANDED_OUT_BYTES, MOST_HANDED_OUT_BYTES, TURN_BYTES } from '../../../dist/http2/limits.js';
import { FrameOutput } from '../../../dist/server/http2/frame-output.js';

const H = HANDED_OUT_BYTES;

/** Milliseconds for which a client may take nothing. */
const PATIENCE = 100;

/** A socket that takes so many writes before it asks for a pause, and what the engine was asked for meanwhile. */
function output({ openStreams, takes, waiting }: { openStreams: number; takes: number; waiting: number }) {
  const asked: number[] = [];
  const socket = {
    writable: true,
    writableNeedDrain: false,
    write: () => {},
    writableLength: 0,
    _handle: { writeQueueSize: 0 },
  };
  const engine = {
    openStreams,
    finished: false,
    pull(most: number) {
      if (asked.length === waiting) return null;
      asked.push(most);
      return { pieces: [Buffer.alloc(1)], octets: most, listeners: [] };
    },
    settle() {
      socket.writableNeedDrain = asked.length >= takes;
    },
  };
  let drains = 0;
  const host = { flush: () => flushed.flush(), onDrain: () => void drains++, outputFinished() {} };
  const flushed = new FrameOutput(socket as never, engine as never, host);
  return {
    flush(): number[] {
      flushed.flush();
      return asked.splice(0);
    },
    isStalled: (now: number) => flushed.isStalled(now, PATIENCE),
    /** So much of what was handed over waits, of which the kernel has not taken so much. */
    waits(writableLength: number, writeQueueSize: number): void {
      Object.assign(socket, { writableLength, _handle: { writeQueueSize } });
    },
    get drains(): number {
      return drains;
    },
    drain(): void {
      socket.writableNeedDrain = false;
    },
  };
}

test('a stream that is alone hands out twice as much each time that all was taken, up to a bound', () => {
  const { flush } = output({ openStreams: 1, takes: 9, waiting: 6 });
  assert.deepEqual(flush(), [H, 2 * H, 4 * H, 8 * H, MOST_HANDED_OUT_BYTES, MOST_HANDED_OUT_BYTES]);
});

test('streams that share a connection hand out no more at a time than lets others come', () => {
  const { flush } = output({ openStreams: 2, takes: 9, waiting: 3 });
  assert.deepEqual(flush(), [H, H, H]);
});

test('after a pause a stream begins with little again', () => {
  const { flush, drain } = output({ openStreams: 1, takes: 3, waiting: 9 });
  assert.deepEqual(flush(), [H, 2 * H, 4 * H]);
  drain();
  assert.deepEqual(flush(), [H, 2 * H, 4 * H]);
});

const sum = (octets: number[]) => octets.reduce((all, some) => all + some, 0);

test('where all is taken at once, no more leaves in a turn of the event loop than a bound', async () => {
  const sides = output({ openStreams: 1, takes: 99, waiting: 99 });
  const first = sum(sides.flush());
  assert.ok(first >= TURN_BYTES && first < TURN_BYTES + MOST_HANDED_OUT_BYTES, `${first}`);
  assert.deepEqual(sides.flush(), []);
  assert.equal(sides.drains, 0);
  await nextTurn();
  assert.equal(sides.drains, 1);
  assert.ok(sum(sides.flush()) >= TURN_BYTES);
});

test('however often it is handed over in a turn, the next one has the same bound', async () => {
  const sides = output({ openStreams: 1, takes: 999, waiting: 999 });
  for (let flushes = 0; flushes < 5; flushes++) sides.flush();
  await nextTurn();
  sides.flush();
  await nextTurn();
  assert.equal(sides.drains, 2);
});

test('a socket of which the kernel takes a part of a write in each while is not stalled', () => {
  const { flush, waits, isStalled } = output({ openStreams: 1, takes: 1, waiting: 1 });
  flush();
  for (let unsent = 5; unsent > 0; unsent--) {
    waits(H, unsent);
    assert.equal(isStalled(-unsent * PATIENCE), false);
  }
  waits(H, 1);
  assert.equal(isStalled(-1), false);
  assert.equal(isStalled(0), true);
  waits(0, 0);
  assert.equal(isStalled(2 * PATIENCE), false);
});

test('a socket that nothing waits for is never stalled, and begins anew where something does', () => {
  const { flush, waits, isStalled } = output({ openStreams: 1, takes: 1, waiting: 1 });
  flush();
  assert.equal(isStalled(0), false);
  assert.equal(isStalled(9 * PATIENCE), false);
  waits(H, H);
  assert.equal(isStalled(9 * PATIENCE), false);
  assert.equal(isStalled(10 * PATIENCE - 1), false);
  assert.equal(isStalled(10 * PATIENCE), true);
});

test('memory that is written while others are told that they may go on leaves by the end of the tick', async () => {
  const waits = [Buffer.alloc(1)];
  const written: Buffer[] = [];
  const socket = {
    writable: true,
    writableNeedDrain: false,
    write: (piece: Buffer) => void written.push(piece),
  };
  let told = false;
  const engine = {
    openStreams: 2,
    finished: false,
    pull() {
      const piece = waits.pop();
      return piece === undefined ? null : { pieces: [piece], octets: 1, listeners: [] };
    },
    settle() {
      // The last look at what waits is over: one handler writes memory of its own, and another one's turn comes.
      if (told || waits.length > 0 || this.pull() !== null) return;
      told = true;
      waits.push(Buffer.alloc(2));
      flushed.keepBytes();
      flushed.flush();
    },
  };
  const host = { flush: () => flushed.flush(), onDrain() {}, outputFinished() {} };
  const flushed: FrameOutput = new FrameOutput(socket as never, engine as never, host);
  waits.length = 0;
  flushed.flush();
  assert.deepEqual([written.length, flushed.keepsBytes], [0, true]);
  await Promise.resolve();
  await new Promise((resolve) => process.nextTick(resolve));
  assert.deepEqual([written.length, flushed.keepsBytes], [1, false]);
});
