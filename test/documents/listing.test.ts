// The contents of a folder: what is shown, in which order, and that every link opens.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { oddNames } from './odd-names.js';
import { type Files, put, type Shelf, shelf, textOf } from './shelf.js';

const posix = { skip: process.platform === 'win32' && 'names of POSIX' };
const json = { Accept: 'application/json' };

interface Listed {
  path: string;
  entries: { name: string; href: string; type: string; size: number | null; modified: string | null }[];
}

async function listed(site: Shelf, target: string): Promise<Listed> {
  const answer = await site.ask(target, json);
  assert.equal(answer.field('content-type'), 'application/json');
  return JSON.parse(textOf(answer)) as Listed;
}

function filesNamed(names: string[], folder = ''): Files {
  return Object.fromEntries(names.map((name) => [folder + name, `contents of ${name}`]));
}

test('JSON tells all that may be seen, and each address opens', posix, async (t) => {
  const site = await shelf(t, filesNamed(oddNames, 'odd: 100% #1?/'));
  const top = await listed(site, '/');
  assert.deepEqual(
    top.entries.map(({ name, type, size }) => [name, type, size]),
    [['odd: 100% #1?', 'folder', null]],
  );
  const folder = `/${top.entries[0]?.href}`;
  const { path, entries } = await listed(site, folder);
  assert.equal(path, '/odd: 100% #1?/');
  assert.deepEqual(entries.map(({ name }) => name).sort(), [...oddNames].sort());
  for (const { name, href, size } of entries) {
    const { pathname } = new URL(href, `http://host${folder}`);
    const answer = await site.ask(pathname);
    assert.equal(textOf(answer), `contents of ${name}`, name);
    assert.equal(size, Buffer.byteLength(`contents of ${name}`));
  }
});

test('the page escapes every name, and its links are those of the JSON', posix, async (t) => {
  const site = await shelf(t, filesNamed(oddNames));
  const { entries } = await listed(site, '/');
  const page = textOf(await site.ask('/', { Accept: 'text/html' }));
  assert.ok(!page.includes('<img'));
  const links = [...page.matchAll(/<td><a href="([^"]*)"/g)].map(([, href]) => href);
  assert.deepEqual(
    links,
    entries.map(({ href }) => href),
  );
  for (const href of links) assert.match(href as string, /^[\w.~!()*%-]+\/?$/);
});

test('what is hidden, leads out or is no file is not shown', posix, async (t) => {
  const site = await shelf(t, {
    'a.txt': 'a',
    '.env': 'x',
    '.git/config': 'x',
    '.well-known/x': 'x',
    'dir/b': 'b',
  });
  put(join(site.root, '..'), 'outside.txt', 'x');
  symlinkSync('../outside.txt', join(site.root, 'out'));
  symlinkSync('..', join(site.root, 'up'));
  symlinkSync('.env', join(site.root, 'peek'));
  symlinkSync('nowhere', join(site.root, 'dangling'));
  symlinkSync('a.txt', join(site.root, 'link'));
  symlinkSync('dir', join(site.root, 'link-to-dir'));
  execFileSync('mkfifo', [join(site.root, 'fifo')]);
  writeFileSync(Buffer.concat([Buffer.from(`${site.root}/not-utf8-`), Buffer.from([0xe9])]), 'x');
  const { entries } = await listed(site, '/');
  assert.deepEqual(
    entries.map(({ name, type, size }) => [name, type, size]),
    [
      ['dir', 'folder', null],
      ['link-to-dir', 'folder', null],
      ['a.txt', 'file', 1],
      ['link', 'file', 1],
    ],
  );
});

test('folders come first, then the order asked for', async (t) => {
  const site = await shelf(t, {});
  const day = (n: number) => new Date(Date.UTC(2024, 0, n));
  put(site.root, 'file10.txt', 'xxx', day(1));
  put(site.root, 'file9.txt', 'x', day(3));
  put(site.root, 'Été.txt', 'xx', day(2));
  put(site.root, 'zoo/x', 'x', day(5));
  put(site.root, 'arbre/x', 'x', day(4));
  const names = async (query: string) =>
    (await listed(site, `/${query}`)).entries.map(({ name }) => name.replace('.txt', '')).join(' ');
  for (const [query, order] of [
    ['', 'arbre zoo Été file9 file10'],
    ['?sort=name&order=desc', 'zoo arbre file10 file9 Été'],
    ['?sort=size', 'arbre zoo file9 Été file10'],
    ['?sort=size&order=desc', 'arbre zoo file10 Été file9'],
    ['?sort=nonsense&order=sideways&page=-1', 'arbre zoo Été file9 file10'],
  ] as const) {
    assert.equal(await names(query), order, query);
  }
  const byDate = (await names('?sort=modified')).split(' ').slice(2);
  assert.deepEqual(byDate, ['file10', 'Été', 'file9']);
});

test('the headings tell the order and turn it round', async (t) => {
  const site = await shelf(t, { 'a.txt': 'a' });
  const headings = async (query: string) =>
    [
      ...textOf(await site.ask(`/${query}`, { Accept: 'text/html' })).matchAll(
        /<th scope="col"(?: aria-sort="(\w+)")?><a href="([^"]*)"/g,
      ),
    ].map(([, sort, href]) => [sort, href]);
  assert.deepEqual(await headings(''), [
    ['ascending', '?sort=name&amp;order=desc'],
    [undefined, '?sort=size'],
    [undefined, '?sort=modified'],
  ]);
  assert.deepEqual(await headings('?sort=size&order=desc'), [
    [undefined, '?sort=name'],
    ['descending', '?sort=size'],
    [undefined, '?sort=modified'],
  ]);
});

test('a long folder comes in pages, JSON whole', async (t) => {
  const site = await shelf(
    t,
    filesNamed(Array.from({ length: 2500 }, (_, i) => `${String(i).padStart(4, '0')}.txt`)),
  );
  const page = async (query: string) => textOf(await site.ask(`/${query}`, { Accept: 'text/html' }));
  const rows = (html: string) => html.match(/<tr><td>/g)?.length;
  const first = await page('');
  assert.equal(rows(first), 1000);
  assert.match(first, /<a rel="next" href="\?sort=name&amp;page=2">/);
  assert.doesNotMatch(first, /rel="prev"/);
  const last = await page('?page=3');
  assert.equal(rows(last), 500);
  assert.match(last, /2499\.txt/);
  assert.equal(rows(await page('?page=99')), 500);
  assert.equal((await listed(site, '/')).entries.length, 2500);
});

test('a listing is negotiated, validated and compressed like a document', async (t) => {
  const site = await shelf(t, filesNamed(oddNames.slice(0, 5)));
  for (const [accept, type] of [
    ['*/*', 'text/html; charset=utf-8'],
    ['text/html', 'text/html; charset=utf-8'],
    ['application/json', 'application/json'],
    ['application/json, text/html;q=0.5', 'application/json'],
    ['text/html, application/json', 'text/html; charset=utf-8'],
    ['image/png', 'text/html; charset=utf-8'],
  ] as const) {
    const answer = await site.ask('/', { Accept: accept });
    assert.equal(answer.field('content-type'), type, accept);
    assert.equal(answer.field('vary'), 'Accept, Accept-Language, Accept-Encoding');
  }
  const whole = await site.ask('/', { 'Accept-Encoding': 'gzip' });
  assert.equal(whole.field('content-encoding'), 'gzip');
  const again = await site.ask('/', {
    'Accept-Encoding': 'gzip',
    'If-None-Match': whole.field('etag') as string,
  });
  assert.equal(again.status, 304);
  assert.match(whole.field('content-security-policy') as string, /default-src 'none'/);
});

test('listing can be switched off, and an index takes its place', async (t) => {
  const off = await shelf(t, { 'a.txt': 'a' }, { listing: false });
  assert.equal((await off.ask('/')).status, 404);
  const index = await shelf(t, { 'index.html': 'home' });
  assert.equal((await index.ask('/', json)).body, 'home');
});
