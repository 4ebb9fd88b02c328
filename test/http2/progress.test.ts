// Streams whose client takes next to nothing of what waits for it (responseUnread), and those that are merely slow.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { PROGRESS_BYTES } from '../../dist/http2/limits.js';
import { type Exchange, get, greeted, headers, WINDOW_UPDATE } from './exchange.js';
import { frame, settings, uint32 } from './frames.js';

const TIMEOUT = 1000;
const LENGTH = 10 * PROGRESS_BYTES;

const open = (id: number, octets: number) => frame(WINDOW_UPDATE, 0, id, uint32(octets));

/** A connection on which `ids` were answered with more than will leave. */
function answered(ids: number[], window: number, length = LENGTH): Exchange {
  const exchange = greeted({
    onHead(answer) {
      answer.head(200);
      answer.body(Buffer.alloc(length));
    },
  });
  exchange.receive([settings([4, window]), ...ids.map((id) => headers(id, get))]).pullAll();
  return exchange;
}

/** Looks at the connection at a time; the frames that leave because of it. */
function look(exchange: Exchange, now: number, unsent = 0): string[] {
  exchange.connection.checkProgress(now, TIMEOUT, unsent);
  return exchange.pullAll().map((line) => line.replace(/^(DATA \d+) .*/, '$1'));
}

const CALM = (id: number) => `RST_STREAM ${id} ENHANCE_YOUR_CALM`;

test('a stream whose window stays closed is reset, and its program told why', () => {
  const exchange = answered([1], 0);
  assert.deepEqual(look(exchange, 0), []);
  assert.deepEqual(look(exchange, TIMEOUT - 1), []);
  assert.deepEqual(look(exchange, TIMEOUT), [CALM(1)]);
  assert.equal(exchange.told.at(-1), 'reset 1 responseUnread ENHANCE_YOUR_CALM');
  assert.equal(exchange.connection.backlog, 0);
});

test('a stream whose window opens octet by octet is reset, though it sends all the time', () => {
  const exchange = answered([1], 0);
  look(exchange, 0);
  for (let now = 1; now < TIMEOUT; now += 10) {
    exchange.receive(open(1, 1), now).pullAll();
    assert.deepEqual(look(exchange, now), []);
  }
  assert.deepEqual(look(exchange, TIMEOUT), [CALM(1)]);
});

test('a stream that takes enough in each while is left alone, for as long as it likes', () => {
  const exchange = answered([1], 0);
  for (let turn = 0; turn < 9; turn++) {
    assert.deepEqual(look(exchange, turn * TIMEOUT), []);
    const more = [open(0, PROGRESS_BYTES), open(1, PROGRESS_BYTES)];
    exchange.receive(more, turn * TIMEOUT + 1).pullAll();
  }
  assert.equal(exchange.told.length, 2);
});

test('a connection whose own window stays closed loses the streams that wait for it', () => {
  const exchange = answered([1, 3], 1 << 20);
  assert.deepEqual(look(exchange, 0), []);
  assert.deepEqual(look(exchange, TIMEOUT), [CALM(1), CALM(3)]);
});

test('a connection that is slow but gets on keeps its streams, whichever of them it reads first', () => {
  const exchange = answered([1, 3], 1 << 20);
  for (let turn = 0; turn < 9; turn++) {
    assert.deepEqual(look(exchange, turn * TIMEOUT), []);
    exchange.receive(open(0, PROGRESS_BYTES), turn * TIMEOUT + 1).pullAll();
  }
});

test('what its socket has yet to send is not taken, and to take some of that is to get on', () => {
  const window = settings([4, 1 << 20]);
  const exchange = greeted({
    onHead(answer) {
      answer.head(200);
      answer.body(Buffer.alloc(1 << 20));
    },
  });
  // The connection lets 64 KiB leave, of which the socket sends a frame in each while, and then none.
  exchange.receive([window, headers(1, get)]).pullAll();
  let unsent = 4 * PROGRESS_BYTES;
  let now = 0;
  for (; unsent >= 0; unsent -= PROGRESS_BYTES, now += TIMEOUT)
    assert.deepEqual(look(exchange, now, unsent), []);
  assert.deepEqual(look(exchange, now, 0), [CALM(1)]);
});

test('to take less than that of what its socket has yet to send is not to get on', () => {
  const exchange = answered([1], 1 << 20);
  assert.deepEqual(look(exchange, 0, 4 * PROGRESS_BYTES), []);
  assert.deepEqual(look(exchange, TIMEOUT, 3 * PROGRESS_BYTES + 1), [CALM(1)]);
});

test('more of what its socket has yet to send, as heads and TLS are, takes nothing from what the client takes then', () => {
  const exchange = answered([1], 1 << 20);
  assert.deepEqual(look(exchange, 0, 0), []);
  assert.deepEqual(look(exchange, 1, 8 * PROGRESS_BYTES), []);
  assert.deepEqual(look(exchange, TIMEOUT, 7 * PROGRESS_BYTES), []);
  // Nor does it count as taken.
  assert.deepEqual(look(exchange, TIMEOUT + 1, 8 * PROGRESS_BYTES), []);
  assert.deepEqual(look(exchange, 2 * TIMEOUT, 8 * PROGRESS_BYTES), [CALM(1)]);
});

test('what has begun to wait since the last look is not given up with what waited before', () => {
  const exchange = answered([1], 0);
  look(exchange, 0);
  exchange.receive([headers(3, get), open(3, LENGTH)], 1).pullAll();
  const unsent = 4 * PROGRESS_BYTES;
  assert.deepEqual(look(exchange, TIMEOUT, unsent), [CALM(1)]);
  assert.deepEqual(look(exchange, TIMEOUT + 1, unsent), [CALM(3)]);
});

test('a stream of which nothing waits may have a closed window for ever', () => {
  const exchange = greeted();
  exchange.receive([settings([4, 0]), headers(1, get)]);
  exchange.answers.get(1)?.head(200);
  for (const now of [0, 10, 20]) assert.ok(!look(exchange, now * TIMEOUT).includes(CALM(1)));
  // From here on it counts.
  exchange.answers.get(1)?.body('late');
  assert.deepEqual(look(exchange, 100 * TIMEOUT), []);
  assert.deepEqual(look(exchange, 101 * TIMEOUT), [CALM(1)]);
});

test('one stream that is stuck is no fault of the others', () => {
  const exchange = answered([1, 3], 0);
  look(exchange, 0);
  exchange.receive([open(3, LENGTH), open(0, LENGTH)], 1).pullAll();
  assert.deepEqual(look(exchange, TIMEOUT), [CALM(1)]);
});

test('requests that were held since nobody takes the answers before are served when those are given up', () => {
  const exchange = answered([1, 3, 5], 0, (1 << 20) + 1);
  exchange.receive(headers(7, get)).pullAll();
  assert.equal(exchange.answers.has(7), false);
  look(exchange, 0);
  assert.deepEqual(look(exchange, TIMEOUT), [...[1, 3, 5].map(CALM), 'HEADERS 7 :status=200']);
});

test('who makes us give up hundreds of streams is given up as a whole', () => {
  const exchange = answered([], 0, 1);
  let now = 0;
  for (let id = 1; exchange.fault === null && id < 2000; id += 200) {
    for (let next = id; next < id + 180; next += 2) exchange.receive(headers(next, get), now).pullAll();
    look(exchange, now);
    now += TIMEOUT;
    look(exchange, now);
  }
  assert.equal(exchange.fault, 'tooManyResets');
});
