// Content codings: which one a client gets, from beside the document or made on the spot.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { Turns } from '../../dist/documents/turns.js';
import { bytesOf, longAgo, put, requestOf, type Shelf, shelf } from './shelf.js';

const posix = { skip: process.platform === 'win32' && 'links and FIFOs of POSIX' };
const text = 'une phrase qui se répète. '.repeat(400);
const zstd = typeof zlib.zstdCompressSync === 'function';

const decoders: Record<string, (bytes: Buffer) => Buffer> = {
  br: zlib.brotliDecompressSync,
  gzip: zlib.gunzipSync,
  ...(zstd ? { zstd: zlib.zstdDecompressSync } : {}),
};

/** What an Accept-Encoding gets: a coding, `''` for the identity, or 406. */
type Row = [accept: string | undefined, coding: string | 406];

async function check(site: Shelf, target: string, rows: Row[], body = text): Promise<void> {
  for (const [accept, coding] of rows) {
    const fields: Record<string, string> = accept === undefined ? {} : { 'Accept-Encoding': accept };
    const name = `${target} ${accept}`;
    const answer = await site.ask(target, fields);
    if (coding === 406) {
      assert.equal(answer.status, 406, name);
      continue;
    }
    assert.equal(answer.status, 200, name);
    assert.equal(answer.field('content-encoding') ?? '', coding, name);
    assert.equal(answer.field('vary'), 'Accept-Encoding', name);
    const decoded = decoders[coding]?.(bytesOf(answer)) ?? bytesOf(answer);
    assert.equal(decoded.toString(), body, name);
    const head = await site.ask(target, fields, 'HEAD');
    const without = ({ fields }: typeof head) => fields.filter(([field]) => field !== 'Date');
    assert.deepEqual(without(head), without(answer), name);
  }
}

const made: Row[] = [
  [undefined, ''],
  ['', ''],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['x-gzip', 'gzip'],
  ['X-GZip;q=0.5, deflate', 'gzip'],
  ['deflate,x-gzip', 'gzip'],
  ['x-gzip;q=0', ''],
  ['x-gzip;q=0, *', 'br'],
  ['x-gzip-like', ''],
  ['identity;q=0, x-gzip', 'gzip'],
  ['br', 'br'],
  ['zstd', zstd ? 'zstd' : ''],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip;q=1, br;q=0.5', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['gzip;q=0', ''],
  ['*', 'br'],
  ['*;q=0, gzip', 'gzip'],
  ['br;q=0, *', zstd ? 'zstd' : 'gzip'],
  ['identity', ''],
  ['identity, gzip;q=0.5', ''],
  ['identity;q=0.5, gzip;q=0.5', 'gzip'],
  ['deflate', ''],
  ['compress, x-unknown', ''],
  ['identity;q=0', 406],
  ['*;q=0', 406],
  ['identity;q=0, gzip', 'gzip'],
  ['identity;q=0, deflate', 406],
  ['deflate, *;q=0', 406],
];

test('text is compressed as the client prefers', async (t) => {
  const site = await shelf(t, { 'page.html': text });
  await check(site, '/page.html', made);
});

test('text too large to be held compressed is compressed as it is sent', async (t) => {
  const site = await shelf(t, { 'page.html': text }, { cache: { entryBytes: 1000 } });
  const held = await site.ask('/page.html', { 'Accept-Encoding': 'gzip' });
  assert.equal(held.framing, 'chunked');
  assert.equal(zlib.gunzipSync(bytesOf(held)).toString(), text);
  assert.equal(
    (await site.ask('/page.html', { 'Accept-Encoding': 'gzip', Range: 'bytes=0-3' })).body,
    'une ',
  );
});

test('the largest texts are sent plain, so that a broken download can be continued', async (t) => {
  const site = await shelf(t, { 'dump.csv': text }, { cache: { entryBytes: 100 } });
  const answer = await site.ask('/dump.csv', { 'Accept-Encoding': 'gzip' });
  assert.deepEqual([answer.field('content-encoding'), answer.field('accept-ranges')], [undefined, 'bytes']);
});

test('text of middle size is compressed whole, from disk', async (t) => {
  const site = await shelf(t, { 'page.html': text }, { cache: { entryBytes: 5000 } });
  const answer = await site.ask('/page.html', { 'Accept-Encoding': 'br' });
  assert.equal(answer.framing, 'length');
  assert.equal(zlib.brotliDecompressSync(bytesOf(answer)).toString(), text);
});

test('neighbours are preferred to compressing', async (t) => {
  const site = await shelf(t, {
    'app.js': text,
    'app.js.gz': zlib.gzipSync(text, { level: 9 }),
    'lib.js': text,
    'lib.js.br': zlib.brotliCompressSync(text),
    'lib.js.gz': zlib.gzipSync(text),
  });
  await check(site, '/app.js', [
    ['gzip, br', 'gzip'],
    ['gzip;q=0.5, br', 'br'],
    ['br', 'br'],
    [undefined, ''],
  ]);
  await check(site, '/lib.js', [
    ['gzip, br', 'br'],
    ['gzip', 'gzip'],
    ['gzip;q=1.0, br;q=0.9', 'gzip'],
  ]);
  const plain = await site.ask('/app.js.gz', { 'Accept-Encoding': 'gzip' });
  assert.equal(plain.field('content-type'), 'application/gzip');
  assert.equal(plain.field('content-encoding'), undefined);
});

test('a zstd neighbour is sent by a Node that cannot make one', async (t) => {
  const site = await shelf(t, { 'app.js': text, 'app.js.zst': 'as it is' });
  const answer = await site.ask('/app.js', { 'Accept-Encoding': 'zstd' });
  assert.deepEqual([answer.field('content-encoding'), answer.body], ['zstd', 'as it is']);
});

test('a large neighbour is streamed, in parts too', async (t) => {
  const site = await shelf(t, { 'app.js': text, 'app.js.gz': '0123456789' }, { cache: { entryBytes: 5 } });
  const whole = await site.ask('/app.js', { 'Accept-Encoding': 'gzip' });
  assert.deepEqual([whole.body, whole.field('content-length')], ['0123456789', '10']);
  const part = await site.ask('/app.js', { 'Accept-Encoding': 'gzip', Range: 'bytes=2-3' });
  assert.deepEqual([part.status, part.body, part.field('content-encoding')], [206, '23', 'gzip']);
});

test(
  'a neighbour that is older than its document, leads out or is no file does not count',
  posix,
  async (t) => {
    const site = await shelf(t, { 'app.js': text });
    put(site.root, 'app.js.gz', 'old', new Date(longAgo.getTime() - 60_000));
    put(join(site.root, '..'), 'outside.br', 'outside');
    symlinkSync('../outside.br', join(site.root, 'app.js.br'));
    execFileSync('mkfifo', [join(site.root, 'app.js.zst')]);
    const answer = await site.ask('/app.js', { 'Accept-Encoding': 'gzip' });
    assert.equal(zlib.gunzipSync(bytesOf(answer)).toString(), text);
    const other = await site.ask('/app.js', { 'Accept-Encoding': 'br' });
    assert.equal(zlib.brotliDecompressSync(bytesOf(other)).toString(), text);
  },
);

test('each coding has a tag of its own, and conditions compare with the one selected', async (t) => {
  const site = await shelf(t, { 'page.html': text });
  const tags = new Map<string, string>();
  for (const accept of ['identity', 'gzip', 'br']) {
    tags.set(accept, (await site.ask('/page.html', { 'Accept-Encoding': accept })).field('etag') as string);
  }
  assert.equal(new Set(tags.values()).size, 3);
  for (const accept of tags.keys()) {
    for (const [coding, tag] of tags) {
      const answer = await site.ask('/page.html', { 'Accept-Encoding': accept, 'If-None-Match': tag });
      assert.equal(answer.status, accept === coding ? 304 : 200, `${accept} ${coding}`);
      assert.equal(answer.field('vary'), 'Accept-Encoding');
    }
  }
});

test('a range is cut from bytes that will be there again: neighbours or the identity', async (t) => {
  const site = await shelf(t, { 'page.html': text });
  const part = await site.ask('/page.html', { 'Accept-Encoding': 'gzip', Range: 'bytes=4-9' });
  assert.deepEqual([part.status, part.body, part.field('content-encoding')], [206, 'phrase', undefined]);
  const gzipped = await site.ask('/page.html', { 'Accept-Encoding': 'gzip' });
  const resumed = await site.ask('/page.html', {
    'Accept-Encoding': 'gzip',
    Range: 'bytes=4-9',
    'If-Range': gzipped.field('etag') as string,
  });
  assert.equal(resumed.status, 200);
});

test('what is compressed already, or hardly anything, is left as it is', async (t) => {
  const random = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * i * 7919) % 251));
  const site = await shelf(t, { 'photo.jpg': text, 'a.zip': text, 'font.woff2': text, 'tiny.txt': 'tiny' });
  put(site.root, 'noise.svg', random);
  for (const target of ['/photo.jpg', '/a.zip', '/font.woff2', '/tiny.txt']) {
    const answer = await site.ask(target, { 'Accept-Encoding': 'br, gzip' });
    assert.equal(answer.field('content-encoding'), undefined, target);
  }
  assert.equal((await site.ask('/photo.jpg')).field('vary'), undefined);
  assert.equal((await site.ask('/photo.jpg', { 'Accept-Encoding': 'identity;q=0' })).status, 406);
  const tiny = await site.ask('/tiny.txt', { 'Accept-Encoding': 'gzip, identity;q=0' });
  assert.equal(zlib.gunzipSync(bytesOf(tiny)).toString(), 'tiny');
});

test('compressing can be left to another', async (t) => {
  const site = await shelf(t, { 'page.html': text }, { compress: false });
  const answer = await site.ask('/page.html', { 'Accept-Encoding': 'gzip' });
  assert.equal(answer.field('content-encoding'), undefined);
});

test('many who ask at once for the same coding get the same bytes', async (t) => {
  const site = await shelf(t, { 'page.html': text });
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => site.ask('/page.html', { 'Accept-Encoding': 'br' })),
  );
  assert.equal(new Set(answers.map(({ body }) => body)).size, 1);
});

/** Begins a download and reads only its head; tells status and coding. */
async function begun(site: Shelf, target: string, accept: string): Promise<[string, string]> {
  const client = site.connect();
  client.send(requestOf(target, { 'Accept-Encoding': accept }));
  await client.sees('\r\n\r\n');
  client.socket.pause();
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(client.pending) as RegExpExecArray;
  return [status as string, /content-encoding: (\w+)/i.exec(client.pending)?.[1] ?? ''];
}

test('few large documents are compressed at a time as they are sent, the others are sent plain', async (t) => {
  const large = randomBytes(3_000_000).toString('base64').repeat(3);
  const site = await shelf(t, { 'large.txt': large, 'small.txt': text });
  const downloads: [string, string][] = [];
  for (let i = 0; i < 40; i++) downloads.push(await begun(site, '/large.txt', 'br, gzip'));
  const compressed = downloads.filter(([, coding]) => coding !== '');
  assert.equal(compressed.length, 2);
  assert.ok(downloads.every(([status]) => status === '200'));
  assert.equal((await site.ask('/small.txt', { 'Accept-Encoding': 'br' })).field('content-encoding'), 'br');
  const refusing = await site.ask('/large.txt', { 'Accept-Encoding': 'br, identity;q=0' });
  assert.deepEqual([refusing.status, refusing.field('retry-after')], [503, '1']);
});

test('a turn that a reader gave up is free again', async (t) => {
  const large = randomBytes(3_000_000).toString('base64').repeat(3);
  const site = await shelf(t, { 'large.txt': large });
  for (let i = 0; i < 6; i++) {
    const client = site.connect();
    client.send(requestOf('/large.txt', { 'Accept-Encoding': 'gzip' }));
    await client.sees('\r\n\r\n');
    client.socket.destroy();
  }
  let coding: string | undefined;
  while (coding !== 'gzip') {
    coding = (await site.ask('/large.txt', { 'Accept-Encoding': 'gzip' }, 'HEAD')).field('content-encoding');
  }
  const whole = await site.ask('/large.txt', { 'Accept-Encoding': 'gzip' });
  assert.equal(zlib.gunzipSync(bytesOf(whole)).length, large.length);
});

test('many documents that are asked for at once are all sent, and compressed sooner or later', async (t) => {
  const body = text.repeat(40);
  const names = Array.from({ length: 40 }, (_, i) => `${i}.txt`);
  const site = await shelf(t, Object.fromEntries(names.map((name) => [name, body])));
  const answers = await Promise.all(names.map((name) => site.ask(`/${name}`, { 'Accept-Encoding': 'br' })));
  for (const answer of answers) {
    const bytes = bytesOf(answer);
    const plain = answer.field('content-encoding') === 'br' ? zlib.brotliDecompressSync(bytes) : bytes;
    assert.equal(plain.toString(), body);
  }
  for (const name of names) {
    assert.equal((await site.ask(`/${name}`, { 'Accept-Encoding': 'br' })).field('content-encoding'), 'br');
  }
});

test('who refuses the plain document waits for a turn', async (t) => {
  const names = Array.from({ length: 10 }, (_, i) => `${i}.txt`);
  const site = await shelf(t, Object.fromEntries(names.map((name) => [name, text.repeat(40)])));
  const fields = { 'Accept-Encoding': 'gzip, identity;q=0' };
  const answers = await Promise.all(names.map((name) => site.ask(`/${name}`, fields)));
  assert.ok(answers.every((answer) => answer.field('content-encoding') === 'gzip'));
});

test('no more work is under way than there are turns, and each gets its own', async () => {
  const turns = new Turns(2, 1);
  const ends: (() => void)[] = [];
  let most = 0;
  let now = 0;
  const work = () =>
    turns.run(async () => {
      most = Math.max(most, ++now);
      await new Promise<void>((end) => ends.push(end));
      now--;
    });
  const first = [work(), work()];
  assert.equal(turns.soon, true);
  const all = [...first, work(), work()];
  assert.equal(turns.soon, false);
  assert.equal(turns.take(), undefined);
  for (let ended = 0; ended < 4; ) {
    const end = ends.shift();
    if (end === undefined) await new Promise(setImmediate);
    else ended += 1;
    end?.();
  }
  await Promise.all(all);
  assert.equal(most, 2);
  const held = [turns.take(), turns.take()];
  assert.equal(turns.take(), undefined);
  held[0]?.();
  held[0]?.();
  assert.ok(turns.take());
  assert.equal(turns.take(), undefined, 'a turn ends once');
  await assert.rejects(
    new Turns(1, 0).run(() => Promise.reject(new Error('failed'))),
    /failed/,
  );
});
