// What leaves a connection: responses, their order, the windows they keep to, and who is told of it.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { Http2Error } from '../../dist/http2/errors.js';
import { MAX_EARLY_PRIORITIES } from '../../dist/http2/limits.js';
import {
  type Answer,
  answering,
  block,
  DATA,
  END_HEADERS,
  END_STREAM,
  type Exchange,
  get,
  greeted,
  HEADERS,
  headers,
  PADDED,
  PRIORITY_UPDATE,
  post,
  RST_STREAM,
  WINDOW_UPDATE,
} from './exchange.js';
import { frame, settings, uint32 } from './frames.js';

const KIB = 1024;
const priority = (value: string) => [...get, 'priority', value];
const windowUpdate = (id: number, increment: number) => frame(WINDOW_UPDATE, 0, id, uint32(increment));
const update = (id: number, value: string) =>
  frame(PRIORITY_UPDATE, 0, 0, Buffer.concat([uint32(id), Buffer.from(value)]));

/** What Node 20 has and the types of ES2023 lack. */
type Resizable = ArrayBuffer & { resize(length: number): void };
const resizable = (length: number) =>
  new (ArrayBuffer as never as new (length: number, options: object) => Resizable)(length, {
    maxByteLength: 2 * length,
  });

/** The response on a stream of which the listener was told. */
function answer(exchange: Exchange, id: number): Answer {
  const found = exchange.answers.get(id);
  assert.ok(found, `no stream ${id}`);
  return found;
}

const stream = (exchange: Exchange, id: number) => answer(exchange, id).stream;

/** A connection on which nothing but the streams' turns holds data back. */
function open(...requests: Buffer[]): Exchange {
  const exchange = greeted();
  exchange.receive([settings([4, 2 ** 30]), windowUpdate(0, 2 ** 30), ...requests]);
  exchange.pull();
  return exchange;
}

test('sends interim responses, the head, data and trailers in the order in which they are written', () => {
  const exchange = open(headers(1, get));
  const response = answer(exchange, 1);
  response.interim(103, ['Link', '</a>']);
  response.head(200, ['X-A', 'b', 'x-a', 'c']);
  response.body('one');
  response.body(Buffer.from('two'));
  assert.deepEqual(exchange.pull(), [
    'HEADERS 1 :status=103 link=</a>',
    'HEADERS 1 :status=200 x-a=b x-a=c',
    'DATA 1 onetwo',
  ]);
  response.body('\xe9', 'latin1');
  response.body('3', 'utf8');
  response.end(['X-Sum', '1']);
  assert.deepEqual(exchange.pull(), ['DATA 1 \xe93', 'HEADERS 1 x-sum=1 end']);
  assert.equal(exchange.connection.openStreams, 0);
});

test('ends a response with its head where nothing else is written, and with an empty frame where its data has left', () => {
  const exchange = open(headers(1, get), headers(3, get), headers(5, get));
  answer(exchange, 1).head(204, []);
  answer(exchange, 1).end();
  answer(exchange, 3).head(200, []);
  answer(exchange, 3).body('data');
  assert.deepEqual(exchange.pull(), ['HEADERS 1 :status=204 end', 'HEADERS 3 :status=200', 'DATA 3 data']);
  answer(exchange, 3).end();
  answer(exchange, 5).head(200, []);
  answer(exchange, 5).end(['a', 'b']);
  assert.deepEqual(exchange.pull(), ['DATA 3  end', 'HEADERS 5 :status=200', 'HEADERS 5 a=b end']);
});

test('leaves the fields of the connection of HTTP/1.1 out, and those that Connection names', () => {
  const exchange = open(headers(1, get));
  answer(exchange, 1).head(200, [
    ...['Date', 'd', 'Connection', 'close, X-Hop', 'Keep-Alive', 'timeout=5', 'X-Hop', '1'],
    ...['Transfer-Encoding', 'chunked', 'Upgrade', 'h2c', 'Proxy-Connection', 'close', 'X-Other', '2'],
  ]);
  assert.deepEqual(exchange.pull(), ['HEADERS 1 :status=200 date=d x-other=2']);
});

test('leaves TE out, and Content-Length where it would be taken for that of the response', () => {
  const exchange = open(headers(1, get), headers(3, get));
  const fields = ['A', 'b', 'TE', 'gzip', 'Content-Length', '3', 'Transfer-Encoding', 'chunked'];
  const response = answer(exchange, 1);
  response.interim(103, fields);
  response.head(200, fields);
  response.body('abc');
  response.end(fields);
  answer(exchange, 3).head(200);
  answer(exchange, 3).body('abc');
  answer(exchange, 3).end(['Content-Length', '3', 'TE', 'trailers']);
  assert.deepEqual(exchange.pullAll(), [
    'HEADERS 1 :status=103 a=b',
    'HEADERS 1 :status=200 a=b content-length=3',
    'HEADERS 3 :status=200',
    'DATA 1 abc',
    'HEADERS 1 a=b end',
    'DATA 3 abc end',
  ]);
});

const values: [what: string, value: string, sent: string][] = [
  ['in front', '  a', 'a'],
  ['behind', 'a \t', 'a'],
  ['on both sides', '\t a\tb \t', 'a\tb'],
  ['alone', ' \t ', ''],
  ['of another kind', '\xa0a\xa0', '\xa0a\xa0'],
  ['nowhere', 'a', 'a'],
  ['in an empty value', '', ''],
];
for (const [what, value, sent] of values) {
  test(`sends values without white space around them: ${what}`, () => {
    const exchange = open(headers(1, get));
    const response = answer(exchange, 1);
    response.interim(103, ['a', value]);
    response.head(200, ['b', 'c', 'a', value]);
    response.body('d');
    response.end(['a', value]);
    assert.deepEqual(exchange.pullAll(), [
      `HEADERS 1 :status=103 a=${sent}`,
      `HEADERS 1 :status=200 b=c a=${sent}`,
      'DATA 1 d',
      `HEADERS 1 a=${sent} end`,
    ]);
  });
}

test('splits a head that is larger than a frame', () => {
  const exchange = open(headers(1, get));
  const fields = Array.from({ length: 20 }, (_, index) => [`x-${index}`, '~'.repeat(2000)]).flat();
  answer(exchange, 1).head(200, fields);
  answer(exchange, 1).end();
  const output = exchange.connection.pull();
  assert.ok(output);
  const bytes = Buffer.concat(output.pieces);
  assert.deepEqual([bytes.readUIntBE(0, 3), bytes[3], bytes[4]], [16_384, HEADERS, END_STREAM]);
  const second = bytes.subarray(9 + 16_384);
  assert.deepEqual(
    [second.readUIntBE(0, 3), second[3], second[4], second.readUInt32BE(5)],
    [16_384, 9, 0, 1],
  );
  const third = second.subarray(9 + 16_384);
  assert.deepEqual([third[3], third[4]], [9, END_HEADERS]);
  assert.equal(third.length, 9 + third.readUIntBE(0, 3));
});

test('tells when what was written has left, in order, and when it never will', () => {
  const told: string[] = [];
  const note = (name: string) => (error?: Error | null) => {
    told.push(error === null ? name : `${name} failed`);
  };
  const exchange = greeted().receive([settings([4, 5]), headers(1, get)]);
  const response = answer(exchange, 1);
  response.head(200, []);
  response.body('', 'utf8', note('nothing'));
  exchange.pull();
  response.body('abc', 'utf8', note('abc'));
  response.body('', 'utf8', note('empty'));
  response.body('def', 'utf8', note('def'));
  exchange.pull();
  assert.deepEqual(told, ['nothing', 'abc', 'empty']);
  response.end([], note('end'));
  exchange.receive(windowUpdate(1, 1));
  exchange.pull();
  assert.deepEqual(told, ['nothing', 'abc', 'empty', 'def', 'end']);
  response.body('late', 'utf8', note('late'));
  assert.equal(told.at(-1), 'late failed');
});

test('drops what waits on a stream that the client resets, and tells of it', () => {
  const exchange = greeted().receive([settings([4, 0]), headers(1, get)]);
  const response = answer(exchange, 1);
  const errors: (Error | null | undefined)[] = [];
  response.head(200, []);
  response.body('data', 'utf8', (error) => errors.push(error));
  response.body('more', 'utf8', (error) => errors.push(error));
  exchange.pull();
  assert.equal(exchange.connection.backlog, 8);
  exchange.receive(frame(RST_STREAM, 0, 1, uint32(8)));
  assert.equal(exchange.connection.backlog, 0);
  assert.equal(errors.length, 2);
  assert.ok(errors.every((error) => error instanceof Http2Error && error.fault === 'resetByClient'));
  assert.equal(exchange.told.at(-1), 'reset 1 resetByClient CANCEL');
  exchange.receive(windowUpdate(1, 100));
  assert.deepEqual(exchange.pullAll(), []);
});

test('keeps to the window of a stream, octet by octet', () => {
  const exchange = greeted().receive([settings([4, 1]), headers(1, get)]);
  answer(exchange, 1).head(200, []);
  answer(exchange, 1).body('abc');
  answer(exchange, 1).end();
  assert.deepEqual(exchange.pullAll().slice(-2), ['HEADERS 1 :status=200', 'DATA 1 a']);
  exchange.receive(windowUpdate(1, 1));
  assert.deepEqual(exchange.pullAll(), ['DATA 1 b']);
  exchange.receive(settings([4, 0])).receive(windowUpdate(1, 1));
  assert.deepEqual(exchange.pullAll(), ['SETTINGS ack'], 'the window is at zero, having been below');
  exchange.receive(settings([4, 1]));
  assert.deepEqual(exchange.pullAll(), ['SETTINGS ack', 'DATA 1 c end']);
});

test('keeps to the window of the connection, and sends what needs none', () => {
  const exchange = greeted().receive([headers(1, get), headers(3, get)]);
  answer(exchange, 1).head(200, []);
  answer(exchange, 1).body(Buffer.alloc(70_000));
  const sent = exchange.pullAll();
  assert.deepEqual(sent.slice(1), ['DATA 1 16384', 'DATA 1 16384', 'DATA 1 16384', 'DATA 1 16383']);
  answer(exchange, 3).head(200, []);
  answer(exchange, 3).end(['a', 'b']);
  assert.deepEqual(exchange.pullAll(), ['HEADERS 3 :status=200', 'HEADERS 3 a=b end']);
  exchange.receive(windowUpdate(1, 70_000));
  assert.deepEqual(exchange.pullAll(), []);
  exchange.receive(windowUpdate(0, 4464));
  assert.deepEqual(exchange.pullAll(), ['DATA 1 4464']);
});

test('hands out no more at a time than is asked for', () => {
  const exchange = open(headers(1, get));
  answer(exchange, 1).head(200, []);
  answer(exchange, 1).body(Buffer.alloc(300 * KIB));
  assert.equal(exchange.pull(20 * KIB).length, 3);
  assert.equal(exchange.pull().length, 8, '128 KiB');
});

test('copies no long buffer, and joins short ones with the heads around them', () => {
  const exchange = open(headers(1, get), headers(3, get));
  const long = Buffer.alloc(40_000, 'a');
  for (const id of [1, 3]) {
    answer(exchange, id).head(200, []);
    answer(exchange, id).body(id === 1 ? long : Buffer.from('short'));
    answer(exchange, id).end();
  }
  const output = exchange.connection.pull();
  assert.ok(output);
  const views = output.pieces.filter((piece) => piece.buffer === long.buffer && piece[0] === 0x61);
  assert.equal(
    views.reduce((sum, piece) => sum + piece.length, 0),
    40_000,
  );
  assert.ok(output.pieces.length <= 7, `${output.pieces.length} pieces`);
});

/** Asks for streams with priorities, answers all, and gives the order in which their data leave. */
function order(requests: [id: number, fields: string[]][], octets: number, ...later: Buffer[]): number[] {
  const exchange = open(...requests.map(([id, fields]) => headers(id, fields)), ...later);
  for (const [id] of requests) {
    answer(exchange, id).head(200, []);
    answer(exchange, id).body(Buffer.alloc(octets));
    answer(exchange, id).end();
  }
  const lines = exchange.pullAll();
  return lines.filter((line) => line.startsWith('DATA')).map((line) => Number(line.split(' ')[1]));
}

const orders: [name: string, requests: [number, string[]][], expected: number[], later?: Buffer[]][] = [
  ['shares between streams that say nothing', [[1, get], [3, get]], [1, 3, 1, 3]],
  ['sends the more urgent first', [[1, priority('u=5')], [3, priority('u=1')], [5, get]], [3, 3, 5, 5, 1, 1]],
  ['sends one after the other what is of no use in parts', [[1, priority('u=3')], [3, priority('u=3')]], [1, 1, 3, 3]],
  ['sends what is of no use in parts before what is', [[1, priority('i')], [3, priority('u=3')], [5, priority('i')]], [3, 3, 1, 5, 1, 5]],
  ['takes turns with incremental ones', [[1, priority('u=2, i')], [3, priority('u=2,i')], [5, priority('i;x,u=2')]], [1, 3, 5, 1, 3, 5]],
  ['ignores what is no priority', [[1, priority('u=9, i=?0')], [3, priority('u=a, "')]], [1, 1, 3, 3]],
  ['obeys PRIORITY_UPDATE', [[1, get], [3, get]], [3, 3, 1, 1], [update(1, 'u=6')]],
  ['keeps the last of several', [[1, get], [3, get]], [1, 1, 3, 3], [update(1, 'u=7'), update(1, 'u=0')]],
]; // biome-ignore format: a table, one case a line

for (const [name, requests, expected, later = []] of orders)
  test(name, () => assert.deepEqual(order(requests, 32 * KIB, ...later), expected));

test('sends what is of no use in parts in the order in which it was asked for, not in which it was written', () => {
  const exchange = open(...[1, 3, 5].map((id) => headers(id, priority('u=3'))));
  for (const id of [5, 1, 3]) {
    answer(exchange, id).head(200, []);
    answer(exchange, id).body('a');
  }
  assert.deepEqual(exchange.pullAll().slice(3), ['DATA 1 a', 'DATA 3 a', 'DATA 5 a']);
});

test('keeps the priority of a stream that does not exist yet', () => {
  const exchange = open(update(3, 'u=0'), headers(1, get), headers(3, priority('u=7')));
  for (const id of [1, 3]) {
    answer(exchange, id).head(200, []);
    answer(exchange, id).body('a');
  }
  assert.deepEqual(exchange.pullAll().slice(2), ['DATA 3 a', 'DATA 1 a']);
});

/** As many streams that don't exist yet as priorities are kept for. */
const early = Array.from({ length: MAX_EARLY_PRIORITIES }, (_, i) => 3 + 2 * i);
const afterEarly = 3 + 2 * MAX_EARLY_PRIORITIES;

/** Of two streams whose requests are equally urgent, the one that sends first. */
function firstOf(exchange: Exchange, first: number, second: number): number {
  exchange.receive([first, second].map((id) => headers(id, priority('u=3')))).pullAll();
  for (const id of [first, second]) {
    answer(exchange, id).head(200, []);
    answer(exchange, id).body('a');
  }
  return Number(
    exchange
      .pullAll()
      .find((line) => line.startsWith('DATA'))
      ?.split(' ')[1],
  );
}

test('changes the priority of a stream that does not exist yet, however many are kept', () => {
  const exchange = open(...early.map((id) => update(id, 'u=7')), update(5, 'u=0'));
  assert.equal(firstOf(exchange, 3, 5), 5);
});

test('keeps no more priorities of streams that do not exist yet than it says', () => {
  const exchange = open(...early.map((id) => update(id, 'u=3')), update(afterEarly, 'u=0'));
  assert.equal(firstOf(exchange, afterEarly - 2, afterEarly), afterEarly - 2);
});

const untaken: [what: string, requests: Buffer[]][] = [
  ['passed over', [headers(afterEarly, get)]],
  ['malformed', early.map((id) => headers(id, ['Bad', 'name']))],
];

for (const [what, requests] of untaken)
  test(`priorities of streams that are ${what} make room for those of others`, () => {
    const exchange = open(
      ...early.map((id) => update(id, 'u=7')),
      ...requests,
      update(afterEarly + 4, 'u=0'),
    );
    assert.equal(firstOf(exchange, afterEarly + 2, afterEarly + 4), afterEarly + 4);
  });

test('a stream whose window is closed holds up no other', () => {
  const exchange = open(headers(1, priority('u=0')));
  exchange.receive([settings([4, 0]), headers(3, get), windowUpdate(3, 10)]);
  for (const id of [1, 3]) {
    answer(exchange, id).head(200, []);
    answer(exchange, id).body('abc');
  }
  assert.deepEqual(exchange.pullAll().slice(-1), ['DATA 3 abc']);
  exchange.receive(windowUpdate(1, 3));
  assert.deepEqual(exchange.pullAll(), ['DATA 1 abc']);
});

test('asks for more when less than the high-water mark waits', () => {
  const exchange = greeted().receive([settings([4, 0]), headers(1, get)]);
  const response = answer(exchange, 1);
  response.head(200, []);
  response.body(Buffer.alloc(3000));
  response.stream.awaitDrain(1000);
  exchange.receive(windowUpdate(1, 2000)).pullAll();
  assert.ok(!exchange.told.includes('drain 1'));
  exchange.receive(windowUpdate(1, 1)).pullAll();
  assert.equal(exchange.told.at(-1), 'drain 1');
});

const refills: [what: string, first: string, second: string, sent: number[], more: number[]][] = [
  ['where it is more urgent', 'u=5', 'u=1', [3, 3], [3, 1, 1]],
  ['where neither response is of use in parts', 'u=3', 'u=3', [1, 1], [1, 3, 3]],
  ['but not before those with which it shares', 'u=3, i', 'u=3, i', [1, 3, 1, 3], [1]],
];
for (const [what, first, second, sent, more] of refills) {
  test(`a program is asked for more before others have their turn, ${what}`, () => {
    const exchange = open(headers(1, priority(first)), headers(3, priority(second)));
    for (const id of [1, 3]) {
      const response = answer(exchange, id);
      response.head(200, []);
      response.body(Buffer.alloc(32 * KIB));
      response.stream.awaitDrain(64 * KIB);
    }
    const data = (lines: string[]) =>
      lines.filter((line) => line.startsWith('DATA')).map((line) => Number(line.split(' ')[1]));
    assert.deepEqual(data(exchange.pull()), sent);
    const [id] = sent as [number];
    assert.ok(exchange.told.includes(`drain ${id}`));
    answer(exchange, id).body(Buffer.alloc(16 * KIB));
    // It is asked once: then nobody waits for it any longer.
    assert.deepEqual(data(exchange.pullAll()), more);
  });
}

test('says once that there is something to send', () => {
  const exchange = open(headers(1, get), headers(3, get));
  assert.equal(exchange.outputs, 0, 'what is read is no reason');
  answer(exchange, 1).head(200, []);
  answer(exchange, 3).head(200, []);
  assert.equal(exchange.outputs, 1);
  exchange.pull();
  answer(exchange, 1).body('a');
  assert.equal(exchange.outputs, 2);
});

// Windows for what the client sends

const body = (id: number, octets: number, flags = 0) => frame(DATA, flags, id, Buffer.alloc(octets, 'b'));
const times = (count: number, make: () => Buffer) => Array.from({ length: count }, make);

test('opens the windows again as the program consumes, and not before', () => {
  const exchange = greeted().receive([headers(1, post, 0), ...times(16, () => body(1, 16_384))]);
  assert.deepEqual(exchange.pullAll(), []);
  stream(exchange, 1).consumed(100 * KIB);
  assert.deepEqual(exchange.pullAll(), []);
  stream(exchange, 1).consumed(28 * KIB);
  assert.deepEqual(exchange.pullAll(), ['WINDOW_UPDATE 1 131072']);
  stream(exchange, 1).consumed(1e9);
  assert.deepEqual(exchange.pullAll(), ['WINDOW_UPDATE 1 131072'], 'no more than has come');
});

test('ends a stream that exceeds its window, and a connection that exceeds its own', () => {
  const exchange = greeted().receive([headers(1, post, 0), ...times(16, () => body(1, 16_384)), body(1, 1)]);
  assert.deepEqual(exchange.told.at(-1), 'reset 1 windowExceeded FLOW_CONTROL_ERROR');
  const other = greeted();
  for (const id of [1, 3, 5, 7]) other.receive([headers(id, post, 0), ...times(16, () => body(id, 16_384))]);
  assert.equal(other.fault, null);
  other.receive([headers(9, post, 0), body(9, 1)]);
  assert.equal(other.fault, 'connectionWindowExceeded');
});

/** Sends four times the connection's window in a way, and expects that it was given back. */
function expectGivenBack(send: (exchange: Exchange, round: number) => void): void {
  const exchange = greeted();
  for (let round = 0; round < 16; round++) {
    send(exchange, round);
    assert.equal(exchange.fault, null, `round ${round}`);
  }
  const given = exchange
    .pullAll()
    .filter((line) => line.startsWith('WINDOW_UPDATE 0'))
    .reduce((sum, line) => sum + Number(line.split(' ')[2]), 0);
  assert.ok(given >= 3 * KIB * KIB, `${given} octets`);
}

test('gives the window back for data on streams that were reset', () =>
  expectGivenBack((exchange, round) => {
    const id = 2 * round + 1;
    exchange.receive([headers(id, post, 0), body(id, 16_384)]);
    stream(exchange, id).reset();
    exchange.receive(times(15, () => body(id, 16_384)));
  }));

test('gives the window back for data that the client itself took back', () =>
  expectGivenBack((exchange, round) => {
    const id = 2 * round + 1;
    exchange.receive([headers(id, post, 0), ...times(16, () => body(id, 16_384))]);
    exchange.receive(frame(RST_STREAM, 0, id, uint32(8)));
  }));

test('gives the window back for data that nobody reads', () =>
  expectGivenBack((exchange, round) => {
    const id = 2 * round + 1;
    exchange.receive([headers(id, post, 0), body(id, 16_384)]);
    stream(exchange, id).drop();
    exchange.receive(times(15, () => body(id, 16_384)));
  }));

test('gives both windows back for padding', () => {
  const exchange = greeted().receive(headers(1, post, 0));
  const padded = frame(DATA, PADDED, 1, Buffer.concat([Buffer.from([255, 0x61]), Buffer.alloc(255)]));
  for (let count = 0; count < 4 * 4096; count += 64) exchange.receive(times(64, () => padded));
  assert.equal(exchange.fault, null);
  assert.equal(exchange.connection.openStreams, 1);
});

test('gives the rest of a frame back when the stream is reset in the middle of it', () => {
  const exchange = greeted({ onBody: ({ stream }) => stream.reset() });
  for (let id = 1; id < 199; id += 2) {
    const data = body(id, 16_384);
    exchange.receive([headers(id, post, 0), data.subarray(0, 100), data.subarray(100)]);
  }
  assert.equal(exchange.fault, null);
});

// How streams end

test('asks the client to stop (responseComplete) when its request was dropped and the response has left', () => {
  const exchange = greeted().receive([headers(1, post, 0), body(1, 10)]);
  const response = answer(exchange, 1);
  response.head(413, []);
  response.body('no');
  response.end();
  assert.deepEqual(exchange.pull(), ['HEADERS 1 :status=413', 'DATA 1 no end']);
  assert.equal(exchange.connection.openStreams, 1);
  response.stream.drop();
  assert.deepEqual(exchange.pull(), ['RST_STREAM 1 NO_ERROR']);
  exchange.receive([headers(3, post, 0)]);
  stream(exchange, 3).drop();
  answer(exchange, 3).head(200, []);
  answer(exchange, 3).end();
  assert.deepEqual(exchange.pull(), ['HEADERS 3 :status=200 end', 'RST_STREAM 3 NO_ERROR']);
  exchange.receive([body(3, 10), body(3, 10, END_STREAM)]);
  assert.equal(exchange.fault, null);
});

test('does not tell a program of the reset that it asked for', () => {
  const exchange = greeted().receive(headers(1, get));
  stream(exchange, 1).reset('internalError');
  assert.deepEqual(exchange.pull(), ['RST_STREAM 1 INTERNAL_ERROR']);
  exchange.receive(headers(3, get));
  stream(exchange, 3).reset('cancelled');
  assert.deepEqual(exchange.pull(), ['RST_STREAM 3 CANCEL']);
  assert.ok(!exchange.told.some((line) => line.startsWith('reset')));
  stream(exchange, 1).reset();
  answer(exchange, 1).head(200, []);
  assert.deepEqual(exchange.pull(), []);
});

test('refuses streams beyond 100 (tooManyStreams), decodes their fields, and counts a stream until its handler is done', () => {
  const exchange = greeted();
  for (let id = 1; id <= 199; id += 2) exchange.receive(headers(id, get));
  const indexed = Buffer.concat([Buffer.from('400161 0162'.replace(' ', ''), 'hex'), block(get)]);
  exchange.receive(frame(HEADERS, 5, 201, indexed));
  assert.deepEqual(exchange.pull(), ['RST_STREAM 201 REFUSED_STREAM']);
  answer(exchange, 1).head(200, []);
  answer(exchange, 1).end();
  exchange.pull();
  exchange.receive(frame(HEADERS, 5, 203, Buffer.concat([block(get), Buffer.from([0xbe])])));
  assert.equal(exchange.told.at(-2), 'head 203 GET / a ["host","a","a","b"]');
});

test('a stream that was reset counts until its handler is done', () => {
  const exchange = greeted({ options: { maxConcurrentStreams: 1 } });
  // The listener of this test says so by itself; here it is late.
  exchange.onReset = () => {};
  exchange.receive([headers(1, get), frame(RST_STREAM, 0, 1, uint32(8)), headers(3, get)]);
  assert.deepEqual(exchange.pull(), ['RST_STREAM 3 REFUSED_STREAM']);
  stream(exchange, 1).retire();
  stream(exchange, 1).retire();
  exchange.receive([headers(5, get), headers(7, get)]);
  assert.deepEqual(exchange.pull(), ['RST_STREAM 7 REFUSED_STREAM']);
});

for (const [name, write] of [
  ['a text that is shorter', (response: Answer) => response.stream.body('abc', 'latin1', 10, null)],
  ['a text that is longer', (response: Answer) => response.stream.body('\u20ac', 'utf8', 1, null)],
] as const) {
  test(`gives the connection up rather than send what was not written: ${name}`, () => {
    const exchange = open(headers(1, get), headers(3, get));
    const errors: (Error | null | undefined)[] = [];
    answer(exchange, 3).head(200, []);
    answer(exchange, 3).body('other', 'utf8', (error) => errors.push(error));
    answer(exchange, 1).head(200, []);
    write(answer(exchange, 1));
    const sent = exchange.pullAll();
    assert.match(sent.at(-1) as string, /^GOAWAY 3 INTERNAL_ERROR /);
    assert.ok(sent.every((line) => !line.startsWith('DATA')));
    assert.equal(exchange.fault, 'bodyChanged');
    assert.equal(errors.length, 1);
    assert.ok(errors[0] instanceof Error);
    assert.ok(exchange.connection.finished);
  });
}

for (const [name, resize] of [
  ['taken away', (memory: Resizable) => void structuredClone(memory, { transfer: [memory] })],
  ['made shorter', (memory: Resizable) => memory.resize(99)],
] as [string, (memory: Resizable) => void][]) {
  test(`a stream with a buffer whose memory was ${name} is reset (bufferResized), and no other`, () => {
    const exchange = open(headers(1, get), headers(3, get));
    const errors: (Error | null | undefined)[] = [];
    const memory = resizable(100);
    answer(exchange, 1).head(200, []);
    answer(exchange, 1).body('first');
    answer(exchange, 1).body(new Uint8Array(memory), undefined, (error) => errors.push(error));
    answer(exchange, 3).head(200, []);
    answer(exchange, 3).body('other');
    answer(exchange, 3).end();
    resize(memory);
    const sent = exchange.pullAll().filter((line) => !line.startsWith('HEADERS'));
    assert.deepEqual(sent, ['DATA 3 other end', 'RST_STREAM 1 INTERNAL_ERROR']);
    assert.equal(exchange.told.at(-1), 'reset 1 bufferResized INTERNAL_ERROR');
    assert.equal(errors.length, 1);
    assert.ok(errors[0] instanceof Error);
    assert.equal(exchange.connection.backlog, 0);
  });
}

test('of a buffer that was made longer leaves what was written', () => {
  const exchange = open(headers(1, get));
  const memory = resizable(100);
  answer(exchange, 1).head(200, []);
  answer(exchange, 1).body(new Uint8Array(memory).fill(0x61));
  answer(exchange, 1).end();
  memory.resize(200);
  assert.deepEqual(exchange.pullAll().slice(1), ['DATA 1 100 end']);
  assert.equal(exchange.frames.at(-1)?.payload.toString(), 'a'.repeat(100));
});

// How connections end

test('shuts down in two steps: streams that are under way are served, later ones ignored', () => {
  const exchange = greeted(answering).receive(headers(1, post, 0));
  exchange.connection.shutdown();
  assert.deepEqual(exchange.pull(), ['GOAWAY 2147483647 NO_ERROR ', 'PING shutdown']);
  exchange.receive(headers(3, get));
  assert.deepEqual(exchange.pull(), ['HEADERS 3 :status=200', 'DATA 3 answer end']);
  exchange.receive(frame(6, 1, 0, 'shutdown'));
  assert.deepEqual(exchange.pull(), ['GOAWAY 3 NO_ERROR ']);
  exchange.receive([headers(5, post, 0), body(5, 3, END_STREAM), headers(7, [...get, 'A', 'b'])]);
  assert.deepEqual(exchange.pull(), []);
  assert.equal(exchange.connection.finished, false);
  exchange.receive(body(1, 1, END_STREAM));
  assert.equal(exchange.connection.finished, false);
  assert.deepEqual(exchange.pull(), ['HEADERS 1 :status=200', 'DATA 1 answer end']);
  assert.equal(exchange.connection.finished, true);
});

test('finishes a shutdown without waiting where that is wanted, and only once', () => {
  const exchange = greeted();
  exchange.connection.shutdown();
  exchange.connection.shutdown();
  exchange.connection.finishShutdown();
  exchange.connection.finishShutdown();
  assert.deepEqual(exchange.pull(), ['GOAWAY 2147483647 NO_ERROR ', 'PING shutdown', 'GOAWAY 0 NO_ERROR ']);
  assert.equal(exchange.connection.finished, true);
});

test('ignores an acknowledgement of the shutdown that was not begun', () => {
  const exchange = greeted(answering).receive([frame(6, 1, 0, 'shutdown'), headers(1, get)]);
  assert.deepEqual(exchange.pull(), ['HEADERS 1 :status=200', 'DATA 1 answer end']);
});

test('tells all streams when the connection is lost', () => {
  const exchange = greeted().receive([headers(1, get), headers(3, post, 0)]);
  const errors: (Error | null | undefined)[] = [];
  answer(exchange, 1).head(200, []);
  answer(exchange, 1).body('a', 'utf8', (error) => errors.push(error));
  exchange.connection.close();
  assert.deepEqual(exchange.told.slice(-2), [
    'reset 1 connectionClosed NO_ERROR',
    'reset 3 connectionClosed NO_ERROR',
  ]);
  assert.equal(errors.length, 1);
  exchange.receive(headers(5, get));
  assert.equal(exchange.told.at(-1), 'reset 3 connectionClosed NO_ERROR');
});

test('reads nothing more of a segment after a listener gave the connection up', () => {
  const exchange = greeted({ onHead: (_answer, connection) => connection.fail('connectionFailed') });
  exchange.receive(Buffer.concat([headers(1, get), headers(3, get)]));
  assert.deepEqual(exchange.told, [
    'head 1 GET / a ["host","a"]',
    'reset 1 connectionFailed INTERNAL_ERROR',
    'error connectionFailed',
  ]);
  assert.deepEqual(exchange.pull(), ['GOAWAY 1 INTERNAL_ERROR The server failed']);
});

test('gives the connection up, and passes the error on, when a listener throws', () => {
  const exchange = greeted({
    onHead() {
      throw new RangeError('from a handler');
    },
  });
  assert.throws(() => exchange.receive(headers(1, get)), RangeError);
  assert.equal(exchange.fault, 'connectionFailed');
});
