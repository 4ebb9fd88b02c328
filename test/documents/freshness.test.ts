// What is remembered is true, and bounded.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { documents } from 'premier/documents';
import { Cache, type Kept } from '../../dist/documents/cache.js';
import { until } from '../subjects.js';
import { folderWith, put, serving, shelf } from './shelf.js';

/** Lets a second pass at each call, on the clock of the process: as long as a change may stay unseen. */
function seconds(t: TestContext): () => void {
  const now = performance.now.bind(performance);
  let passed = 0;
  t.mock.method(performance, 'now', () => now() + passed);
  return () => {
    passed += 1000;
  };
}

test('a change shows within a second, however it was made', async (t) => {
  const site = await shelf(t, {
    'a.txt': 'one',
    'b.txt': 'one',
    'c.txt': 'one',
    'd.txt': 'one',
    'dir/x': 'x',
  });
  const at = (name: string) => join(site.root, name);
  symlinkSync('a.txt', at('link'));
  const pass = seconds(t);
  const later = (target: string) => {
    pass();
    return site.ask(target);
  };
  for (const target of ['/a.txt', '/b.txt', '/c.txt', '/d.txt', '/link']) await site.ask(target);
  await site.ask('/new.txt');

  put(site.root, 'a.txt', 'two'); // The same length and time as before.
  assert.equal((await later('/a.txt')).body, 'two', 'written in place');
  writeFileSync(at('b.new'), 'two');
  renameSync(at('b.new'), at('b.txt'));
  assert.equal((await later('/b.txt')).body, 'two', 'replaced');
  unlinkSync(at('c.txt'));
  assert.equal((await later('/c.txt')).status, 404, 'deleted');
  rmSync(at('d.txt'));
  mkdirSync(at('d.txt'));
  assert.equal((await later('/d.txt')).status, 308, 'a folder instead');
  unlinkSync(at('link'));
  symlinkSync('b.txt', at('link'));
  assert.equal((await later('/link')).body, 'two', 'a link to another');
  writeFileSync(at('new.txt'), 'new');
  assert.equal((await later('/new.txt')).body, 'new', 'made');
});

test('a neighbour that comes or goes shows within a second', async (t) => {
  const site = await shelf(t, { 'a.js': 'x'.repeat(1000) }, { compress: false });
  const coding = async () =>
    (await site.ask('/a.js', { 'Accept-Encoding': 'gzip' })).field('content-encoding');
  const pass = seconds(t);
  assert.equal(await coding(), undefined);
  put(site.root, 'a.js.gz', 'compressed');
  pass();
  assert.equal(await coding(), 'gzip');
  unlinkSync(join(site.root, 'a.js.gz'));
  pass();
  assert.equal(await coding(), undefined);
});

test('a document written twice within a clock tick is read again', async (t) => {
  const site = await shelf(t, {});
  const pass = seconds(t);
  const now = new Date();
  put(site.root, 'a.txt', 'one', now);
  assert.equal((await site.ask('/a.txt')).body, 'one');
  put(site.root, 'a.txt', 'two', now);
  pass();
  assert.equal((await site.ask('/a.txt')).body, 'two');
});

test('a root that is a link may be switched', async (t) => {
  const parent = folderWith(t, { 'v1/a.txt': 'one', 'v2/a.txt': 'two' });
  const root = join(parent, 'current');
  symlinkSync('v1', root);
  const { ask } = await serving(t, documents(root));
  const pass = seconds(t);
  assert.equal((await ask('/a.txt')).body, 'one');
  unlinkSync(root);
  symlinkSync('v2', root);
  pass();
  assert.equal((await ask('/a.txt')).body, 'two');
});

test('without memory every request reads the disk', async (t) => {
  const site = await shelf(t, { 'a.txt': 'one' }, { cache: { bytes: 0 } });
  assert.equal((await site.ask('/a.txt')).body, 'one');
  put(site.root, 'a.txt', 'other');
  assert.equal((await site.ask('/a.txt')).body, 'other');
});

class Item implements Kept {
  readonly paths = new Set<string>();
  constructor(
    readonly key: string,
    public bytes: number,
  ) {}
}

test('the cache keeps to its bytes and to its paths', () => {
  const cache = new Cache<Item>(1000, 10);
  for (let i = 0; i < 100; i++) cache.put(`/${i}`, new Item(`${i}`, 150), 0);
  assert.equal(cache.bytes, 900);
  assert.equal(cache.paths, 6);
  const one = new Item('one', 10);
  for (let i = 0; i < 100; i++) cache.put(`/alias/${i}`, one, 0);
  assert.equal(cache.paths, 10);
  assert.equal(cache.bytes, 10);
  cache.grow(one, 2000);
  assert.equal(cache.paths, 0);
  assert.equal(cache.bytes, 0);
  cache.grow(one, 2000);
  assert.equal(cache.bytes, 0);
});

test('what was used since gets a second chance', () => {
  const cache = new Cache<Item>(1000, 3);
  for (const name of ['a', 'b', 'c']) cache.put(name, new Item(name, 1), 0);
  cache.route('a');
  cache.put('d', new Item('d', 1), 0);
  assert.notEqual(cache.route('a'), undefined);
  assert.equal(cache.route('b'), undefined);
});

test('a newer document takes the place of an older one on every path', () => {
  const cache = new Cache<Item>(1000, 10);
  const older = new Item('x', 100);
  cache.put('/a', older, 0);
  cache.put('/b', older, 0);
  cache.put('/a', new Item('x', 50), 1);
  assert.equal(cache.bytes, 50);
  assert.equal(cache.route('/b'), undefined);
  cache.put('/a', new Item('y', 70), 2);
  assert.equal(cache.bytes, 70);
  assert.equal(cache.document('x'), undefined);
  cache.forget('/a');
  assert.equal(cache.bytes, 0);
});

/** Files below `root` that this process has open. */
function openFiles(root: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)].filter((path) => path.startsWith(root));
    } catch {
      return [];
    }
  });
}

const proc = { skip: process.platform !== 'linux' && 'no /proc to see open files in' };

test('no file is left open, whether the answer is whole, refused or broken off', proc, async (t) => {
  const site = await shelf(t, {
    'large.bin': Buffer.alloc(4_000_000),
    'a.txt': 'a',
    'app.js': 'x'.repeat(9_000_000),
  });
  await site.ask('/large.bin');
  await site.ask('/large.bin', { Range: 'bytes=0-10,20-30' });
  await site.ask('/large.bin', { Range: 'bytes=9000000-' });
  await site.ask('/large.bin', {}, 'HEAD');
  await site.ask('/app.js', { 'Accept-Encoding': 'gzip' });
  await site.ask('/a.txt');
  await until(() => openFiles(site.root).length === 0, 'the close of the files');
});

test('a download that is broken off closes its file at once', proc, async (t) => {
  const site = await shelf(t, {});
  const noise = randomBytes(20_000_000);
  for (const [name, fields] of [
    ['large.bin', ''],
    ['large.js', 'Accept-Encoding: gzip\r\n'],
  ] as const) {
    put(site.root, name, noise);
    const client = site.connect();
    client.socket.pause();
    client.socket.removeAllListeners('data');
    client.send(`GET /${name} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
    await until(() => openFiles(site.root).length === 1, `the sending of ${name}`);
    client.socket.destroy();
    await until(() => openFiles(site.root).length === 0, `the close of ${name}`);
  }
});

test('a file that shrinks while it is sent breaks the connection, one that grows is sent as promised', async (t) => {
  const site = await shelf(t, {});
  for (const [name, change] of [
    ['shrinks', (path: string) => truncateSync(path, 1000)],
    ['grows', (path: string) => appendFileSync(path, Buffer.alloc(10_000_000))],
  ] as const) {
    put(site.root, name, Buffer.alloc(30_000_000));
    const client = site.connect();
    client.socket.pause();
    client.send(`GET /${name} HTTP/1.1\r\nHost: a\r\n\r\n`);
    client.socket.resume();
    await client.sees('\r\n\r\n');
    client.socket.pause();
    change(join(site.root, name));
    client.socket.resume();
    const answer = client.response();
    if (name === 'shrinks') await assert.rejects(answer, /did not come before the end/);
    else assert.equal((await answer).body.length, 30_000_000);
    client.socket.destroy();
  }
});
