// Single-page apps: who asks for a page gets the app's, and nobody else does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shelf } from './shelf.js';

const secret = 'nobody may read this';
const files = {
  'index.html': 'app',
  'main.js': 'js',
  'users/photo.txt': 'photo',
  'docs/index.html': 'docs',
  '.env': secret,
};

/** What the address bar, a link or a frame of a browser asks for; on plain http to another host, no Sec-Fetch is sent. */
const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';
const navigation = { Accept: browser, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
const pages: Record<string, string>[] = [
  navigation,
  { Accept: browser },
  { Accept: 'text/html' },
  { Accept: 'application/xhtml+xml, */*;q=0.1' },
  { Accept: '*/*', 'Sec-Fetch-Mode': 'navigate' },
  { Accept: 'TEXT/HTML' },
  { Accept: 'Application/XHTML+xml;q=0.9' },
  // As htmx and Turbo fetch.
  { Accept: 'text/html, application/json', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
];
const routes = [
  '/users/42',
  '/page/test.com',
  '/activate/user@domain.com',
  '/users/jane.me',
  '/topics/vue.js',
  '/files/report.pdf',
  '/users/a%2Fb',
  '/a%2Fb%2Fc.js',
  '/search?q=a/b.js',
  '/users',
  '/users/',
  '/users/?tab=1',
  '/.well-known',
  '/.env',
  '/@scope/.config',
  '//double//slash',
];

test('a navigation gets the page, whatever the name ends in', async (t) => {
  const site = await shelf(t, files, { single: true });
  for (const fields of pages) {
    for (const target of routes) {
      const answer = await site.ask(target, fields);
      assert.deepEqual([answer.status, answer.body], [200, 'app'], `${target} ${JSON.stringify(fields)}`);
    }
  }
});

test('what is there is sent, and a malformed target is refused', async (t) => {
  const site = await shelf(t, files, { single: true });
  for (const [target, status, body] of [
    ['/', 200, 'app'],
    ['/main.js', 200, 'js'],
    ['/users/photo.txt', 200, 'photo'],
    ['/docs/', 200, 'docs'],
    ['/docs', 308],
    ['/%zz', 400],
    ['/..%2fa', 400],
    ['/a%2F..%2Fb', 400],
    ['/%00', 400],
    ['/a\\b', 400],
  ] as const) {
    const answer = await site.ask(target, navigation);
    assert.equal(answer.status, status, target);
    if (body !== undefined) assert.equal(answer.body, body, target);
  }
});

test('parts of a page that are missing are not found', async (t) => {
  const site = await shelf(t, files, { single: true });
  for (const fields of [
    { Accept: '*/*', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' },
    { Accept: 'text/html', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' },
    { Accept: 'text/html,*/*', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' },
    { Accept: '*/*', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
    { Accept: 'text/css,*/*;q=0.1', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'style' },
    { Accept: 'text/css,*/*;q=0.1' },
    { Accept: 'image/avif,image/webp,*/*;q=0.8' },
    { Accept: 'application/json, text/plain, */*' },
    { Accept: 'application/json' },
    { Accept: 'text/html;q=0, */*' },
  ] as Record<string, string>[]) {
    for (const target of ['/assets/missing.tsx', '/assets/chunk-4f2a', '/api/users', '/users/']) {
      const answer = await site.ask(target, fields);
      assert.equal(answer.status, 404, `${target} ${JSON.stringify(fields)}`);
    }
    assert.equal((await site.ask('/users/a%2Fb', fields)).status, 400);
    assert.equal((await site.ask('/main.js', fields)).status, 200);
  }
});

test('a program that takes anything gets the page, unless it asks for a file', async (t) => {
  const site = await shelf(t, files, { single: true });
  for (const fields of [{}, { Accept: '*/*' }, { Accept: 'text/*' }] as Record<string, string>[]) {
    assert.equal((await site.ask('/users/42', fields)).body, 'app');
    for (const target of ['/assets/missing.tsx', '/missing.js', '/photo.png', '/.env']) {
      assert.equal((await site.ask(target, fields)).status, 404, target);
    }
  }
});

test('the same address answers each as it asks, however often', async (t) => {
  const site = await shelf(t, files, { single: true });
  for (let turn = 0; turn < 3; turn++) {
    assert.equal((await site.ask('/api/users', navigation)).status, 200);
    assert.equal((await site.ask('/api/users', { Accept: 'application/json' })).status, 404);
  }
  const vary = (await site.ask('/api/users', navigation)).field('vary');
  assert.equal(vary, 'Accept, Sec-Fetch-Mode, Sec-Fetch-Dest, Accept-Encoding');
  assert.equal((await site.ask('/main.js', navigation)).field('vary'), 'Accept-Encoding');
});

test('folders are not listed unless asked for', async (t) => {
  const site = await shelf(t, files, { single: true, listing: true });
  assert.match((await site.ask('/users/', navigation)).body, /photo\.txt/);
  assert.equal((await site.ask('/users', navigation)).status, 308);
  assert.equal((await site.ask('/users/42', navigation)).body, 'app');
});

test('without a page of its own, the app is not found', async (t) => {
  const site = await shelf(t, { 'main.js': 'js' }, { single: true });
  assert.equal((await site.ask('/', navigation)).status, 404);
  assert.equal((await site.ask('/users/42', navigation)).status, 404);
});

test('without the option a route is not found', async (t) => {
  const site = await shelf(t, files);
  for (const target of ['/users/42', '/topics/vue.js', '/.env']) {
    assert.equal((await site.ask(target, navigation)).status, 404, target);
  }
  assert.equal((await site.ask('/users/a%2Fb', navigation)).status, 400);
});
