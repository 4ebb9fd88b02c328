// What clients do in earnest stays far from the bounds that are there for attacks.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { DATA, get, greeted, headers, PING, post, WINDOW_UPDATE } from './exchange.js';
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
