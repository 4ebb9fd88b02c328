// Random values that programs pass: chunks, encodings, fields. Valid ones mostly; among them what makes servers fail.
// No byte is 0xdb, whatever the encoding: poisoned memory is known by it.
import type { Random } from '../random.js';
import type { Step, Value } from './program.js';

const undefinedValue: Value = { undefined: true };

const texts = [
  'a',
  'bc',
  '',
  'é',
  '\u20ac',
  '\u{1f600}',
  '\ud83d',
  '\ude00',
  'x\ud83d',
  '\ude00y',
  'line\r\n',
  '0\r\n\r\n',
  '\0',
];

const longTexts: Value[] = [
  { repeat: 'l', times: 1000 },
  { repeat: 'm', times: 16_383 },
  { repeat: 'n', times: 16_384 },
  { repeat: 'é', times: 9000 },
  { repeat: '\u{1f600}', times: 5000 },
  { repeat: 'o', times: 70_000 },
];

const bytes: Value[] = [
  { bytes: 'B' },
  { bytes: '' },
  { bytes: '\xff\x80' },
  { bytes: 'b', times: 100 },
  { bytes: 'c', times: 1000 },
  { bytes: 'd', times: 20_000 },
  { bytes: 'e', times: 70_000 },
  { array: 'uint8' },
  { array: '' },
];

const wrongChunks: Value[] = [null, undefinedValue, 5, true, { object: {} }, ['a']];

const encodings: Value[] = [
  'utf8',
  'utf-8',
  'latin1',
  'binary',
  'ascii',
  'utf16le',
  'ucs2',
  'UTF8',
  'buffer',
  'bogus',
  null,
  undefinedValue,
  5,
];

/** Text that has the length that it is guessed to have. */
const encodedTexts: readonly [Value, Value][] = [
  ['616263', 'hex'],
  ['', 'hex'],
  ['YWJj', 'base64'],
  ['YWI=', 'base64'],
  ['YWI', 'base64url'],
];

export function chunk(random: Random): Value {
  if (random.once(14)) return random.pick(wrongChunks);
  if (random.once(8)) return random.pick(longTexts);
  if (random.once(3)) return random.pick(bytes);
  return random.pick(texts);
}

/** The arguments of `write` or `end`; `inner` makes the steps of a callback. */
export function body(random: Random, inner: () => Step[]): Value[] {
  const values: Value[] = random.once(20)
    ? [...random.pick(encodedTexts)]
    : random.once(30)
      ? []
      : [chunk(random)];
  if (values.length === 1 && random.once(4)) values.push(random.pick(encodings));
  if (random.once(4)) values.push({ do: random.once(3) ? inner() : [] });
  return values;
}

const names: Value[] = [
  'X-A',
  'x-a',
  'X-B',
  'Content-Type',
  'Content-Length',
  'content-length',
  'Transfer-Encoding',
  'Connection',
  'Keep-Alive',
  'Date',
  'Trailer',
  'Set-Cookie',
  'Cookie',
  'Upgrade',
  'Vary',
  'Server',
];
const wrongNames: Value[] = [
  '',
  'bad name',
  'é',
  'a:',
  'a\r\nb',
  null,
  undefinedValue,
  '__proto__',
  'constructor',
];

const general: Value[] = ['v', '', 'a, b', ['a', 'b'], [], 5, true, 'é', '\xff', ' v ', [' v', 1]];
const wrongValues: Value[] = [
  '\u0100',
  'a\r\nb',
  'a\nb',
  '\0',
  undefinedValue,
  null,
  ['a', '\u20ac'],
  [undefinedValue],
  { object: {} },
];
const ofName: Record<string, Value[]> = {
  'content-length': ['0', '1', '2', 3, '5', '60', 11, ['1', '2'], ['3'], '-1', 'abc', '1e1', ' 4', ''],
  'transfer-encoding': [
    'chunked',
    'Chunked',
    'gzip',
    'gzip, chunked',
    ['gzip', 'chunked'],
    ['chunked'],
    'identity',
    '',
    'xchunked',
  ],
  connection: [
    'close',
    'keep-alive',
    'Close',
    'upgrade',
    'keep-alive, close',
    ['close', 'x'],
    ['x', 'keep-alive'],
    '',
    'closed',
    'x-close',
  ],
  'keep-alive': ['timeout=9', 'max=1', ''],
  date: ['yesterday', '', ['a', 'b']],
  trailer: ['X-T', ['X-T', 'X-U'], ''],
};

export function fieldName(random: Random): Value {
  return random.once(25) ? random.pick(wrongNames) : random.pick(names);
}

export function fieldValue(random: Random, name: Value): Value {
  if (random.once(20)) return random.pick(wrongValues);
  if (random.once(25))
    return {
      shared: random.pick(['list', 'other']),
      initially: random.several(3, () => random.pick(['a', 'b', 'close', '5'])),
    };
  const own = typeof name === 'string' ? ofName[name.toLowerCase()] : undefined;
  return own !== undefined && !random.once(10) ? random.pick(own) : random.pick(general);
}

export function field(random: Random): [Value, Value] {
  const name = fieldName(random);
  return random.once(60) ? [name, undefinedValue] : [name, fieldValue(random, name)];
}

/** Fields in one of the forms that `writeHead` takes. */
export function fields(random: Random): Value {
  const list = random.several(4, () => field(random));
  switch (random.below(5)) {
    case 0:
      return list.flat();
    case 1:
      return random.once(2) ? list : random.pick<Value>([null, undefinedValue, ['X-A'], 'text', 5]);
    case 2:
      return random.once(4)
        ? iterableFields(random)
        : { object: Object.fromEntries(list.map(([name, value]) => [String(name), value])) };
    default:
      return { object: Object.fromEntries(list.map(([name, value]) => [String(name), value])) };
  }
}

/** Fields as an iterable with `entries`, for `setHeaders`. */
export function iterableFields(random: Random): Value {
  if (random.once(2))
    return {
      headers: random.several(4, () => [random.pick(['X-A', 'X-B', 'Set-Cookie']), random.pick(['v', 'w'])]),
    };
  if (random.once(8)) return random.pick<Value>([null, { object: {} }, []]);
  return { map: random.several(4, () => field(random)).map(([name, value]) => [String(name), value]) };
}

export function statusCode(random: Random): Value {
  if (random.once(12))
    return random.pick<Value>([
      99,
      1000,
      0,
      -1,
      '200',
      'abc',
      null,
      200.5,
      undefinedValue,
      100,
      101,
      102,
      199,
    ]);
  return random.pick([
    200, 200, 201, 202, 204, 204, 205, 206, 207, 301, 304, 304, 308, 400, 404, 413, 418, 426, 500, 503, 599,
    999,
  ]);
}

export const reason = (random: Random): Value =>
  random.pick<Value>(['Fine', '', 'é', 'a\r\nb', '\u0100', undefinedValue, null, 5]);

export const error = (random: Random): Value[] =>
  random.once(2) ? [] : [random.pick<Value>([{ error: 'mine' }, null])];
