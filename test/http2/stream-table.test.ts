// Streams are found by their identifiers, however long some of them stay open.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answering, type Exchange, get, greeted, HEADERS, headers, RST_STREAM } from './exchange.js';
import { frame, uint32 } from './frames.js';

/** The streams whose places in the table coincide: there are 128 of them. */
const FIRST = 1;
const SECOND = FIRST + 256;
const THIRD = SECOND + 256;

/** Opens all streams up to the last one that is to be kept open; the others are answered. */
function open(exchange: Exchange, ...kept: number[]): void {
  const last = kept.at(-1) as number;
  const from = exchange.answers.size === 0 ? 1 : Math.max(...exchange.answers.keys()) + 2;
  for (let id = from; id <= last; id += 2) {
    exchange.receive(headers(id, get));
    if (kept.includes(id)) continue;
    exchange.answers.get(id)?.head(204);
    exchange.answers.get(id)?.end();
    exchange.pullAll();
  }
}

const orders = [
  [FIRST, SECOND, THIRD],
  [THIRD, FIRST, SECOND],
  [SECOND, THIRD, FIRST],
];
for (const order of orders) {
  test(`streams that were opened 128 and 256 others apart are answered in the order ${order.join(', ')}`, () => {
    const exchange = greeted();
    open(exchange, FIRST);
    open(exchange, SECOND);
    open(exchange, THIRD);
    assert.equal(exchange.connection.openStreams, 3);
    for (const id of order) {
      exchange.answers.get(id)?.head(200);
      exchange.answers.get(id)?.end();
      assert.deepEqual(exchange.pullAll(), [`HEADERS ${id} :status=200 end`]);
    }
    assert.equal(exchange.connection.openStreams, 0);
  });
}

test('each of them is reset for itself, and all end with their connection', () => {
  const exchange = greeted();
  open(exchange, FIRST);
  open(exchange, SECOND);
  open(exchange, THIRD);
  exchange.receive(frame(RST_STREAM, 0, SECOND, uint32(8)));
  assert.equal(exchange.told.at(-1), `reset ${SECOND} resetByClient CANCEL`);
  assert.equal(exchange.connection.openStreams, 2);
  exchange.connection.close();
  assert.deepEqual(
    exchange.told
      .slice(-2)
      .map((line) => line.split(' ')[1])
      .toSorted(),
    [String(FIRST), String(THIRD)],
  );
  assert.equal(exchange.connection.openStreams, 0);
});

test('a stream that is over gives its place to the next', () => {
  const exchange = greeted(answering);
  for (let id = 1; id < 2000; id += 2) exchange.receive(headers(id, get)).pullAll();
  assert.equal(exchange.answers.size, 1000);
  assert.equal(exchange.connection.openStreams, 0);
  assert.equal(exchange.frames.filter(({ type }) => type === HEADERS).length, 1000);
});
