// Reading costs a constant number of steps for each byte, whatever the bytes are: sixteen times as many take sixteen
// times as many steps. The limits are raised out of the way, so that they are not what keeps the steps down. A
// quadratic reader takes 256 times as many. Steps are counted, not timed: counted-steps.ts tells what they are.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { stepsOf } from '../counted-steps.js';

const { RequestParser } = await import('../../dist/http1/request-parser.js');
const { WireError } = await import('../../dist/http1/wire-error.js');
const { HEAD_WINDOW_BYTES } = await import('../../dist/http1/limits.js');
const { endOfRun, TOKEN } = await import('../../dist/http/grammar.js');

const start = 'POST / HTTP/1.1\r\nHost: a\r\n';
const chunked = `${start}Transfer-Encoding: chunked\r\n\r\n`;

/** About `size` bytes of each kind. */
const hostile: Record<string, (size: number) => string> = {
  'a run of spaces before a value': (size) => `${start}A:${' '.repeat(size)}x\r\n\r\n`,
  'a run of spaces after a value': (size) => `${start}A: x${' '.repeat(size)}\r\n\r\n`,
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

/** What is few bytes. In longer segments it is more than is read from one string: a longer line is gathered first. */
const fewBytes = (segmentLength: number) => (segmentLength === 1 ? 1000 : HEAD_WINDOW_BYTES + 1000);

/** How many times as much a byte may cost among sixteen times as many: a quadratic reader comes to 16. */
const MOST = 1.5;

const sink = { onHead: () => false, onBody: () => {}, onEnd: () => {} };

function read(bytes: Buffer, segmentLength: number): void {
  const parser = new RequestParser(sink, { maxHeadBytes: Number.MAX_SAFE_INTEGER, maxFields: 0 });
  try {
    for (const segment of segmentsOf(bytes, segmentLength)) parser.execute(segment);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}

/** Steps for each byte. */
function cost(text: string, segmentLength: number): number {
  const bytes = Buffer.from(text, 'latin1');
  return stepsOf(() => read(bytes, segmentLength)) / bytes.length;
}

for (const [what, make] of Object.entries(hostile)) {
  test(`${what}: the steps are linear in the bytes`, () => {
    for (const segmentLength of [1, 1400, Number.MAX_SAFE_INTEGER]) {
      const size = fewBytes(segmentLength);
      const few = cost(make(size), segmentLength);
      const many = cost(make(16 * size), segmentLength);
      assert.ok(few >= 1, `only ${few} steps for each byte were counted`);
      assert.ok(
        many <= MOST * few,
        `in segments of ${segmentLength}, a byte costs ${many.toFixed(1)} steps among many, ${few.toFixed(1)} among few`,
      );
    }
  });
}

const quadratic: Record<string, (text: string) => void> = {
  'that walks along the rest at each byte': (text) => {
    for (let i = 0; i < text.length; i++) endOfRun(text, i, TOKEN);
  },
  'that searches the rest at each byte': (text) => {
    for (let i = 0; i < text.length; i++) text.indexOf('\n', i);
  },
  'that copies what came before at each byte': (text) => {
    const bytes = Buffer.alloc(text.length);
    for (let i = 0; i < text.length; i++) bytes.copy(bytes, 0, 0, i);
  },
};

for (const [what, readBadly] of Object.entries(quadratic)) {
  test(`a reader ${what} would be found`, () => {
    const cost = (size: number) => stepsOf(() => readBadly('a'.repeat(size))) / size;
    assert.ok(cost(1600) > 10 * cost(100));
  });
}
