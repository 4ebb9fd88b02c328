// Requests, acceptable and not, whole, byte by byte and cut in two everywhere: the same is told, the same leaves.
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
  get,
  greeting,
  HEADERS,
  headers,
  PADDED,
  post,
  type Script,
} from './exchange.js';
import { frame } from './frames.js';

const isWindow = (line: string) => line.startsWith('WINDOW_UPDATE') || line.startsWith('SETTINGS');

/** What is told and what leaves; windows are opened at other times when the bytes are cut otherwise. */
function read(segments: Iterable<Buffer>, script: Script) {
  const exchange = new Exchange(script).receive([greeting, ...segments]);
  return { told: exchange.told, sent: exchange.pullAll().filter((line) => !isWindow(line)) };
}

function readInAllCuts(bytes: Buffer, script: Script = answering) {
  const whole = read([bytes], script);
  assert.deepEqual(read(everyByte(bytes), script), whole, 'byte by byte');
  for (const cut of cuts(bytes.length))
    assert.deepEqual(read([bytes.subarray(0, cut), bytes.subarray(cut)], script), whole, `cut at ${cut}`);
  return whole;
}

const told = (line: string, rawHeaders: string[], body?: string, trailers: string[] = []) => [
  `head 1 ${line} ${JSON.stringify(rawHeaders)}`,
  ...(body === undefined ? [] : [`body 1 ${body}`]),
  `end 1 ${JSON.stringify(trailers)}`,
];

interface Accepted {
  name: string;
  frames: Buffer[];
  told: string[];
  script?: Script;
}

const host = ['host', 'a'];
const longCookie = 'c'.repeat(3000);
const accepted: Accepted[] = [
  { name: 'a GET', frames: [headers(1, get)], told: told('GET / a', host) },
  {
    name: 'fields in their order, after host',
    frames: [
      headers(1, [...get, 'accept', '*/*', 'x-a', '', 'accept', 'b', "x!#$%&'*+-.^_`|~0", '\xe9 b\tc']),
    ],
    told: told('GET / a', [
      ...host,
      'accept',
      '*/*',
      'x-a',
      '',
      'accept',
      'b',
      "x!#$%&'*+-.^_`|~0",
      '\xe9 b\tc',
    ]),
  },
  {
    name: 'a Host field instead of :authority, which comes first all the same',
    frames: [headers(1, [...get.slice(0, 6), 'x', 'y', 'host', 'b:80'])],
    told: told('GET / b:80', ['host', 'b:80', 'x', 'y']),
  },
  {
    name: 'a Host field that says what :authority says, once',
    frames: [headers(1, [...get, 'x', 'y', 'host', 'A'])],
    told: told('GET / a', [...host, 'x', 'y']),
  },
  {
    name: 'the crumbs of a cookie, joined where the first one stood',
    frames: [headers(1, [...get, 'cookie', 'a=1', 'x', 'y', 'cookie', 'b=2', 'cookie', longCookie])],
    told: told('GET / a', [...host, 'cookie', `a=1; b=2; ${longCookie}`, 'x', 'y']),
  },
  {
    name: 'OPTIONS about the server',
    frames: [headers(1, [':method', 'OPTIONS', ':path', '*', ':scheme', 'https', ':authority', 'a'])],
    told: told('OPTIONS * a', host),
  },
  {
    name: 'CONNECT, whose target is the authority',
    frames: [headers(1, [':method', 'CONNECT', ':authority', 'a:443'])],
    told: told('CONNECT a:443 a:443', ['host', 'a:443']),
  },
  {
    name: 'extended CONNECT where it was announced',
    frames: [headers(1, [...get.with(1, 'CONNECT'), ':protocol', 'websocket'])],
    told: told('CONNECT / a', host),
    script: { ...answering, options: { connectProtocol: true } },
  },
  {
    name: 'TE: trailers',
    frames: [headers(1, [...get, 'te', 'trailers'])],
    told: told('GET / a', [...host, 'te', 'trailers']),
  },
  {
    name: 'a scheme in capitals, and a target of odd characters',
    frames: [
      headers(1, [':scheme', 'HTTP', ':path', '/{}|"\xff', ':method', 'GET', ':authority', '[::1]:8']),
    ],
    told: told('GET /{}|"\xff [::1]:8', ['host', '[::1]:8']),
  },
  {
    name: 'a body of several frames, with padding',
    frames: [
      headers(1, [...post, 'content-length', '011'], 0),
      frame(DATA, 0, 1, 'hello '),
      frame(DATA, PADDED, 1, '\x02wor\0\0'),
      frame(DATA, 0, 1, ''),
      frame(DATA, END_STREAM, 1, 'ld'),
    ],
    told: told('POST / a', [...host, 'content-length', '011'], 'hello world'),
  },
  {
    name: 'a body that an empty frame ends',
    frames: [headers(1, post, 0), frame(DATA, 0, 1, 'b'), frame(DATA, END_STREAM, 1)],
    told: told('POST / a', host, 'b'),
  },
  {
    name: 'trailers',
    frames: [headers(1, post, 0), frame(DATA, 0, 1, 'b'), headers(1, ['x-sum', '1', 'x-sum', '2'])],
    told: told('POST / a', host, 'b', ['x-sum', '1', 'x-sum', '2']),
  },
  {
    name: 'a head with padding and the old priority',
    frames: [
      frame(
        HEADERS,
        END_HEADERS | END_STREAM | PADDED | 0x20,
        1,
        Buffer.concat([Buffer.from([3, 0x80, 0, 0, 9, 200]), block(get), Buffer.alloc(3)]),
      ),
    ],
    told: told('GET / a', host),
  },
  {
    name: 'a field block in nine frames',
    frames: [
      frame(HEADERS, END_STREAM, 1, block(get).subarray(0, 8)),
      ...Array.from({ length: 7 }, (_, index) =>
        frame(CONTINUATION, 0, 1, block(get).subarray(8 + index, 9 + index)),
      ),
      frame(CONTINUATION, END_HEADERS, 1, block(get).subarray(15)),
    ],
    told: told('GET / a', host),
  },
  {
    name: 'a head of just below 16 KiB',
    frames: [headers(1, [...get, 'x', 'v'.repeat(16_383 - get.join('').length - 1)])],
    told: told('GET / a', [...host, 'x', 'v'.repeat(16_383 - get.join('').length - 1)]),
  },
];

for (const { name, frames, told, script } of accepted) {
  test(`tells of ${name}`, () => {
    const bytes = Buffer.concat(frames);
    assert.deepEqual(readInAllCuts(bytes, script), {
      told,
      sent: ['HEADERS 1 :status=200', 'DATA 1 answer end'],
    });
  });
}

/** Heads that are malformed or refused, by what is wrong with them. */
const refused: [fault: FaultName, name: string, fields: string[], flags?: number][] = [
  ['fieldNameInvalid', 'a capital in a name', [...get, 'X-a', 'b']],
  ['fieldNameInvalid', 'an empty name', [...get, '', 'b']],
  ['fieldNameInvalid', 'a space in a name', [...get, 'a b', 'c']],
  ['fieldNameInvalid', 'a colon in a name', [...get, 'a:b', 'c']],
  ['fieldNameInvalid', 'a byte above ASCII in a name', [...get, 'a\xe9', 'c']],
  ['fieldNameInvalid', 'a NUL in a name', [...get, 'a\0', 'c']],
  ['fieldValueInvalid', 'a line feed in a value', [...get, 'a', 'b\nc: d']],
  ['fieldValueInvalid', 'a carriage return in a value', [...get, 'a', 'b\rc']],
  ['fieldValueInvalid', 'a NUL in a value', [...get, 'a', '\0']],
  ['fieldValueInvalid', 'a control character in a value', [...get, 'a', 'b\x7f']],
  ['fieldValueInvalid', 'a space before a value', [...get, 'a', ' b']],
  ['fieldValueInvalid', 'a tab after a value', [...get, 'a', 'b\t']],
  ['fieldValueInvalid', 'a space as a value', [...get, 'a', ' ']],
  ['fieldValueInvalid', 'a line feed in the :path', get.with(5, '/\n')],
  ['fieldValueInvalid', 'a line feed in the :authority', get.with(7, 'a\r\nb')],
  ['connectionSpecificField', 'Connection', [...get, 'connection', 'close']],
  ['connectionSpecificField', 'Keep-Alive', [...get, 'keep-alive', 'timeout=5']],
  ['connectionSpecificField', 'Proxy-Connection', [...get, 'proxy-connection', 'close']],
  ['connectionSpecificField', 'Transfer-Encoding', [...post, 'transfer-encoding', 'chunked']],
  ['connectionSpecificField', 'Upgrade', [...get, 'upgrade', 'websocket']],
  ['teInvalid', 'another TE', [...get, 'te', 'gzip']],
  ['teInvalid', 'TE with trailers and more', [...get, 'te', 'trailers, deflate']],
  ['pseudoFieldUnknown', 'a pseudo-field of a response', [...get, ':status', '200']],
  ['pseudoFieldUnknown', 'a pseudo-field of nobody', [...get, ':x', 'y']],
  ['pseudoFieldUnknown', 'a colon alone', [...get, ':', 'y']],
  [
    'pseudoFieldUnknown',
    'extended CONNECT that was not announced',
    [...get.with(1, 'CONNECT'), ':protocol', 'x'],
  ],
  ['pseudoFieldLate', 'a pseudo-field after a field', [...get.slice(0, 6), 'a', 'b', ':authority', 'a']],
  ['pseudoFieldRepeated', 'two methods', [...get, ':method', 'GET']],
  ['pseudoFieldRepeated', 'two paths', [...get, ':path', '/']],
  ['pseudoFieldRepeated', 'two schemes', [...get, ':scheme', 'http']],
  ['pseudoFieldRepeated', 'two authorities', [...get, ':authority', 'a']],
  ['pseudoFieldMissing', 'no method', get.slice(2)],
  ['pseudoFieldMissing', 'no scheme', [...get.slice(0, 2), ...get.slice(4)]],
  ['pseudoFieldMissing', 'no path', [...get.slice(0, 4), ...get.slice(6)]],
  ['pseudoFieldMissing', 'no field at all', []],
  ['pathEmpty', 'an empty path', get.with(5, '')],
  ['methodInvalid', 'a method with a space', get.with(1, 'GE T')],
  ['methodInvalid', 'an empty method', get.with(1, '')],
  ['connectInvalid', 'CONNECT with a path', [':method', 'CONNECT', ':authority', 'a:1', ':path', '/']],
  ['connectInvalid', 'CONNECT without an authority', [':method', 'CONNECT', 'host', 'a:1']],
  ['contentLengthInvalid', 'a length of letters', [...post, 'content-length', 'a']],
  ['contentLengthInvalid', 'a length with a sign', [...post, 'content-length', '+1']],
  ['contentLengthInvalid', 'two lengths', [...post, 'content-length', '0', 'content-length', '0']],
  ['contentLengthInvalid', 'a list of lengths', [...post, 'content-length', '0, 0']],
  ['contentLengthInvalid', 'a length beyond 2^53', [...post, 'content-length', '9007199254740993']],
  ['contentLengthMismatch', 'a length without a body', [...post, 'content-length', '1']],
  ['methodUnknown', 'a method that is not known', get.with(1, 'BREW')],
  ['methodUnknown', 'a method in lower case', get.with(1, 'get')],
  ['targetInvalid', 'a fragment', get.with(5, '/a#b')],
  ['targetInvalid', 'a space in the path', get.with(5, '/a b')],
  ['targetInvalid', 'an absolute path', get.with(5, 'http://a/')],
  ['targetInvalid', 'a path without a slash', get.with(5, 'a')],
  ['targetInvalid', 'an asterisk of another method', get.with(5, '*')],
  ['schemeInvalid', 'another scheme', get.with(3, 'ftp')],
  ['schemeInvalid', 'an empty scheme', get.with(3, '')],
  ['authorityInvalid', 'a user in the authority', get.with(7, 'u@a')],
  ['authorityInvalid', 'a path in the authority', get.with(7, 'a/b')],
  ['authorityInvalid', 'an empty authority', get.with(7, '')],
  ['authorityInvalid', 'a port of letters', get.with(7, 'a:b')],
  ['authorityInvalid', 'two authorities in one', get.with(7, 'a, b')],
  ['authorityInvalid', 'an empty Host field', [...get.slice(0, 6), 'host', '']],
  ['authorityInvalid', 'a Host field that is none', [...get.slice(0, 6), 'host', 'a/b']],
  ['authorityInvalid', 'CONNECT without a port', [':method', 'CONNECT', ':authority', 'a']],
  ['authorityMissing', 'no authority', get.slice(0, 6)],
  ['authorityContradicted', 'another Host field', [...get, 'host', 'b']],
  ['hostRepeated', 'two Host fields', [...get, 'host', 'a', 'host', 'a']],
  ['headTooLarge', 'a head of 16 KiB', [...get, 'x', 'v'.repeat(16_384 - get.join('').length - 1)]],
  ['fieldNameInvalid', 'what is refused and malformed', [...get.with(5, '/#'), 'A', 'b']],
];

for (const [fault, name, fields, flags = END_STREAM] of refused) {
  const { status, code } = FAULTS[fault];
  test(`${status > 0 ? `answers ${status} to` : 'resets'} ${name}`, () => {
    // The next request shows that the connection goes on.
    const bytes = Buffer.concat([headers(1, fields, flags), headers(3, get)]);
    const { told, sent } = readInAllCuts(bytes);
    const next = ['HEADERS 3 :status=200', 'DATA 3 answer end'];
    assert.deepEqual(told.at(-1), 'end 3 []');
    if (status === 0) assert.deepEqual(sent, [`RST_STREAM 1 ${nameOfCode(code)}`, ...next]);
    else {
      assert.equal(told[0], `refused 1 ${fault}`);
      assert.deepEqual(sent, [`HEADERS 1 :status=${status} end`, ...next]);
    }
  });
}

const many = (count: number) => Array.from({ length: count }, () => ['a', '']).flat();

test('answers 431 to more than 1000 fields, host included', () => {
  const { told, sent } = readInAllCuts(headers(1, [...get, ...many(1000)]));
  assert.deepEqual(told, ['refused 1 tooManyFields']);
  assert.deepEqual(sent, ['HEADERS 1 :status=431 end']);
  assert.match(read([headers(1, [...get, ...many(999)])], answering).told[0] as string, /^head 1/);
});

test('leaves out fields beyond the number that is set where they are to be dropped, but checks them', () => {
  const script = { ...answering, options: { maxFields: 3, fieldsBeyond: 'dropped' as const } };
  const fields = [...get, 'x', '1', 'y', '2', 'cookie', 'a', 'cookie', 'b', 'z', '3'];
  assert.deepEqual(
    readInAllCuts(headers(1, fields), script).told,
    told('GET / a', [...host, 'x', '1', 'y', '2']),
  );
  assert.deepEqual(readInAllCuts(headers(1, [...fields, 'A', 'b']), script).sent, [
    'RST_STREAM 1 PROTOCOL_ERROR',
  ]);
  const unlimited = { ...answering, options: { maxFields: 0 } };
  assert.match(read([headers(1, [...get, ...many(2300)])], unlimited).told[0] as string, /^head 1/);
});

test('resets a request with more than 1000 trailer fields', () => {
  const { told } = read([headers(1, post, 0), headers(1, many(1001))], answering);
  assert.equal(told.at(-1), 'reset 1 trailersTooLarge ENHANCE_YOUR_CALM');
});

test('takes the body of a request that is refused for nothing, and asks to stop it after the answer', () => {
  const bytes = Buffer.concat([
    headers(1, post.with(5, '/#'), 0),
    frame(DATA, 0, 1, 'dropped'),
    headers(3, get),
  ]);
  const { told, sent } = readInAllCuts(bytes);
  assert.deepEqual(told, ['refused 1 targetInvalid', 'head 3 GET / a ["host","a"]', 'end 3 []']);
  assert.deepEqual(sent.slice(0, 2), ['HEADERS 1 :status=400 end', 'HEADERS 3 :status=200']);
  assert.ok(sent.includes('RST_STREAM 1 NO_ERROR'));
});

/** What is wrong with a request after its head. */
const cutShort: [fault: FaultName, name: string, frames: Buffer[]][] = [
  ['contentLengthMismatch', 'less data than Content-Length', [frame(DATA, END_STREAM, 1, 'abcd')]],
  [
    'contentLengthMismatch',
    'more data than Content-Length',
    [frame(DATA, 0, 1, 'abc'), frame(DATA, 0, 1, 'def')],
  ],
  ['contentLengthMismatch', 'trailers before Content-Length', [headers(1, ['x', 'y'])]],
  ['trailersNotLast', 'trailers that end nothing', [headers(1, ['x', 'y'], 0)]],
  [
    'pseudoFieldLate',
    'a pseudo-field in the trailers',
    [frame(DATA, 0, 1, 'abcde'), headers(1, [':path', '/'])],
  ],
  ['connectionSpecificField', 'Connection in the trailers', [headers(1, ['connection', 'close'])]],
  ['fieldNameInvalid', 'a capital in the trailers', [headers(1, ['X', 'y'])]],
  ['trailersTooLarge', 'trailers of 16 KiB', [headers(1, ['x', 'v'.repeat(16_383)])]],
  ['windowIncrementZero', 'a window that is not opened', [frame(8, 0, 1, '\0\0\0\0')]],
];

for (const [fault, name, frames] of cutShort) {
  test(`resets a request with ${name}`, () => {
    const bytes = Buffer.concat([
      headers(1, [...post, 'content-length', '5'], 0),
      ...frames,
      headers(3, get),
    ]);
    const { told, sent } = readInAllCuts(bytes);
    const code = nameOfCode(FAULTS[fault].code);
    assert.ok(told.includes(`reset 1 ${fault} ${code}`), told.join('\n'));
    assert.equal(told.at(-1), 'end 3 []');
    assert.deepEqual(sent, [`RST_STREAM 1 ${code}`, 'HEADERS 3 :status=200', 'DATA 3 answer end']);
  });
}
