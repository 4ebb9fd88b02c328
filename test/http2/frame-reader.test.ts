// Frames read whole, byte by byte and cut in two everywhere: the same reports, the same fault.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { Http2Error } from '../../dist/http2/errors.js';
import type { FaultName } from '../../dist/http2/faults.js';
import { FrameReader } from '../../dist/http2/frame-reader.js';
import { faultOfHead } from '../../dist/http2/frame-rules.js';
import { cuts, everyByte } from '../http1/reading.js';
import { frame, preface, uint32 } from './frames.js';

interface Reports {
  frames: string[];
  fault: FaultName | null;
  betweenFrames: boolean;
}

/** What is reported of segments, data joined. */
function read(segments: Iterable<Buffer>): Reports {
  const frames: string[] = [];
  let data = '';
  const reader = new FrameReader({
    onFrameHead({ type, streamId, length }) {
      const fault = faultOfHead(type, streamId, length);
      if (fault !== null) throw new Http2Error(fault);
    },
    onFrame({ type, flags, streamId, bytes, start, end }) {
      frames.push(`${type} ${flags} ${streamId} ${bytes.toString('latin1', start, end)}`);
    },
    onDataLength(length, padding) {
      frames.push(`data ${length} ${padding}`);
    },
    onData(part) {
      assert.ok(part.length > 0);
      data += part.toString('latin1');
    },
    onDataEnd() {
      frames.push(`end ${data}`);
      data = '';
    },
  });
  let fault: FaultName | null = null;
  try {
    for (const segment of segments) reader.read(segment);
  } catch (error) {
    if (!(error instanceof Http2Error)) throw error;
    fault = error.fault;
  }
  return { frames, fault, betweenFrames: fault === null && reader.betweenFrames };
}

const cases: [name: string, bytes: Buffer, frames: string[], fault?: FaultName, cut?: boolean][] = [
  ['no frame', preface, []],
  [
    'frames without a payload',
    Buffer.concat([preface, frame(4, 1, 0), frame(4, 0, 0)]),
    ['4 1 0 ', '4 0 0 '],
  ],
  [
    'frames with a payload, and the reserved bit',
    Buffer.concat([preface, frame(1, 5, 2 ** 31 + 3, 'block'), frame(3, 0, 3, uint32(8))]),
    ['1 5 3 block', '3 0 3 \0\0\0\b'],
  ],
  [
    'data with and without padding',
    Buffer.concat([preface, frame(0, 0, 1, 'hello'), frame(0, 8, 1, '\x03data\0\0\0'), frame(0, 1, 1)]),
    ['data 5 0', 'end hello', 'data 4 4', 'end data', 'data 0 0', 'end '],
  ],
  ['data that is padding only', Buffer.concat([preface, frame(0, 8, 1, '\x02\0\0')]), ['data 0 3', 'end ']],
  ['a padding length and nothing else', Buffer.concat([preface, frame(0, 8, 1, '\0')]), ['data 0 1', 'end ']],
  [
    'frames of types that mean nothing, and what comes after',
    Buffer.concat([
      preface,
      frame(0xff, 9, 7, 'x'.repeat(300)),
      frame(0xb, 0, 0),
      frame(6, 0, 0, '12345678'),
    ]),
    ['6 0 0 12345678'],
  ],
  [
    'a payload of several hundred octets',
    Buffer.concat([preface, frame(1, 0, 1, 'h'.repeat(700)), frame(9, 4, 1, 'c')]),
    [`1 0 1 ${'h'.repeat(700)}`, '9 4 1 c'],
  ],
  ['a head that is cut', Buffer.concat([preface, frame(4, 0, 0).subarray(0, 8)]), [], undefined, true],
  ['a payload that is cut', Buffer.concat([preface, frame(7, 0, 0, 'x', 9)]), [], undefined, true],
  ['another preface', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r'), [], 'prefaceInvalid'],
  ['a request of HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\n\r\n'), [], 'prefaceInvalid'],
  [
    'padding as long as the payload',
    Buffer.concat([preface, frame(0, 8, 1, '\x04abc')]),
    [],
    'paddingTooLong',
  ],
  ['padding without its length', Buffer.concat([preface, frame(0, 8, 1)]), [], 'frameLengthInvalid'],
  ['a frame above the largest', Buffer.concat([preface, frame(0, 0, 1, '', 16385)]), [], 'frameTooLarge'],
  [
    'an unknown frame above the largest',
    Buffer.concat([preface, frame(99, 0, 1, '', 16385)]),
    [],
    'frameTooLarge',
  ],
  ['a SETTINGS frame on a stream', Buffer.concat([preface, frame(4, 0, 1)]), [], 'streamForbidden'],
  ['a HEADERS frame on no stream', Buffer.concat([preface, frame(1, 4, 0, 'b')]), [], 'streamRequired'],
  ['a PING of seven octets', Buffer.concat([preface, frame(6, 0, 0, '1234567')]), [], 'frameLengthInvalid'],
];

for (const [name, bytes, frames, fault = null, cut = false] of cases) {
  test(`reads ${name}, however it is cut`, () => {
    const expected = { frames, fault, betweenFrames: fault === null && !cut };
    assert.deepEqual(read([bytes]), expected);
    assert.deepEqual(read(everyByte(bytes)), expected);
    for (const at of cuts(bytes.length))
      assert.deepEqual(read([bytes.subarray(0, at), bytes.subarray(at)]), expected, `cut at ${at}`);
  });
}

test('gives views of a segment, and copies nothing, where a frame lies in it whole', () => {
  const segment = Buffer.concat([preface, frame(1, 4, 1, 'block'), frame(0, 0, 1, 'data')]);
  const reader = new FrameReader({
    onFrameHead() {},
    onFrame: ({ bytes }) => assert.equal(bytes, segment),
    onDataLength() {},
    onData: (data) => assert.equal(data.buffer, segment.buffer),
    onDataEnd() {},
  });
  reader.read(segment);
  assert.ok(reader.betweenFrames);
});
