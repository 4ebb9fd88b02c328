// The window that all bodies of a connection share: those that nobody reads keep others back for no longer than is said.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { CONNECTION_WINDOW, STREAM_WINDOW, WIDE_CONNECTION_WINDOW } from '../../dist/http2/limits.js';
import { DATA, type Exchange, get, greeted, headers, post, type Script } from './exchange.js';
import { frame, settings } from './frames.js';

const FRAME = Buffer.alloc(16_384, 'b');
const data = (id: number, octets = FRAME.length) => frame(DATA, 0, id, FRAME.subarray(0, octets));
const whole = (id: number) => Array.from({ length: STREAM_WINDOW / FRAME.length }, () => data(id));

/** A connection with requests whose bodies, as long as their windows, nobody reads. */
function unread(count: number, script: Script = {}): Exchange {
  const exchange = greeted(script);
  for (let id = 1; id < 2 * count; id += 2) exchange.receive([headers(id, post, 0), ...whole(id)]);
  return exchange;
}

/** Octets by which the connection's window is opened by what waits to leave. */
function opened(exchange: Exchange): number {
  const lines = exchange.pullAll().filter((line) => line.startsWith('WINDOW_UPDATE 0 '));
  return lines.reduce((sum, line) => sum + Number(line.split(' ')[2]), 0);
}

for (const count of [0, 1, 2, 3])
  test(`a body of any length comes whole beside ${count} that nobody reads`, () => {
    const exchange = unread(count);
    opened(exchange);
    const id = 2 * count + 1;
    exchange.receive(headers(id, post, 0));
    let available = CONNECTION_WINDOW - count * STREAM_WINDOW;
    for (let sent = 0; sent < 4 * CONNECTION_WINDOW; sent += FRAME.length) {
      assert.ok(available >= FRAME.length, `${available} octets may be sent after ${sent}`);
      exchange.receive(data(id));
      exchange.answers.get(id)?.stream.consumed(FRAME.length);
      available += opened(exchange) - FRAME.length;
    }
    assert.equal(exchange.fault, null);
  });

test('a window of which nothing lies unread is opened by half of it at a time', () => {
  const exchange = greeted().receive(headers(1, post, 0));
  const increments: number[] = [];
  for (let sent = 0; sent < 2 * CONNECTION_WINDOW; sent += FRAME.length) {
    exchange.receive(data(1));
    exchange.answers.get(1)?.stream.consumed(FRAME.length);
    const increment = opened(exchange);
    if (increment > 0) increments.push(increment);
  }
  assert.deepEqual(increments, Array(4).fill(CONNECTION_WINDOW / 2));
});

test('bodies hold others back where nothing more can come but by reading them', () => {
  assert.equal(unread(3).connection.bodiesHeldBack, false);
  const exchange = unread(4);
  assert.equal(exchange.connection.bodiesHeldBack, true);
  exchange.answers.get(1)?.stream.consumed(STREAM_WINDOW);
  assert.equal(exchange.connection.bodiesHeldBack, false);
});

test('what was held back may come, once by as much as all streams may have, and each keeps to its own window', () => {
  const exchange = unread(4);
  opened(exchange);
  exchange.connection.letBodiesCome();
  assert.equal(exchange.connection.bodiesHeldBack, false);
  exchange.connection.letBodiesCome();
  assert.equal(opened(exchange), WIDE_CONNECTION_WINDOW - CONNECTION_WINDOW);
  exchange.receive(data(1, 1));
  assert.match(exchange.told.at(-1) ?? '', /^reset 1 windowExceeded/);
  for (let id = 9; id < 190; id += 2) exchange.receive([headers(id, post, 0), ...whole(id)]);
  assert.equal(exchange.fault, null);
  assert.equal(exchange.connection.bodiesHeldBack, false, 'it can be no wider');
  opened(exchange);
  exchange.connection.letBodiesCome();
  assert.equal(opened(exchange), 0);
});

test('who has not been held back is given nothing', () => {
  const exchange = unread(3);
  exchange.connection.letBodiesCome();
  assert.equal(opened(exchange), 0);
});

test('bodies of requests that wait for room for their answers are not waited for', () => {
  const answer = Buffer.alloc(1 << 20);
  const exchange = greeted({
    onHead(response) {
      response.head(200);
      response.body(answer);
    },
  }).receive(settings([4, 0]));
  exchange.receive([1, 3, 5, 7].map((id) => headers(id, get)));
  for (let id = 9; id < 17; id += 2) exchange.receive([headers(id, post, 0), ...whole(id)]);
  assert.equal(exchange.answers.has(9), false, 'it is held');
  opened(exchange);
  assert.equal(exchange.connection.bodiesHeldBack, false);
  exchange.connection.letBodiesCome();
  assert.equal(opened(exchange), 0);
});

test('nothing is opened on a connection that has ended', () => {
  const exchange = unread(4);
  exchange.connection.fail('connectionFailed');
  exchange.pullAll();
  assert.equal(exchange.connection.bodiesHeldBack, false);
  exchange.connection.letBodiesCome();
  assert.equal(opened(exchange), 0);
});
