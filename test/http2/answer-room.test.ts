// Requests that are held while more answers wait than are good for the memory, and which of them are told of first.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { LARGE_ANSWERS, MAX_BACKLOG_BYTES, URGENT_LARGE_ANSWERS } from '../../dist/http2/limits.js';
import {
  DATA,
  type Exchange,
  get,
  greeted,
  headers,
  PRIORITY_UPDATE,
  post,
  RST_STREAM,
  WINDOW_UPDATE,
} from './exchange.js';
import { frame, settings, uint32 } from './frames.js';

const LARGE = Buffer.alloc(MAX_BACKLOG_BYTES + 1);
const closedWindows = settings([4, 0]);

const cancel = (id: number) => frame(RST_STREAM, 0, id, uint32(8));
const open = (id: number, octets: number) => frame(WINDOW_UPDATE, 0, id, uint32(octets));
const asked = (id: number, priority: string) => headers(id, [...get, 'priority', priority]);
const update = (id: number, value: string) =>
  frame(PRIORITY_UPDATE, 0, 0, Buffer.concat([uint32(id), Buffer.from(value)]));

/** A connection whose client takes nothing of what it is answered: `octets`, or more than there is room for. */
function unread(octets = LARGE.length, total = octets): Exchange {
  const exchange = greeted({
    onHead(answer) {
      answer.head(200);
      for (let sent = 0; sent < total; sent += octets) answer.body(LARGE.subarray(0, octets));
    },
  });
  exchange.receive(closedWindows);
  return exchange;
}

/** The streams whose requests were told of, in order. */
const told = (exchange: Exchange) =>
  exchange.told.filter((line) => line.startsWith('head')).map((line) => Number(line.split(' ')[1]));

/** A connection on which there is no room for the answer of a request that isn't urgent. */
function full(): Exchange {
  const exchange = unread();
  exchange.receive([1, 3, 5].map((id) => headers(id, get))).pullAll();
  assert.deepEqual(told(exchange), [1, 3, 5]);
  return exchange;
}

test('tells of no request while more than a mebibyte of answers waits beside the largest, and loses nothing', () => {
  const exchange = full();
  const before = exchange.told.length;
  exchange.receive([
    headers(7, post, 0),
    frame(DATA, 0, 7, Buffer.from('bbb')),
    headers(7, ['x', 'y']),
    headers(9, get),
    headers(11, get),
  ]);
  exchange.receive(cancel(9)).pullAll();
  assert.equal(exchange.told.length, before);
  exchange.receive(cancel(1));
  exchange.receive(cancel(3)).pullAll();
  assert.deepEqual(
    exchange.told.filter((line) => / (7|9|11)\b/.test(line)),
    [
      'head 7 POST / a ["host","a"]',
      'body 7 bbb',
      'end 7 ["x","y"]',
      'head 11 GET / a ["host","a"]',
      'end 11 []',
    ],
  );
});

for (const [what, octets, total, requests] of [
  ['one answer', LARGE.length, LARGE.length, 1],
  ['one answer of ten times as much', LARGE.length, 10 * LARGE.length, 1],
  ['two answers', LARGE.length, LARGE.length, 2],
  ['sixteen answers as large as programs that heed drain let wait', 65_536, 65_536, 16],
] as const) {
  test(`${what} that a client leaves lying holds up nothing else that it asks for`, () => {
    const exchange = unread(octets, total);
    const ids = Array.from({ length: requests + 1 }, (_, i) => 2 * i + 1);
    for (const id of ids) exchange.receive(headers(id, get)).pullAll();
    assert.deepEqual(told(exchange), ids);
  });
}

test('a mebibyte beside the largest is not too much, and an octet more is', () => {
  const exchange = full();
  exchange.receive(headers(7, get)).pullAll();
  exchange.receive([open(0, 1), open(5, 1)]).pullAll();
  assert.deepEqual(told(exchange), [1, 3, 5, 7]);
});

test('a request that is more urgent than usual finds room where others do not', () => {
  const exchange = full();
  exchange.receive([headers(7, get), asked(9, 'u=3'), asked(11, 'u=2')]).pullAll();
  assert.deepEqual(told(exchange), [1, 3, 5, 11]);
});

test('where there is room again, the most urgent is told of first, of equal ones that which came first', () => {
  const exchange = full();
  for (const id of [7, 9]) exchange.receive(asked(id, 'u=0')).pullAll();
  const later = [headers(11, get), asked(13, 'u=5'), asked(15, 'u=1'), asked(17, 'u=0'), headers(19, get)];
  exchange.receive(later).pullAll();
  exchange.receive(update(19, 'u=0')).pullAll();
  assert.deepEqual(told(exchange), [1, 3, 5, 7, 9]);
  for (const id of [1, 3, 5, 7, 9, 17, 19, 15]) exchange.receive(cancel(id)).pullAll();
  assert.deepEqual(told(exchange).slice(5), [17, 19, 15, 11, 13]);
});

test('tells of requests in their order, also where there is room again before the held ones are told of', () => {
  const exchange = full();
  exchange.receive(headers(7, get));
  exchange.receive(Buffer.concat([cancel(1), cancel(3), headers(9, get)]));
  assert.deepEqual(told(exchange), [1, 3, 5, 7, 9]);
});

test('tells of requests in their order, and of no more, where what waits is handed over before each is answered', () => {
  const exchange: Exchange = greeted({
    onHead(answer) {
      exchange.pullAll();
      order.push(answer.id);
      answer.head(200);
      answer.body(LARGE);
    },
  });
  const order: number[] = [];
  exchange.receive([closedWindows, ...[1, 3, 5, 7, 9, 11, 13].map((id) => headers(id, get))]);
  assert.deepEqual(order, [1, 3, 5]);
  exchange.receive(Buffer.concat([1, 3, 5].map(cancel)));
  assert.deepEqual(order, [1, 3, 5, 7, 9, 11]);
});

for (const [what, urgency, most] of [
  ['a client that says nothing of urgency', () => undefined, LARGE_ANSWERS + 1],
  ['a client that calls all of it urgent', () => 0, URGENT_LARGE_ANSWERS + 1],
  [
    'a client that asks for the more urgent after the less urgent',
    (i: number) => 7 - (i >> 2),
    URGENT_LARGE_ANSWERS + 1,
  ],
] as const) {
  test(`${what}, and takes that back once it is answered, has no more wait than a few`, () => {
    const exchange = unread();
    for (let i = 0; i < 32; i++) {
      const id = 2 * i + 1;
      const value = urgency(i);
      exchange.receive(value === undefined ? headers(id, get) : asked(id, `u=${value}`)).pullAll();
      exchange.receive(update(id, 'u=7')).pullAll();
    }
    assert.equal(told(exchange).length, most);
    assert.equal(exchange.connection.backlog, most * LARGE.length);
  });
}
