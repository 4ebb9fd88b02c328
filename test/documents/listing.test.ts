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

test('names are in the order of a dictionary, however many there are', async (t) => {
  const many = Array.from({ length: 5000 }, (_, i) => `file ${(i * 7919) % 5000}`);
  const words = ['Zèbre', 'abeille', 'Été', 'etape', 'file 10a', 'Œuf', '_under', 'Ärger', 'été 2'];
  const site = await shelf(t, filesNamed([...many, ...words]));
  const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  const names = async (query: string) => (await listed(site, `/${query}`)).entries.map(({ name }) => name);
  const expected = [...many, ...words].sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
  assert.deepEqual(await names(''), expected);
  assert.deepEqual(await names('?order=desc'), expected.toReversed());
  const bySize = await listed(site, '/?sort=size');
  assert.deepEqual(
    bySize.entries.map(({ size }) => size),
    bySize.entries.map(({ size }) => size).sort((a, b) => (a as number) - (b as number)),
  );
});

test('a filter keeps the names that have a text in them', async (t) => {
  const names = ['Été.txt', 'ete 2.txt', 'hiver.txt', 'a&b.txt', "l'été.txt", 'ＦＵＬＬ.txt'];
  const site = await shelf(t, { ...filesNamed(names), 'étés/x': 'x' });
  const kept = async (text: string) =>
    (await listed(site, `/?filter=${encodeURIComponent(text)}`)).entries.map(({ name }) => name).sort();
  assert.deepEqual(await kept('été'), ['ete 2.txt', "l'été.txt", 'Été.txt', 'étés']);
  assert.deepEqual(await kept(' ETE '), ['ete 2.txt', "l'été.txt", 'Été.txt', 'étés']);
  assert.deepEqual(await kept('&'), ['a&b.txt']);
  assert.deepEqual(await kept('full'), ['ＦＵＬＬ.txt']);
  assert.deepEqual(await kept('.*'), []);
  assert.equal((await kept('')).length, names.length + 1);
  const page = textOf(await site.ask(`/?filter=%22%3E%3Cb%27&order=desc`, { Accept: 'text/html' }));
  assert.match(page, /name="filter" value="&quot;&gt;&lt;b&#39;"/);
  assert.match(page, /<a href="\?sort=size&amp;filter=%22%3E%3Cb%27"/);
  assert.match(page, /name="order" value="desc"/);
  assert.doesNotMatch(page, /<b'/);
});

test('times tell their zone, in summer and in winter', async (t) => {
  const site = await shelf(t, {});
  put(site.root, 'a.txt', 'a', new Date('2024-07-01T12:30:00Z'));
  const page = textOf(await site.ask('/', { Accept: 'text/html', 'Accept-Language': 'fr' }));
  const zone = /<time datetime="2024-07-01T12:30:00.000Z">[^<]+<span class="clock"> \d\d:\d\d ([^<]+)</.exec(
    page,
  );
  const { timeZoneName } = Object.fromEntries(
    new Intl.DateTimeFormat('fr', { timeZoneName: 'short' })
      .formatToParts(new Date('2024-07-01T12:30:00Z'))
      .map(({ type, value }) => [type, value]),
  );
  assert.equal(zone?.[1], timeZoneName);
});

test('a refusal leads back to the folder above and to the start, wherever the handler is mounted', async (t) => {
  const site = await shelf(t, { 'a/b/c.txt': 'c' }, { listing: false });
  const cases: [target: string, links: string[]][] = [
    ['/nowhere', ['/']],
    ['/a/b/nowhere?x=//evil.example', ['/a/b/', '/']],
    ['/a/b/', ['/a/', '/']],
    ['/a/%2F', ['/a/', '/']],
    ['//evil.example/x', ['//evil.example/', '/']],
    ['/', []],
    ['/"><script>/x', ['/%22%3E%3Cscript%3E/', '/']],
  ];
  for (const [target, links] of cases) {
    const answer = await site.ask(target, { Accept: 'text/html' });
    const page = textOf(answer);
    const hrefs = [...page.matchAll(/<a href="([^"]+)"/g)].map(([, href]) => href as string);
    for (const href of hrefs) assert.match(href, /^(\.\/|(\.\.\/)+)$/);
    const from = `http://host${target}`;
    assert.deepEqual(
      hrefs.map((href) => new URL(href, from).href.slice('http://host'.length)),
      links,
      target,
    );
  }
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
  assert.equal(first.match(/<a rel="next" href="\?sort=name&amp;page=2">/g)?.length, 2, 'above and below');
  const filtered = await page('?filter=1&order=desc');
  assert.match(filtered, /<a rel="next" href="\?sort=name&amp;order=desc&amp;page=2&amp;filter=1">/);
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
