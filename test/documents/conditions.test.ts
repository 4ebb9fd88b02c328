// Conditional requests, in the order of RFC 9110 §13.2.2.
import assert from 'node:assert/strict';
import { renameSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { evaluate, rangeHolds } from '../../dist/documents/conditions.js';
import { settlesIn, tagOfCoding, tagOfFile } from '../../dist/documents/validators.js';
import { moment } from '../subjects.js';
import { longAgo, longAgoField, put, shelf } from './shelf.js';

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await moment();
}

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

/** Ways to have other bytes of the same size and time of change at a path. */
const replacements: [how: string, replace: (path: string, bytes: string) => void][] = [
  ['written in place, its time set back', (path, bytes) => writeFileSync(path, bytes)],
  [
    'renamed into its place, its time set before',
    (path, bytes) => {
      writeFileSync(`${path}.new`, bytes);
      utimesSync(`${path}.new`, longAgo, longAgo);
      renameSync(`${path}.new`, path);
    },
  ],
  [
    'removed and made again',
    (path, bytes) => {
      unlinkSync(path);
      writeFileSync(path, bytes);
    },
  ],
];

for (const [kind, options] of [
  ['in memory', {}],
  ['on disk', { cache: { entryBytes: 10, bytes: 10_000 } }],
] as const) {
  for (const [how, replace] of replacements) {
    test(`a document ${kind} that is ${how} has another tag`, async (t) => {
      const site = await shelf(t, { 'a.bin': 'one '.repeat(1000) }, options);
      const path = join(site.root, 'a.bin');
      const before = await site.ask('/a.bin');
      const tag = before.field('etag') as string;
      assert.match(tag, /^"/);
      const part = { Range: 'bytes=4-7', 'If-Range': tag };
      assert.equal((await site.ask('/a.bin', part)).status, 206);
      replace(path, 'two '.repeat(1000));
      utimesSync(path, longAgo, longAgo);
      await until(async () => (await site.ask('/a.bin')).body.startsWith('two'));
      const after = await site.ask('/a.bin', { 'If-None-Match': tag });
      assert.deepEqual([after.status, after.field('last-modified')], [200, longAgoField]);
      assert.notEqual(after.field('etag'), tag);
      const continued = await site.ask('/a.bin', part);
      assert.deepEqual([continued.status, continued.body.slice(0, 3)], [200, 'two']);
      assert.equal((await site.ask('/a.bin', { 'If-Match': tag })).status, 412);
      const byDate = await site.ask('/a.bin', { Range: 'bytes=4-7', 'If-Range': longAgoField });
      assert.equal(byDate.status, 200);
    });
  }
}

const facts = { path: '/a', size: 2_000_000, mtimeMs: 1000.5, ctimeMs: 2000.25, ino: 7, dev: 1 };

test('the tag of a large file follows from all that changes with its bytes', () => {
  const tag = tagOfFile(facts, true);
  assert.match(tag, /^"[\w-]{20}"$/);
  assert.equal(tagOfFile({ ...facts }, true), tag);
  for (const name of ['size', 'mtimeMs', 'ctimeMs', 'ino', 'dev'] as const) {
    assert.notEqual(tagOfFile({ ...facts, [name]: facts[name] + 1 }, true), tag, name);
  }
});

test('where its facts cannot be relied on, the tag of a large file is weak and never the same twice', () => {
  const tag = tagOfFile(facts, false);
  assert.match(tag, /^W\/"[\w-]+"$/);
  assert.notEqual(tagOfFile(facts, false), tag);
  const validators = { etag: tag, lastModified: undefined, dateTrusted: false };
  assert.equal(rangeHolds(tag, validators), false);
  assert.equal(rangeHolds(tag.slice(2), validators), false);
  assert.equal(evaluate({ 'if-none-match': tag }, validators), 304);
  assert.equal(evaluate({ 'if-none-match': tag.slice(2) }, validators), 304);
  assert.equal(evaluate({ 'if-match': tag }, validators), 412);
  assert.equal(evaluate({ 'if-match': '*' }, validators), 200);
  assert.equal(tagOfCoding(tag, 'br'), `${tag.slice(0, -1)}-br"`);
});

test('facts can be relied on once the clock of the file system has ticked', () => {
  for (const [mtimeMs, ctimeMs, now, wait] of [
    [0, 1000.5, 1000.5, 50],
    [0, 1000.5, 1050.5, 0],
    [9_000_000, 1000.5, 2000, 0],
    // Whole seconds only.
    [0, 4000, 5000, 1000],
    [4000, 2000, 5000, 1000],
    [0, 4000, 6000, 0],
    // A clock ahead of ours.
    [0, 9000.5, 5000, 4050.5],
  ] as const) {
    assert.equal(settlesIn({ ...facts, mtimeMs, ctimeMs }, now), wait, `${mtimeMs} ${ctimeMs} ${now}`);
  }
});
