// Ranges of a document (RFC 9110 §14).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rangeHolds } from '../../dist/documents/conditions.js';
import { isDateTrusted } from '../../dist/documents/validators.js';
import { longAgoField, shelf } from './shelf.js';

const digits = '0123456789';

/** A Range field, the status, and for one part its body and Content-Range. */
const table: [range: string, status: number, body?: string, contentRange?: string][] = [
  ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
  ['bytes=0-9', 206, digits, 'bytes 0-9/10'],
  ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
  ['bytes=8-', 206, '89', 'bytes 8-9/10'],
  ['bytes=8-99999', 206, '89', 'bytes 8-9/10'],
  ['bytes=-3', 206, '789', 'bytes 7-9/10'],
  ['bytes=-10', 206, digits, 'bytes 0-9/10'],
  ['bytes=-500', 206, digits, 'bytes 0-9/10'],
  ['bytes= 1-2 ', 206, '12', 'bytes 1-2/10'],
  ['BYTES=1-2', 206, '12', 'bytes 1-2/10'],
  ['bytes=1-2,', 206, '12', 'bytes 1-2/10'],
  ['bytes=3-3, 99-100', 206, '3', 'bytes 3-3/10'],
  ['bytes=0-99999999999999999999', 206, digits, 'bytes 0-9/10'],
  ['bytes=10-', 416, undefined, 'bytes */10'],
  ['bytes=10-20', 416, undefined, 'bytes */10'],
  ['bytes=99999999999999999999-', 416, undefined, 'bytes */10'],
  ['bytes=-0', 416, undefined, 'bytes */10'],
  ['bytes=20-30, 40-', 416, undefined, 'bytes */10'],
  ['bytes=4-2', 200, digits],
  ['bytes=-', 200, digits],
  ['bytes=', 200, digits],
  ['bytes', 200, digits],
  ['bytes=a-b', 200, digits],
  ['bytes=1-2-3', 200, digits],
  ['bytes=--5', 200, digits],
  ['bytes=1-x', 200, digits],
  ['bytes=+1-2', 200, digits],
  ['bytes=0x1-2', 200, digits],
  ['bytes=1.0-2', 200, digits],
  ['bytes=0-1, x', 200, digits],
  ['lines=0-1', 200, digits],
  ['items=0-1', 200, digits],
  ['bytes=0-4,3-5', 200, digits],
  ['bytes=0-,0-', 200, digits],
  [`bytes=${Array.from({ length: 33 }, () => '0-0').join()}`, 200, digits],
  [`bytes=${'0-0,'.repeat(1500)}`, 200, digits],
];

for (const [kind, options] of [
  ['in memory', {}],
  ['on disk', { cache: { entryBytes: 0 } }],
] as const) {
  test(`each Range on a document ${kind}`, async (t) => {
    const site = await shelf(t, { 'ten.txt': digits }, options);
    for (const [range, status, body, contentRange] of table) {
      const answer = await site.ask('/ten.txt', { Range: range });
      const name = range.slice(0, 40);
      assert.equal(answer.status, status, name);
      assert.equal(answer.field('content-range'), contentRange, name);
      if (body !== undefined) assert.equal(answer.body, body, name);
      if (status === 206) assert.equal(answer.field('content-type'), 'text/plain; charset=utf-8');
      assert.equal(answer.field('x-content-type-options'), 'nosniff');
    }
  });

  test(`several ranges of a document ${kind} come in one multipart body`, async (t) => {
    const site = await shelf(t, { 'ten.txt': digits }, options);
    for (const [range, slices] of [
      ['bytes=0-1,4-5', ['0-1', '4-5']],
      ['bytes=8-9, 0-0 ,3-4', ['8-9', '0-0', '3-4']],
      ['bytes=-1,0-0,50-60', ['9-9', '0-0']],
      ['bytes=0-4,5-9', ['0-4', '5-9']],
    ] as const) {
      const answer = await site.ask('/ten.txt', { Range: range });
      assert.equal(answer.status, 206, range);
      assert.equal(answer.field('content-range'), undefined);
      const boundary = /^multipart\/byteranges; boundary=([\w-]+)$/.exec(
        answer.field('content-type') as string,
      )?.[1];
      const parts = slices.map((slice) => {
        const [first, last] = slice.split('-').map(Number) as [number, number];
        return `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes ${slice}/10\r\n\r\n${digits.slice(first, last + 1)}\r\n`;
      });
      assert.equal(answer.body, `${parts.join('')}--${boundary}--\r\n`);
    }
  });

  test(`If-Range on a document ${kind}`, async (t) => {
    const site = await shelf(t, { 'ten.txt': digits }, options);
    const tag = (await site.ask('/ten.txt')).field('etag') as string;
    for (const [ifRange, status] of [
      [tag, 206],
      // Its time of change was set, and other contents may have had it.
      [longAgoField, 200],
      [`W/${tag}`, 200],
      ['"other"', 200],
      ['Mon, 06 May 2024 07:08:10 GMT', 200],
      ['Mon, 06 May 2024 07:08:08 GMT', 200],
      ['nonsense', 200],
    ] as const) {
      const answer = await site.ask('/ten.txt', { Range: 'bytes=0-1', 'If-Range': ifRange });
      assert.equal(answer.status, status, ifRange);
    }
    const beyond = await site.ask('/ten.txt', { Range: 'bytes=50-', 'If-Range': '"other"' });
    assert.equal(beyond.status, 200);
  });
}

test('a date is a validator when nobody can have set it and its second is over', () => {
  const second = Date.parse(longAgoField);
  const validators = (dateTrusted: boolean) => ({ etag: '"a"', lastModified: second, dateTrusted });
  for (const [trusted, field, now, holds] of [
    [true, longAgoField, second + 1000, true],
    [true, longAgoField, second + 999, false],
    [true, 'Mon, 06 May 2024 07:08:10 GMT', second + 5000, false],
    [false, longAgoField, second + 1000, false],
  ] as const) {
    assert.equal(rangeHolds(field, validators(trusted), now), holds, `${trusted} ${field} ${now - second}`);
  }
  const at = (mtimeMs: number, ctimeMs: number) => ({ path: '', size: 1, ino: 1, dev: 1, mtimeMs, ctimeMs });
  assert.ok(isDateTrusted(at(second, second + 3)));
  assert.ok(!isDateTrusted(at(second, second + 1000)));
  assert.ok(!isDateTrusted(at(second + 60_000, second)));
});

test('an empty document has no first byte', async (t) => {
  const site = await shelf(t, { 'empty.txt': '' });
  const answer = await site.ask('/empty.txt', { Range: 'bytes=0-' });
  assert.equal(answer.status, 416);
  assert.equal(answer.field('content-range'), 'bytes */0');
  assert.equal((await site.ask('/empty.txt')).status, 200);
});

test('HEAD knows no ranges', async (t) => {
  const site = await shelf(t, { 'ten.txt': digits });
  const answer = await site.ask('/ten.txt', { Range: 'bytes=0-1' }, 'HEAD');
  assert.equal(answer.status, 200);
  assert.equal(answer.field('content-length'), '10');
  assert.equal(answer.field('accept-ranges'), 'bytes');
});

test('a large document is sent in parts, each byte in its place', async (t) => {
  const large = Buffer.alloc(3_000_000);
  for (let i = 0; i < large.length; i += 4) large.writeUInt32LE(i, i);
  const site = await shelf(t, { 'large.bin': large });
  for (const [first, last] of [
    [0, 0],
    [131_071, 131_073],
    [1_000_003, 2_500_001],
    [2_999_999, 2_999_999],
  ] as const) {
    const answer = await site.ask('/large.bin', { Range: `bytes=${first}-${last}` });
    assert.equal(answer.status, 206);
    assert.ok(Buffer.from(answer.body, 'latin1').equals(large.subarray(first, last + 1)));
  }
  const whole = await site.ask('/large.bin');
  assert.ok(Buffer.from(whole.body, 'latin1').equals(large));
  const several = await site.ask('/large.bin', { Range: 'bytes=0-299999,2000000-2299999' });
  assert.equal(several.body.length, Number(several.field('content-length')));
});
