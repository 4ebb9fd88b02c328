// Which target leads to which document, and that none leads anywhere else.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { targetFrom } from '../../dist/documents/target.js';
import { put, type Shelf, shelf, textOf } from './shelf.js';

const secret = 'SECRET';

const files = {
  'index.html': 'home',
  'sub/index.html': 'sub index',
  'sub/page.html': 'page',
  'sub/deep/note.txt': 'note',
  'a b.txt': 'space',
  '100%.txt': 'percent',
  'q?.txt': 'question',
  'h#.txt': 'hash',
  "l'été & co;=+,@.txt": 'punctuation',
  '😀.txt': 'emoji',
  'Création.txt': 'accent',
  'back\\slash.txt': 'backslash',
  'c:d.txt': 'colon',
  '...txt': secret,
  '.env': secret,
  '.git/config': secret,
  'sub/.htaccess': secret,
  '.well-known/security.txt': 'contact',
  '.well-known/.hidden': secret,
  'sub/.well-known/x': secret,
};

const found: [target: string, body: string][] = [
  ['/', 'home'],
  ['/?query', 'home'],
  ['/index.html', 'home'],
  ['http://elsewhere/', 'home'],
  ['http://elsewhere', 'home'],
  ['http://elsewhere?query', 'home'],
  ['/sub/', 'sub index'],
  ['/sub/page.html?a=b?c', 'page'],
  ['/%73ub/p%61ge.html', 'page'],
  ['/a%20b.txt', 'space'],
  ['/100%25.txt', 'percent'],
  ['/q%3F.txt', 'question'],
  ['/q%3f.txt', 'question'],
  ['/h%23.txt', 'hash'],
  ["/l'%C3%A9t%C3%A9%20&%20co;=+,@.txt", 'punctuation'],
  ['/%F0%9F%98%80.txt', 'emoji'],
  ['/Cr%C3%A9ation.txt', 'accent'],
  ['/Cre%CC%81ation.txt', 'accent'],
  ['/back%5Cslash.txt', 'backslash'],
  ['/c:d.txt', 'colon'],
  ['/.well-known/security.txt', 'contact'],
  ['/inside', 'note'],
  ['/inside-folder/note.txt', 'note'],
];

const missing = [
  '/missing',
  '/sub/missing',
  '/index.html/',
  '/index.html/more',
  '/INDEX.html',
  '/.env',
  '/%2eenv',
  '/...txt',
  '/.git/config',
  '/.git/',
  '/.git',
  '/.no-such-thing',
  '/sub/.htaccess',
  '/.well-known/.hidden',
  '/sub/.well-known/x',
  '/link-to-hidden',
  '/outside',
  '/outside-folder/secret.txt',
  '/outside-folder/',
  '/dangling',
  '/circle',
  '/fifo',
  '/null',
  `/${'x'.repeat(300)}`,
  `/${'x/'.repeat(2500)}`,
  '//outside.example/',
];

const malformed = [
  '/%',
  '/%2',
  '/%zz',
  '/a%2fb',
  '/sub%2Fpage.html',
  '/%00',
  '/index.html%00.txt',
  '/%ff',
  '/Cr%E9ation.txt',
  '/%c0%ae%c0%ae/secret.txt',
  '/%c0%af',
  '/%e0%80%ae',
  '/..',
  '/../secret.txt',
  '/../root/index.html',
  '/%2e%2e/secret.txt',
  '/%2E./secret.txt',
  '/sub/../index.html',
  '/sub/%2e%2e/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/./index.html',
  '/sub/.',
  '/a\\b',
];

const redirects: [target: string, location: string][] = [
  ['/sub', '/sub/'],
  ['/sub?a=1&b=%20', '/sub/?a=1&b=%20'],
  ['/sub?', '/sub/?'],
  ['/%73ub', '/%73ub/'],
  ['http://elsewhere/sub', '/sub/'],
  ['//sub', '/sub/'],
  ['//sub/', '/sub/'],
  ['/sub//page.html?x', '/sub/page.html?x'],
  ['///index.html', '/index.html'],
  ['/sub/deep', '/sub/deep/'],
];

async function furnished(t: Parameters<typeof shelf>[0], options: Parameters<typeof shelf>[2] = {}) {
  const site = await shelf(t, files, options);
  put(join(site.root, '..'), 'secret.txt', secret);
  symlinkSync('sub/deep/note.txt', join(site.root, 'inside'));
  symlinkSync('sub/deep', join(site.root, 'inside-folder'));
  symlinkSync('.env', join(site.root, 'link-to-hidden'));
  symlinkSync('../secret.txt', join(site.root, 'outside'));
  symlinkSync('..', join(site.root, 'outside-folder'));
  symlinkSync('nowhere', join(site.root, 'dangling'));
  symlinkSync('circle', join(site.root, 'circle'));
  symlinkSync('/dev/null', join(site.root, 'null'));
  execFileSync('mkfifo', [join(site.root, 'fifo')]);
  return site;
}

const posix = { skip: process.platform === 'win32' && 'names and links of POSIX' };

test('each spelling of a path leads to its document', posix, async (t) => {
  const site = await furnished(t);
  for (const [target, body] of found) {
    const answer = await site.ask(target);
    assert.deepEqual([answer.status, textOf(answer)], [200, body], target);
  }
});

test(
  'what is missing, hidden, outside or no file at all is 404, the same answer each time',
  posix,
  async (t) => {
    const site = await furnished(t);
    for (const method of ['GET', 'HEAD']) {
      const plain = await shape(site, '/no-such-document', method);
      for (const target of missing) assert.deepEqual(await shape(site, target, method), plain, target);
    }
  },
);

/** All of an answer but its date. */
async function shape(site: Shelf, target: string, method: string): Promise<unknown> {
  const { status, fields, body } = await site.ask(target, {}, method);
  return { status, fields: fields.filter(([name]) => name !== 'Date'), body };
}

test('a path that could mean two things is refused', posix, async (t) => {
  const site = await furnished(t);
  for (const target of malformed) {
    const answer = await site.ask(target);
    assert.equal(answer.status, 400, target);
    assert.ok(!answer.body.includes(secret), target);
  }
});

test('redirects stay on this host and keep the query', posix, async (t) => {
  const site = await furnished(t);
  for (const [target, location] of redirects) {
    const answer = await site.ask(target);
    assert.deepEqual([answer.status, answer.field('location')], [308, location], target);
  }
});

test('a target is taken apart once, whoever sent it', () => {
  const raw = Buffer.from('/Création/a', 'utf8').toString('latin1');
  const plain = { query: '', reach: 'document', folder: false, merged: false };
  const table: [url: string, target: unknown][] = [
    [raw, { ...plain, path: '/Cr%C3%A9ation/a', segments: ['Création', 'a'] }],
    ['/a"b?<c>', { ...plain, path: '/a%22b', query: '?%3Cc%3E', segments: ['a"b'] }],
    ['/a//b/', { ...plain, path: '/a/b/', segments: ['a', 'b'], folder: true, merged: true }],
    ['/.a', { ...plain, path: '/.a', segments: ['.a'], reach: 'hidden' }],
    ['/a%2Fb', { ...plain, path: '/a%2Fb', segments: ['a', 'b'], reach: 'route' }],
    ['/a%2f.b', { ...plain, path: '/a%2f.b', segments: ['a', '.b'], reach: 'route' }],
    ['/a%2F..%2Fb', undefined],
    ['/a%2F%2e', undefined],
    ['/\xff', undefined],
    ['/a#b', undefined],
    ['a', undefined],
    ['', undefined],
    ['*', undefined],
  ];
  for (const [url, target] of table) assert.deepEqual(targetFrom(url), target, url);
});

test('links that lead out are followed when asked for', posix, async (t) => {
  const site = await furnished(t, { followLinks: true });
  assert.equal((await site.ask('/outside')).body, secret);
  assert.equal((await site.ask('/outside-folder/secret.txt')).body, secret);
  assert.equal((await site.ask('/link-to-hidden')).status, 404);
  assert.equal((await site.ask('/null')).status, 404);
});

test('a folder without index or listing is 404, with and without its slash', async (t) => {
  const site = await shelf(t, { 'bare/note.txt': 'x' }, { listing: false });
  assert.equal((await site.ask('/bare')).status, 404);
  assert.equal((await site.ask('/bare/')).status, 404);
});

test('the index can have another name, or none', async (t) => {
  const home = await shelf(t, { 'accueil.htm': 'accueil', 'index.html': 'index' }, { index: 'accueil.htm' });
  assert.equal((await home.ask('/')).body, 'accueil');
  const none = await shelf(t, { 'index.html': 'index' }, { index: false, listing: false });
  assert.equal((await none.ask('/')).status, 404);
  assert.equal((await none.ask('/index.html')).body, 'index');
});

test('an index that is a folder is no index', async (t) => {
  const site = await shelf(t, { 'note.txt': 'x' }, { listing: false });
  mkdirSync(join(site.root, 'index.html'));
  assert.equal((await site.ask('/')).status, 404);
});

test('clean URLs', async (t) => {
  const site = await shelf(
    t,
    {
      'index.html': 'home',
      'page.html': 'page',
      'both.html': 'both page',
      'both/index.html': 'both folder',
      twin: 'twin plain',
      'twin.html': 'twin page',
      'folder/index.html': 'folder',
      'folder/inner.html': 'inner',
      'odd/index.html.html': 'odd',
      'bare.html': 'bare page',
      'bare/x.txt': 'x',
    },
    { cleanUrls: true, listing: false },
  );
  const table: [target: string, status: number, bodyOrLocation: string][] = [
    ['/page', 200, 'page'],
    ['/page?x=1', 200, 'page'],
    ['/page.html', 308, '/page'],
    ['/page.html?x=1', 308, '/page?x=1'],
    ['/page/', 308, '/page'],
    ['/page/?x', 308, '/page?x'],
    ['/index.html', 308, '/'],
    ['/index.html?x', 308, '/?x'],
    ['/index', 200, 'home'],
    ['/folder', 308, '/folder/'],
    ['/folder/', 200, 'folder'],
    ['/folder/index.html', 308, '/folder/'],
    ['/folder/inner', 200, 'inner'],
    ['/folder/inner.html', 308, '/folder/inner'],
    ['/both', 200, 'both page'],
    ['/both/', 200, 'both folder'],
    ['/both.html', 308, '/both'],
    ['/twin', 200, 'twin plain'],
    ['/twin.html', 200, 'twin page'],
    ['/odd/index.html', 200, 'odd'],
    ['/bare/', 308, '/bare'],
    ['/bare', 200, 'bare page'],
    ['/missing', 404, ''],
    ['/missing.html', 404, ''],
    ['//page.html', 308, '/page'],
  ];
  for (const [target, status, expected] of table) {
    const answer = await site.ask(target);
    assert.equal(answer.status, status, target);
    if (status !== 404)
      assert.equal(status === 308 ? answer.field('location') : answer.body, expected, target);
    if (status === 308) assert.equal((await site.ask(expected)).status, 200, `${target} leads on`);
  }
});

test("the site's own page stands in for what is missing", async (t) => {
  const page = `<p>perdu ${'x'.repeat(2000)}</p>`;
  const site = await shelf(t, { '404.html': page });
  const answer = await site.ask('/missing', { 'If-None-Match': '*', Range: 'bytes=0-1' });
  assert.equal(answer.status, 404);
  assert.equal(answer.body, page);
  assert.equal(answer.field('content-type'), 'text/html; charset=utf-8');
  assert.equal(answer.field('etag'), undefined);
  assert.equal(answer.field('last-modified'), undefined);
  assert.equal((await site.ask('/.hidden')).body, page);
  const coded = await site.ask('/missing', { 'Accept-Encoding': 'gzip' });
  assert.equal(coded.field('content-encoding'), 'gzip');
  assert.equal((await site.ask('/404.html')).status, 200);
});
