// Every case of the tables, read whole, byte by byte, cut in two everywhere, and with bytes after it: the requests,
// the refusal and what is left unread must always be the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BODY_CHUNKED, BODY_LENGTH, BODY_NONE } from '../../dist/http1/framing.js';
import { type Accepted, accepted, type ExpectedRequest } from './cases/accepted.js';
import { type Refused, refusals } from './cases/refused.js';
import {
  bytesOf,
  cuts,
  everyByte,
  type Reading,
  type ReadRequest,
  readSegments,
  readWhole,
} from './reading.js';

const next = bytesOf('GET /next HTTP/1.1\r\nHost: n\r\n\r\nGET /half HTT');

/** What a request of a table means, with what it leaves out. */
function expectedRequest(
  expected: ExpectedRequest,
  read: ReadRequest,
): Omit<ReadRequest, 'bodyKind' | 'contentLength'> {
  const { bodyKind, contentLength, ...rest } = read;
  const field = (name: string) =>
    rest.fields.findIndex((word, index) => index % 2 === 0 && word.toLowerCase() === name);
  if (field('transfer-encoding') >= 0) assert.equal(bodyKind, BODY_CHUNKED);
  else assert.equal(bodyKind, contentLength > 0 ? BODY_LENGTH : BODY_NONE);
  return {
    method: 'GET',
    target: '/',
    minorVersion: 1,
    fields: ['Host', 'a'],
    host: 'a',
    expect: null,
    keepAlive: true,
    upgrade: false,
    body: '',
    trailers: [],
    ...expected,
  };
}

function checkAccepted(reading: Reading, accepted: Accepted): void {
  assert.equal(reading.refusal, null);
  assert.equal(reading.requests.length, accepted.requests.length);
  for (const [index, read] of reading.requests.entries()) {
    const { bodyKind, contentLength, ...comparable } = read;
    assert.deepEqual(comparable, expectedRequest(accepted.requests[index] as ExpectedRequest, read));
  }
  assert.equal(reading.read, accepted.bytes.length - (accepted.unread?.length ?? 0));
}

function eachCut(bytes: Buffer, check: (segments: Buffer[]) => void): void {
  for (const cut of cuts(bytes.length)) {
    try {
      check([bytes.subarray(0, cut), bytes.subarray(cut)]);
    } catch (error) {
      (error as Error).message = `cut at ${cut}: ${(error as Error).message}`;
      throw error;
    }
  }
}

for (const accept of accepted) {
  test(`accepts ${accept.says}`, () => {
    const bytes = bytesOf(accept.bytes);
    const whole = readWhole(bytes, accept.options);
    checkAccepted(whole, accept);
    assert.deepEqual(readSegments(everyByte(bytes), accept.options), whole, 'byte by byte');
    eachCut(bytes, (segments) => assert.deepEqual(readSegments(segments, accept.options), whole));
    checkTrailingBytes(accept, whole);
  });
}

/** Behind complete requests come further ones, unless the connection has ended. */
function checkTrailingBytes(accept: Accepted, whole: Reading): void {
  const last = whole.requests.at(-1);
  const ended = whole.stopped;
  if (!ended && (last === undefined || last.trailers === null || !whole.idle)) return;
  const bytes = Buffer.concat([bytesOf(accept.bytes), next]);
  const longer = readWhole(bytes, accept.options);
  assert.equal(longer.requests.length, whole.requests.length + (ended ? 0 : 1));
  assert.equal(longer.read, ended ? whole.read : bytes.length);
  if (!ended) assert.equal(longer.requests.at(-1)?.target, '/next');
  assert.equal(longer.cutShort, !ended);
}

for (const refuse of refusals) {
  test(`refuses ${refuse.says} (${refuse.refusal})`, () => {
    const bytes = bytesOf(refuse.bytes);
    const whole = readWhole(bytes, refuse.options);
    checkRefused(whole, refuse);
    assert.deepEqual(readSegments(everyByte(bytes), refuse.options), whole, 'byte by byte');
    eachCut(bytes, (segments) => assert.deepEqual(readSegments(segments, refuse.options), whole));
    const longer = readWhole(Buffer.concat([bytes, next]), refuse.options);
    assert.deepEqual(longer, whole, 'with bytes after it');
  });
}

function checkRefused(reading: Reading, refuse: Refused): void {
  assert.equal(reading.refusal, refuse.refusal);
  assert.equal(reading.requests.length, refuse.requests ?? 0);
  assert.equal(reading.stopped, true, 'the parser reads on after a refusal');
}
