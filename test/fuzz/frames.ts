// Makes streams of HTTP/2 frames: valid ones, ones with a few octets changed, and ones made to hurt.
// In: random numbers. Out: bytes after the preface.
import { Buffer } from 'node:buffer';
import { block, get, greeting, headers, post } from '../http2/exchange.js';
import { frame, settings, uint32 } from '../http2/frames.js';
import type { Random } from './random.js';

const fields = [
  ['accept', '*/*'],
  ['cookie', 'a=1'],
  ['cookie', 'b=2'],
  ['x-long', 'v'.repeat(300)],
  ['te', 'trailers'],
  ['priority', 'u=1, i'],
  ['priority', 'u=7'],
  ['expect', '100-continue'],
  ['x-\xe9', 'b'],
  ['Upper', 'b'],
  ['connection', 'close'],
  ['host', 'a'],
  ['host', 'b'],
  [':path', '/late'],
  ['x', ' space'],
];

/** Field blocks that use HPACK's tables, in every representation. */
const indexed = [
  '828684',
  '8286844101',
  '828684410161',
  '40016101628286844101 61'.replace(' ', ''),
  '82868441016140017801790f2b0161be',
  '20828684410161',
  '3fe11f828684410161',
  '8286845083f1e3c2',
  'be',
  'c0',
  'ff8080808000',
  '828684418cf1e3c2e5f23a6ba0ab90f4ff',
  '828684418cf1e3c2e5f23a6ba0ab90f4fe',
].map((hex) => Buffer.from(hex, 'hex'));

function request(random: Random, id: number): Buffer {
  const base = random.pick([get, get, post, post, get.with(5, '/a#b'), get.with(1, 'BREW'), get.slice(2)]);
  const list = [
    ...base,
    ...random.several(4, () => random.pick(random.once(4) ? fields : fields.slice(0, 8))).flat(),
  ];
  if (random.once(6)) list.push('content-length', String(random.below(20)));
  const flags = random.below(2);
  if (random.once(4)) return frame(1, 4 | flags, id, random.pick(indexed));
  if (random.once(3)) return splitBlock(random, id, flags, block(list));
  return headers(id, list, flags);
}

function splitBlock(random: Random, id: number, flags: number, octets: Buffer): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at < octets.length; ) {
    const end = Math.min(octets.length, at + 1 + random.below(random.once(3) ? 12 : octets.length));
    const last = end === octets.length ? 4 : 0;
    const part = octets.subarray(at, end);
    frames.push(at === 0 ? frame(1, flags | last, id, part) : frame(9, last, id, part));
    at = end;
  }
  return Buffer.concat(frames);
}

function data(random: Random, id: number): Buffer {
  const octets = 'd'.repeat(random.below(random.once(4) ? 900 : 12));
  const end = random.once(3) ? 1 : 0;
  if (!random.once(4)) return frame(0, end, id, octets);
  const padding = random.below(30);
  return frame(0, end | 8, id, `${String.fromCharCode(padding)}${octets}${'\0'.repeat(padding)}`);
}

const names = [1, 2, 3, 4, 5, 6, 8, 9, 77];
const values = [0, 1, 5, 100, 4096, 16_384, 65_535, 2 ** 31 - 1, 2 ** 31];

function other(random: Random, id: number): Buffer {
  switch (random.below(9)) {
    case 0:
      return frame(6, random.below(2), 0, '12345678');
    case 1:
      return settings(
        ...random.several(3, (): [number, number] => [random.pick(names), random.pick(values)]),
      );
    case 2:
      return frame(8, 0, random.once(2) ? id : 0, uint32(random.pick(values)));
    case 3:
      return frame(3, 0, id, uint32(8));
    case 4:
      return frame(2, 0, id, Buffer.concat([uint32(random.below(9)), Buffer.from('w')]));
    case 5:
      return frame(16, 0, 0, Buffer.concat([uint32(id), Buffer.from(random.pick(['u=0', 'u=5, i', ',;=']))]));
    case 6:
      return frame(random.below(256), random.below(256), random.pick([0, id]), 'x'.repeat(random.below(40)));
    case 7:
      return frame(7, 0, 0, Buffer.concat([uint32(0, 0), Buffer.from('bye')]));
    default:
      return frame(4, 1, 0);
  }
}

/** A random stream of frames, from the preface on. */
export function frameStream(random: Random): Buffer {
  const frames: Buffer[] = [greeting];
  let next = 1;
  const known = () => Math.max(1, next - 2 * (1 + random.below(4)));
  for (let count = 1 + random.below(16); count > 0; count--) {
    // Most frames mean nothing before a stream is open.
    const kind = next === 1 && !random.once(8) ? 0 : random.below(6);
    if (kind < 2) {
      frames.push(request(random, random.once(12) ? known() : next));
      next += random.once(10) ? 4 : 2;
    } else if (kind < 4) frames.push(data(random, known()));
    else if (kind === 4 && random.once(3)) frames.push(headers(known(), ['x-sum', '1']));
    else frames.push(other(random, random.once(8) ? next : known()));
  }
  const bytes = Buffer.concat(frames);
  if (random.once(3)) mutate(random, bytes);
  return random.once(5) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
}

function mutate(random: Random, bytes: Buffer): void {
  for (let count = 1 + random.below(3); count > 0; count--) {
    bytes[random.below(bytes.length)] = random.once(2) ? random.below(256) : random.pick([0, 1, 0xff, 0x80]);
  }
}
