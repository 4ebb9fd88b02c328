// What a client must not do with frames, streams, windows and settings: which error it meets, in every cut.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { nameOfCode } from '../../dist/http2/error-codes.js';
import { FAULTS, type FaultName } from '../../dist/http2/faults.js';
import { cuts, everyByte } from '../http1/reading.js';
import {
  answering,
  block,
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  Exchange,
  GOAWAY,
  get,
  greeting,
  HEADERS,
  headers,
  PADDED,
  PING,
  PRIORITY,
  PRIORITY_UPDATE,
  post,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from './exchange.js';
import { frame, preface, settings, uint32 } from './frames.js';

function read(segments: Iterable<Buffer>) {
  const exchange = new Exchange({ onBody: answering.onBody }).receive([...segments]);
  const sent = exchange.pullAll().filter((line) => !/^(WINDOW_UPDATE|SETTINGS)/.test(line));
  return { told: exchange.told, sent, finished: exchange.connection.finished };
}

const readInAllCuts = (bytes: Buffer) => readInCuts(bytes, 0);

/** Whole, byte by byte, and cut in two from an index on. */
function readInCuts(bytes: Buffer, first: number) {
  const whole = read([bytes]);
  assert.deepEqual(read(everyByte(bytes)), whole, 'byte by byte');
  for (const cut of cuts(bytes.length).filter((index) => index >= first))
    assert.deepEqual(read([bytes.subarray(0, cut), bytes.subarray(cut)]), whole, `cut at ${cut}`);
  return whole;
}

const times = (count: number, make: (index: number) => Buffer) =>
  Array.from({ length: count }, (_, i) => make(i));
const open = headers(1, post, 0);
const ended = headers(1, get);
const zero = uint32(0);
const largest = uint32(2 ** 31 - 1);

/** Faults that end the connection; what comes before them is left out where it is the greeting. */
const connectionFaults: [fault: FaultName, name: string, frames: Buffer[], before?: Buffer][] = [
  ['prefaceInvalid', 'a request of HTTP/1.1', [Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')], Buffer.alloc(0)],
  ['prefaceInvalid', 'a TLS handshake', [Buffer.from('160301', 'hex')], Buffer.alloc(0)],
  ['settingsExpected', 'a PING before SETTINGS', [frame(PING, 0, 0, '12345678')], preface],
  ['settingsExpected', 'an acknowledgement before SETTINGS', [frame(SETTINGS, 1, 0)], preface],
  ['settingsExpected', 'a request before SETTINGS', [ended], preface],
  ['frameTooLarge', 'DATA of 16385 octets', [open, frame(DATA, 0, 1, '', 16_385)]],
  ['frameTooLarge', 'SETTINGS of 16 MiB', [frame(SETTINGS, 0, 0, '', 2 ** 24 - 1)]],
  ['frameLengthInvalid', 'a PING of seven octets', [frame(PING, 0, 0, '1234567')]],
  ['frameLengthInvalid', 'a RST_STREAM of three octets', [open, frame(RST_STREAM, 0, 1, '123')]],
  ['frameLengthInvalid', 'a WINDOW_UPDATE of five octets', [frame(WINDOW_UPDATE, 0, 0, '12345')]],
  ['frameLengthInvalid', 'a GOAWAY of seven octets', [frame(GOAWAY, 0, 0, '1234567')]],
  ['frameLengthInvalid', 'SETTINGS of seven octets', [frame(SETTINGS, 0, 0, '1234567')]],
  ['frameLengthInvalid', 'padded HEADERS without a pad length', [frame(HEADERS, 5 | PADDED, 1)]],
  ['frameLengthInvalid', 'HEADERS with half a priority', [frame(HEADERS, 5 | 0x20, 1, '1234')]],
  ['streamRequired', 'DATA on no stream', [frame(DATA, 0, 0, 'a')]],
  ['streamRequired', 'RST_STREAM on no stream', [frame(RST_STREAM, 0, 0, zero)]],
  ['streamRequired', 'PRIORITY on no stream', [frame(PRIORITY, 0, 0, '12345')]],
  ['streamForbidden', 'SETTINGS on a stream', [frame(SETTINGS, 0, 1)]],
  ['streamForbidden', 'PING on a stream', [frame(PING, 0, 1, '12345678')]],
  ['streamForbidden', 'GOAWAY on a stream', [frame(GOAWAY, 0, 1, '12345678')]],
  ['streamForbidden', 'PRIORITY_UPDATE on a stream', [frame(PRIORITY_UPDATE, 0, 1, zero)]],
  ['paddingTooLong', 'HEADERS whose padding is too long', [frame(HEADERS, 5 | PADDED, 1, '\x02\0')]],
  ['paddingTooLong', 'DATA whose padding is too long', [open, frame(DATA, PADDED, 1, '\x03\0\0')]],
  ['continuationExpected', 'a PING within a field block', [frame(HEADERS, 0, 1, block(get)), frame(PING, 0, 0, '12345678')]],
  ['continuationExpected', 'an unknown frame within a field block', [frame(HEADERS, 0, 1), frame(0x77, 0, 0)]],
  ['continuationExpected', 'CONTINUATION of another stream', [frame(HEADERS, 0, 1), frame(CONTINUATION, 4, 3, 'a')]],
  ['continuationUnexpected', 'CONTINUATION of nothing', [open, frame(CONTINUATION, END_HEADERS, 1, 'a')]],
  ['pushPromiseReceived', 'a push', [open, frame(5, 4, 1, uint32(2))]],
  ['settingsAckWithPayload', 'an acknowledgement that says something', [frame(SETTINGS, 1, 0, '123456')]],
  ['enablePushInvalid', 'ENABLE_PUSH of 2', [settings([2, 2])]],
  ['initialWindowTooLarge', 'INITIAL_WINDOW_SIZE of 2^31', [settings([4, 2 ** 31])]],
  ['maxFrameSizeInvalid', 'MAX_FRAME_SIZE of 16383', [settings([5, 16_383])]],
  ['maxFrameSizeInvalid', 'MAX_FRAME_SIZE of 2^24', [settings([5, 2 ** 24])]],
  ['connectProtocolInvalid', 'ENABLE_CONNECT_PROTOCOL of 2', [settings([8, 2])]],
  ['connectProtocolInvalid', 'ENABLE_CONNECT_PROTOCOL taken back', [settings([8, 1]), settings([8, 0])]],
  ['noPrioritiesInvalid', 'NO_RFC7540_PRIORITIES of 2', [settings([9, 2])]],
  ['noPrioritiesInvalid', 'NO_RFC7540_PRIORITIES that changes', [settings([9, 1])]],
  ['tooManySettings', '33 settings in a frame', [settings(...Array(33).fill([1, 4096]))]],
  ['streamIdentifierEven', 'a stream of an even number', [headers(2, get)]],
  ['streamIdentifierLow', 'a stream of a number that was passed over', [headers(5, get), headers(3, get)]],
  ['streamIdle', 'DATA on a stream that is not open', [frame(DATA, 0, 1, 'a')]],
  ['streamIdle', 'RST_STREAM on a stream that is not open', [frame(RST_STREAM, 0, 1, zero)]],
  ['streamIdle', 'WINDOW_UPDATE on a stream that is not open', [frame(WINDOW_UPDATE, 0, 1, uint32(1))]],
  ['connectionWindowIncrementZero', 'a window that is not opened', [frame(WINDOW_UPDATE, 0, 0, zero)]],
  ['connectionWindowTooLarge', 'a window beyond 2^31 - 1', [frame(WINDOW_UPDATE, 0, 0, largest)]],
  ['initialWindowOverflow', 'settings that open a window too far', [open, frame(WINDOW_UPDATE, 0, 1, uint32(2 ** 31 - 65_536)), settings([4, 65_536])]],
  ['indexInvalid', 'an index of nothing', [frame(HEADERS, 5, 1, Buffer.from([0xff, 0x10]))]],
  ['blockTruncated', 'a field block that is cut', [frame(HEADERS, 5, 1, block(get).subarray(0, -1))]],
  ['indexInvalid', 'an index of nothing on a stream that is refused', [frame(HEADERS, 5, 1, Buffer.concat([block(['A', 'b']), Buffer.from([0x80])]))]],
  ['indexInvalid', 'an index of nothing in the trailers', [open, frame(HEADERS, 5, 1, Buffer.from([0x80]))]],
  ['indexInvalid', 'an index of nothing on a stream that was reset', [open, frame(WINDOW_UPDATE, 0, 1, zero), frame(HEADERS, 5, 1, Buffer.from([0x80]))]],
  ['continuationEmpty', 'a CONTINUATION that is empty', [frame(HEADERS, 0, 1, block(get)), frame(CONTINUATION, 4, 1)]],
  ['tooManyContinuations', 'nine CONTINUATION frames', [frame(HEADERS, 1, 1, 'a'), ...times(9, () => frame(CONTINUATION, 0, 1, 'a'))]],
  ['fieldBlockTooLarge', 'a field block of 112 KiB', [frame(HEADERS, 1, 1, 'a'), ...times(7, () => frame(CONTINUATION, 0, 1, 'a'.repeat(16_384)))]],
  ['priorityUpdateInvalid', 'the priority of no stream', [frame(PRIORITY_UPDATE, 0, 0, zero)]],
  ['tooManyPings', '201 PING frames', times(201, () => frame(PING, 0, 0, '12345678'))],
  ['tooManySettings', '100 more SETTINGS frames', times(100, () => settings())],
  ['tooManyPriorities', '501 PRIORITY frames', times(501, () => frame(PRIORITY, 0, 1, '\0\0\0\0\x10'))],
  ['tooManyPriorities', '501 PRIORITY_UPDATE frames', times(501, () => frame(PRIORITY_UPDATE, 0, 0, Buffer.concat([uint32(1), Buffer.from('u=1')])))],
  ['tooManyWindowUpdates', '1001 WINDOW_UPDATE frames', times(1001, () => frame(WINDOW_UPDATE, 0, 0, uint32(1)))],
  ['tooManyEmptyFrames', '101 empty DATA frames', [open, ...times(101, () => frame(DATA, 0, 1))]],
  ['tooManyEmptyFrames', '101 DATA frames of padding', [open, ...times(101, () => frame(DATA, PADDED, 1, '\x02\0\0'))]],
  ['tooManyUnknownFrames', '201 unknown frames', times(201, () => frame(0xbb, 0, 0, 'x'))],
  ['tooManyResets', '201 resets', times(201, (i) => Buffer.concat([headers(2 * i + 1, get), frame(RST_STREAM, 0, 2 * i + 1, uint32(8))]))],
  ['tooManyResets', '201 malformed requests', times(201, (i) => headers(2 * i + 1, ['A', 'b']))],
  ['tooManyResets', '201 resets that a client provokes by windows', times(201, (i) => Buffer.concat([headers(2 * i + 1, get), frame(WINDOW_UPDATE, 0, 2 * i + 1, zero)]))],
  ['tooManyResets', '201 resets that a client provokes by data', times(201, (i) => Buffer.concat([headers(2 * i + 1, get), frame(DATA, 0, 2 * i + 1, 'a')]))],
]; // biome-ignore format: a table, one case a line

for (const [fault, name, frames, before = greeting] of connectionFaults) {
  test(`ends the connection for ${name}: ${fault}`, () => {
    const bytes = Buffer.concat([before, ...frames]);
    // Of many frames of one kind the last is the fault.
    const { told, sent, finished } = readInCuts(bytes, bytes.length > 4000 ? bytes.length - 40 : 0);
    const { code, reason } = FAULTS[fault];
    assert.equal(told.at(-1), `error ${fault}`);
    assert.match(sent.at(-1) as string, /^GOAWAY \d+ /);
    assert.ok(sent.at(-1)?.endsWith(`${nameOfCode(code)} ${reason}`));
    assert.ok(finished);
  });
}

/** Faults of one stream: the next one is served. */
const streamFaults: [fault: FaultName, name: string, frames: Buffer[]][] = [
  ['priorityLengthInvalid', 'a PRIORITY of four octets', [open, frame(PRIORITY, 0, 1, '1234')]],
  ['streamDependsOnItself', 'a PRIORITY on itself', [open, frame(PRIORITY, 0, 1, '\0\0\0\x01a')]],
  [
    'streamDependsOnItself',
    'HEADERS that depend on themselves',
    [frame(HEADERS, 5 | 0x20, 1, Buffer.concat([uint32(1), Buffer.from('a'), block(get)]))],
  ],
  ['streamHalfClosed', 'DATA after END_STREAM', [ended, frame(DATA, 0, 1, 'a')]],
  ['streamHalfClosed', 'HEADERS after END_STREAM', [ended, headers(1, ['a', 'b'])]],
  ['windowIncrementZero', 'a window that is not opened', [open, frame(WINDOW_UPDATE, 0, 1, zero)]],
  [
    'streamReset',
    'DATA after RST_STREAM',
    [open, frame(RST_STREAM, 0, 1, uint32(8)), frame(DATA, 0, 1, 'a')],
  ],
  [
    'streamReset',
    'HEADERS after RST_STREAM',
    [open, frame(RST_STREAM, 0, 1, uint32(8)), headers(1, ['a', 'b'])],
  ],
  ['windowTooLarge', 'a window beyond 2^31 - 1', [open, frame(WINDOW_UPDATE, 0, 1, largest)]],
];

for (const [fault, name, frames] of streamFaults) {
  test(`resets a stream for ${name}: ${fault}`, () => {
    const { told, sent } = readInAllCuts(Buffer.concat([greeting, ...frames, headers(3, get)]));
    assert.equal(told.at(-1), 'end 3 []');
    assert.deepEqual(sent, [`RST_STREAM 1 ${nameOfCode(FAULTS[fault].code)}`]);
  });
}

/** What is acceptable although it looks odd. */
const acceptable: [name: string, frames: Buffer[]][] = [
  ['frames on a stream that was reset for what it did', [
    open, frame(WINDOW_UPDATE, 0, 1, zero), frame(DATA, 0, 1, 'a'), frame(WINDOW_UPDATE, 0, 1, uint32(1)),
    frame(RST_STREAM, 0, 1, zero), headers(1, ['a', 'b']), frame(DATA, END_STREAM, 1),
  ]],
  ['WINDOW_UPDATE and RST_STREAM on a stream that the client reset', [
    open, frame(RST_STREAM, 0, 1, uint32(8)), frame(WINDOW_UPDATE, 0, 1, uint32(1)), frame(RST_STREAM, 0, 1, zero),
  ]],
  ['PRIORITY on streams that are not open', [frame(PRIORITY, 0, 9, '\0\0\0\x01a'), frame(PRIORITY, 0, 2, '\0\0\0\x01a')]],
  ['settings that mean nothing', [settings([0xff, 7], [3, 0], [6, 1], [1, 0])]],
  ['acknowledgements that were not asked for', [frame(SETTINGS, 1, 0), frame(SETTINGS, 1, 0), frame(PING, 1, 0, '12345678')]],
  ['numbers that are passed over', [frame(0x42, 0xff, 99, 'x')]],
  ['flags that mean nothing', [frame(SETTINGS, 0xfe, 0), frame(WINDOW_UPDATE, 0xff, 0, uint32(1))]],
  ['GOAWAY', [frame(GOAWAY, 0, 0, Buffer.concat([zero, zero, Buffer.from('bye')]))]],
]; // biome-ignore format: a table

for (const [name, frames] of acceptable) {
  test(`goes on after ${name}`, () => {
    const { told } = readInAllCuts(Buffer.concat([greeting, ...frames, headers(3, get)]));
    assert.equal(told.at(-1), 'end 3 []');
  });
}

for (const [name, late] of [
  ['DATA', frame(DATA, 0, 1, 'a')],
  ['HEADERS', headers(1, get)],
] as const) {
  test(`ends the connection for ${name} on a stream that has ended on both sides: streamClosed`, () => {
    const exchange = new Exchange(answering).receive([greeting, ended]);
    exchange.pullAll();
    exchange.receive(late);
    assert.equal(exchange.fault, 'streamClosed');
  });
}

test('goes on after frames that were under way when the response ended', () => {
  const exchange = new Exchange(answering).receive([greeting, ended]);
  exchange.pullAll();
  exchange.receive([
    frame(WINDOW_UPDATE, 0, 1, uint32(1)),
    frame(RST_STREAM, 0, 1, uint32(8)),
    headers(3, get),
  ]);
  assert.equal(exchange.told.at(-1), 'end 3 []');
});

test('answers PING and SETTINGS, in their order', () => {
  const exchange = new Exchange().receive([greeting, frame(PING, 0, 0, '12345678'), settings([4, 1])]);
  assert.deepEqual(exchange.pull().slice(2), ['SETTINGS ack', 'PING ack 12345678', 'SETTINGS ack']);
});

test('says first what it wants of its client', () => {
  const [greetings, window] = new Exchange().pull();
  assert.equal(greetings, 'SETTINGS 000300000064000400040000000600004000000900000001');
  assert.equal(window, `WINDOW_UPDATE 0 ${1024 * 1024 - 65_535}`);
  const [withConnect] = new Exchange({ options: { connectProtocol: true } }).pull();
  assert.ok(withConnect?.endsWith('000800000001'));
});

test('lets accounts fill again with time', () => {
  const exchange = new Exchange().receive(greeting);
  const pings = (count: number) => Buffer.concat(times(count, () => frame(PING, 0, 0, '12345678')));
  exchange.receive(pings(200), 0);
  exchange.receive(pings(20), 1000);
  exchange.receive(pings(40), 3000);
  exchange.pullAll();
  assert.equal(exchange.fault, null);
  exchange.receive(pings(1), 3000);
  assert.equal(exchange.fault, 'tooManyPings');
});

test('charges a reset only once, and lets 200 at a time and 50 a second pass', () => {
  const exchange = new Exchange().receive(greeting);
  let id = 1;
  const resets = (count: number) =>
    Buffer.concat(
      times(count, () => {
        const frames = [
          headers(id, get),
          frame(RST_STREAM, 0, id, uint32(8)),
          frame(RST_STREAM, 0, id, uint32(8)),
        ];
        id += 2;
        return Buffer.concat(frames);
      }),
    );
  exchange.receive(resets(100), 0).receive(resets(100), 4000);
  exchange.receive(resets(200), 8000);
  assert.equal(exchange.fault, null);
  exchange.receive(resets(1), 8000);
  assert.equal(exchange.fault, 'tooManyResets');
});

test('stops being read while its answers are not, and gives up whoever goes on', () => {
  const exchange = new Exchange({ options: {} }).receive(greeting);
  assert.equal(exchange.connection.congested, false);
  const pings = Buffer.concat(times(200, () => frame(PING, 0, 0, '12345678')));
  let turn = 0;
  const more = () => exchange.receive(pings, 10_000 * ++turn);
  while (!exchange.connection.congested) more();
  exchange.pullAll();
  assert.equal(exchange.connection.congested, false);
  while (turn < 60 && exchange.fault === null) more();
  assert.equal(exchange.fault, 'answersUnread');
});
