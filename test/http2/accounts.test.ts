// What clients do in earnest stays far from the bounds that are there for attacks.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import {
  DATA,
  type Exchange,
  get,
  greeted,
  headers,
  PING,
  post,
  RST_STREAM,
  WINDOW_UPDATE,
} from './exchange.js';
import { frame, settings, uint32 } from './frames.js';

const MIB = 1024 * 1024;

test('a download whose client opens both windows for every 4 KiB ends no connection', () => {
  const exchange = greeted().receive([
    settings([4, MIB]),
    frame(WINDOW_UPDATE, 0, 0, uint32(MIB)),
    headers(1, get),
  ]);
  const response = exchange.answers.get(1);
  assert.ok(response);
  response.head(200, []);
  let written = 0;
  for (let round = 0; round < 50; round++) {
    written += MIB;
    response.body(Buffer.alloc(MIB));
    exchange.pullAll();
    const opened = Buffer.concat([
      frame(WINDOW_UPDATE, 0, 0, uint32(4096)),
      frame(WINDOW_UPDATE, 0, 1, uint32(4096)),
    ]);
    exchange.receive(Array.from({ length: MIB / 4096 }, () => opened));
  }
  assert.equal(exchange.fault, null);
  exchange.pullAll();
  assert.equal(response.stream.sent, written);
});

test('an upload that measures by PING frames ends no connection', () => {
  const exchange = greeted({ onBody: ({ stream }, data) => stream.consumed(data.length) }).receive(
    headers(1, post, 0),
  );
  const round = Buffer.concat([frame(DATA, 0, 1, 'grpc'), frame(PING, 0, 0, '12345678')]);
  for (let count = 0; count < 5000; count++) {
    exchange.receive(round);
    exchange.connection.pull();
  }
  assert.equal(exchange.fault, null);
});

test('windows that are opened for nothing are still too many', () => {
  const exchange = greeted().receive(headers(1, get));
  exchange.answers.get(1)?.head(200, []);
  exchange.answers.get(1)?.body('a');
  exchange.pullAll();
  for (let count = 0; count < 1002; count++) exchange.receive(frame(WINDOW_UPDATE, 0, 1, uint32(1)));
  assert.equal(exchange.fault, null);
  exchange.receive(frame(WINDOW_UPDATE, 0, 1, uint32(1)));
  assert.equal(exchange.fault, 'tooManyWindowUpdates');
});

/** Requests that are answered whole, in as many turns, and the frames that leave are those of answers only. */
function answeredWhole(requests: number): Exchange {
  const exchange = greeted({
    onHead(answer) {
      answer.head(200);
      answer.end();
    },
  });
  for (let i = 0; i < requests; i++) exchange.receive(headers(2 * i + 1, get)).pullAll();
  return exchange;
}

const giveUp = (id: number) => frame(RST_STREAM, 0, id, uint32(8));

test('a client that gives up every answer while its end is under way ends no connection', () => {
  const exchange = answeredWhole(0);
  // As browsers do that leave pages: a hundred streams at a time, each answered before its reset comes.
  for (let first = 1; first < 4000; first += 200) {
    const ids = Array.from({ length: 100 }, (_, i) => first + 2 * i);
    for (const id of ids) exchange.receive(headers(id, get)).pullAll();
    for (const id of ids) assert.deepEqual(exchange.receive(giveUp(id)).pullAll(), []);
  }
  assert.equal(exchange.fault, null);
});

test('an answer can be given up once: resets that repeat are too many', () => {
  const exchange = answeredWhole(1).receive(giveUp(1));
  for (let i = 0; i < 200; i++) exchange.receive(giveUp(1));
  assert.equal(exchange.fault, null);
  exchange.receive(giveUp(1));
  assert.equal(exchange.fault, 'tooManyUnknownFrames');
});

test('resets of streams that were closed long ago are too many', () => {
  const exchange = answeredWhole(600);
  for (let i = 0; i < 200; i++) exchange.receive(giveUp(2 * i + 1));
  assert.equal(exchange.fault, null);
  exchange.receive(giveUp(401));
  // It is not known any more whether they were given up before.
  assert.equal(exchange.fault, 'tooManyUnknownFrames');
});

test('who goes on with a stream after giving up its answer is told, and may not do so often', () => {
  const exchange = answeredWhole(1).receive([giveUp(1), frame(DATA, 0, 1, 'a')]);
  assert.deepEqual(exchange.pullAll(), ['RST_STREAM 1 STREAM_CLOSED']);
  assert.equal(exchange.fault, null);
  for (let i = 0; i < 199; i++) exchange.receive(frame(DATA, 0, 1, 'a')).pullAll();
  assert.equal(exchange.fault, null);
  exchange.receive(frame(DATA, 0, 1, 'a'));
  assert.equal(exchange.fault, 'tooManyResets');
});
