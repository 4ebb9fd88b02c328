// Reading costs a constant for each byte, whatever the bytes are: sixteen times as many take about sixteen times as long.
// The limits are raised out of the way, so that they are not what keeps the time down. A quadratic reader takes 256
// times as long; the best of several runs is compared, so that a busy machine is not taken for one.
import assert from 'node:assert/strict';
import type { Buffer } from 'node:buffer';
import process from 'node:process';
import { test } from 'node:test';
import { RequestParser } from '../../dist/http1/request-parser.js';
import { WireError } from '../../dist/http1/wire-error.js';
import { bytesOf } from './reading.js';

const start = 'POST / HTTP/1.1\r\nHost: a\r\n';
const chunked = `${start}Transfer-Encoding: chunked\r\n\r\n`;

/** About `size` bytes of each kind. */
const hostile: Record<string, (size: number) => string> = {
  'a run of spaces before a value': (size) => `${start}A:${' '.repeat(size)}x\r\n\r\n`,
  'a run of spaces behind a value': (size) => `${start}A: x${' '.repeat(size)}\r\n\r\n`,
  'spaces between words': (size) => `${start}A: ${'x '.repeat(size / 2)}\r\n\r\n`,
  'tiny fields': (size) => `${start}${'a:b\r\n'.repeat(size / 5)}\r\n`,
  'Connection in many fields': (size) => `${start}${'Connection: a\r\n'.repeat(size / 15)}\r\n`,
  'commas in Connection': (size) => `${start}Connection: ${','.repeat(size)}\r\n\r\n`,
  'commas in Transfer-Encoding': (size) => `${start}Transfer-Encoding: ${','.repeat(size)}\r\n\r\n`,
  'Transfer-Encoding in many fields': (size) => `${start}${'Transfer-Encoding: a\r\n'.repeat(size / 22)}\r\n`,
  'Expect in many fields': (size) => `${start}${'Expect: a\r\n'.repeat(size / 11)}\r\n`,
  'a long Content-Length': (size) => `${start}Content-Length: ${'0'.repeat(size)}\r\n\r\n`,
  'a long Host': (size) => `GET / HTTP/1.1\r\nHost: ${'a'.repeat(size)}\r\n\r\n`,
  'a long authority': (size) => `GET http://${'a'.repeat(size)}@ HTTP/1.1\r\n`,
  'a long scheme': (size) => `GET ${'a'.repeat(size)} HTTP/1.1\r\n`,
  'a long version': (size) => `GET / HTTP/${'1'.repeat(size)}\r\n`,
  'empty lines': (size) => '\r\n'.repeat(size / 2),
  'chunks of one byte': (size) => `${chunked}${'1\r\nx\r\n'.repeat(size / 6)}0\r\n\r\n`,
  'small chunked requests': (size) => `${chunked}5\r\nhello\r\n0\r\n\r\n`.repeat(size / 75),
  'small requests with a length': (size) => `${start}Content-Length: 3\r\n\r\nabc`.repeat(size / 50),
  'chunk extensions': (size) => `${chunked}${`1;${'e'.repeat(500)}\r\nx\r\n`.repeat(size / 509)}0\r\n\r\n`,
  trailers: (size) => `${chunked}0\r\n${'a: b\r\n'.repeat(size / 6)}\r\n`,
};

function* segmentsOf(bytes: Buffer, length: number): Generator<Buffer> {
  for (let i = 0; i < bytes.length; i += length) yield bytes.subarray(i, i + length);
}

/** A reader that looks at each byte once stays near 1, one that is quadratic comes to 16. */
const MOST = 8;

const sink = { onHead: () => false, onBody: () => {}, onEnd: () => {} };

function read(bytes: Buffer, segmentLength: number): void {
  const parser = new RequestParser(sink, { maxHeadBytes: Number.MAX_SAFE_INTEGER, maxFields: 0 });
  try {
    for (const segment of segmentsOf(bytes, segmentLength)) parser.execute(segment);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}

/** Nanoseconds for each byte, in the fastest of several runs. */
function cost(text: string, segmentLength: number): number {
  const bytes = bytesOf(text);
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5; run++) {
    const begin = process.hrtime.bigint();
    read(bytes, segmentLength);
    best = Math.min(best, Number(process.hrtime.bigint() - begin) / bytes.length);
  }
  return best;
}

/** How much more a byte costs among sixteen times as many. */
function growth(make: (size: number) => string, segmentLength: number): number {
  const size = segmentLength === 1 ? 6000 : 20_000;
  return cost(make(16 * size), segmentLength) / cost(make(size), segmentLength);
}

for (const [what, make] of Object.entries(hostile)) {
  test(`${what}: time is linear in the bytes`, () => {
    for (const segmentLength of [1, 1400, Number.MAX_SAFE_INTEGER]) {
      const tries = Array.from({ length: 6 }, () => () => growth(make, segmentLength));
      let factor = Number.POSITIVE_INFINITY;
      for (const attempt of tries) if (factor > MOST) factor = attempt();
      assert.ok(
        factor <= MOST,
        `in segments of ${segmentLength}, a byte costs ${factor.toFixed(1)} times as much`,
      );
    }
  });
}
