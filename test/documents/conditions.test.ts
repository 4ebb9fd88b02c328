// Conditional requests, in the order of RFC 9110 §13.2.2.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longAgoField, put, shelf } from './shelf.js';

const later = 'Tue, 07 May 2024 07:08:09 GMT';
const earlier = 'Sun, 05 May 2024 07:08:09 GMT';
/** Stands for the document's own tag. */
const own = '"own"';

const table: [fields: Record<string, string>, status: number][] = [
  [{}, 200],
  [{ 'If-None-Match': own }, 304],
  [{ 'If-None-Match': `W/${own}` }, 304],
  [{ 'If-None-Match': `"other", ${own}` }, 304],
  [{ 'If-None-Match': `"a,b", W/${own} , "c"` }, 304],
  [{ 'If-None-Match': `"x"${own}` }, 304],
  [{ 'If-None-Match': '*' }, 304],
  [{ 'If-None-Match': '"other"' }, 200],
  [{ 'If-None-Match': 'other' }, 200],
  [{ 'If-None-Match': '' }, 200],
  [{ 'If-Modified-Since': longAgoField }, 304],
  [{ 'If-Modified-Since': later }, 304],
  [{ 'If-Modified-Since': earlier }, 200],
  [{ 'If-Modified-Since': 'Monday, 06-May-24 07:08:09 GMT' }, 304],
  [{ 'If-Modified-Since': 'Mon May  6 07:08:09 2024' }, 304],
  [{ 'If-Modified-Since': 'Sun May  5 07:08:09 2024' }, 200],
  [{ 'If-Modified-Since': 'yesterday' }, 200],
  [{ 'If-Modified-Since': '2030-01-01' }, 200],
  [{ 'If-Modified-Since': 'Mon, 31 Feb 2030 07:08:09 GMT' }, 200],
  [{ 'If-None-Match': '"other"', 'If-Modified-Since': later }, 200],
  [{ 'If-None-Match': own, 'If-Modified-Since': earlier }, 304],
  [{ 'If-Match': own }, 200],
  [{ 'If-Match': `"other", ${own}` }, 200],
  [{ 'If-Match': '*' }, 200],
  [{ 'If-Match': `W/${own}` }, 412],
  [{ 'If-Match': '"other"' }, 412],
  [{ 'If-Unmodified-Since': longAgoField }, 200],
  [{ 'If-Unmodified-Since': later }, 200],
  [{ 'If-Unmodified-Since': earlier }, 412],
  [{ 'If-Unmodified-Since': 'nonsense' }, 200],
  [{ 'If-Match': own, 'If-Unmodified-Since': earlier }, 200],
  [{ 'If-Match': '"other"', 'If-None-Match': own }, 412],
  [{ 'If-Match': own, 'If-None-Match': own }, 304],
  [{ 'If-None-Match': own, Range: 'bytes=0-1' }, 304],
  [{ 'If-Match': '"other"', Range: 'bytes=0-1' }, 412],
  [{ 'If-None-Match': own, Range: 'bytes=99999-' }, 304],
];

for (const [kind, options] of [
  ['in memory', {}],
  ['on disk', { cache: { entryBytes: 0 } }],
] as const) {
  test(`a document ${kind} is sent, or not, as its conditions say`, async (t) => {
    const site = await shelf(t, { 'a.txt': 'document' }, options);
    const tag = (await site.ask('/a.txt')).field('etag') as string;
    assert.match(tag, /^"[\w-]+"$/);
    for (const [fields, status] of table) {
      for (const method of ['GET', 'HEAD']) {
        const meant = Object.fromEntries(
          Object.entries(fields).map(([name, value]) => [name, value.replace(own, tag)]),
        );
        const answer = await site.ask('/a.txt', meant, method);
        assert.equal(answer.status, status, `${method} ${JSON.stringify(fields)}`);
      }
    }
  });
}

test('a 304 has the validators and no body or length', async (t) => {
  const site = await shelf(t, { 'a.txt': 'x'.repeat(1000) });
  const whole = await site.ask('/a.txt');
  assert.equal(whole.field('last-modified'), longAgoField);
  const answer = await site.ask('/a.txt', { 'If-None-Match': whole.field('etag') as string });
  for (const name of ['etag', 'last-modified', 'vary', 'cache-control', 'x-content-type-options']) {
    assert.equal(answer.field(name), whole.field(name), name);
  }
  assert.equal(answer.field('content-length'), undefined);
  assert.equal(answer.field('content-type'), undefined);
});

test('other bytes have another tag, the same bytes the same', async (t) => {
  const site = await shelf(t, { 'a.txt': 'one', 'b.txt': 'two', 'c.txt': 'one' });
  const [a, b, c] = await Promise.all(['/a.txt', '/b.txt', '/c.txt'].map((target) => site.ask(target)));
  assert.notEqual(a?.field('etag'), b?.field('etag'));
  assert.equal(a?.field('etag'), c?.field('etag'));
});

test('a time of change in the future is not told', async (t) => {
  const site = await shelf(t, {});
  put(site.root, 'future.txt', 'x', new Date(Date.now() + 86_400_000));
  const answer = await site.ask('/future.txt');
  const [modified, date] = ['last-modified', 'date'].map((name) => Date.parse(answer.field(name) as string));
  assert.ok((modified as number) <= (date as number));
});
