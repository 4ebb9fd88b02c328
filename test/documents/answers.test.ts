// What every answer has: methods, fields added by option, refusals in the reader's language.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documents } from 'premier/documents';
import { folderWith, shelf, textOf } from './shelf.js';

const files = {
  'index.html': '<p>home',
  'a.txt': 'x'.repeat(2000),
  'sub/index.html': 'sub',
  'list/b.txt': 'b',
};
const html = { Accept: 'text/html,*/*;q=0.8' };

test('HEAD has the fields of GET and no body, whatever the answer', async (t) => {
  const site = await shelf(t, { ...files, 'large.bin': Buffer.alloc(1_100_000) });
  for (const [target, fields] of [
    ['/', {}],
    ['/a.txt', {}],
    ['/a.txt', { 'Accept-Encoding': 'gzip' }],
    ['/a.txt', { 'If-None-Match': '*' }],
    ['/a.txt', { 'If-Match': '"x"' }],
    ['/large.bin', {}],
    ['/sub', {}],
    ['/list/', {}],
    ['/list/', { Accept: 'application/json' }],
    ['/missing', {}],
    ['/missing', html],
    ['/%zz', html],
  ] as const) {
    const get = await site.ask(target, fields);
    const head = await site.ask(target, fields, 'HEAD');
    const shape = ({ status, fields }: typeof get) => [status, fields.filter(([name]) => name !== 'Date')];
    assert.deepEqual(shape(head), shape(get), `${target} ${JSON.stringify(fields)}`);
    assert.equal(head.body, '');
  }
});

test('documents are read, not changed', async (t) => {
  const site = await shelf(t, files);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']) {
    const answer = await site.ask('/a.txt', { 'Content-Length': '0' }, method);
    assert.deepEqual([answer.status, answer.field('allow')], [405, 'GET, HEAD, OPTIONS'], method);
  }
});

test('OPTIONS tells the methods and nothing of what is there', async (t) => {
  const site = await shelf(t, files);
  for (const target of ['/a.txt', '/missing', '/.env', '*']) {
    const answer = await site.ask(target, {}, 'OPTIONS');
    assert.deepEqual([answer.status, answer.field('allow')], [204, 'GET, HEAD, OPTIONS'], target);
    assert.equal(answer.field('access-control-allow-methods'), undefined);
  }
});

test('every answer forbids guessing its type', async (t) => {
  const site = await shelf(t, files);
  for (const [target, method, fields] of [
    ['/', 'GET', {}],
    ['/a.txt', 'GET', { 'If-None-Match': '*' }],
    ['/a.txt', 'GET', { Range: 'bytes=0-1' }],
    ['/a.txt', 'GET', { Range: 'bytes=0-1,3-4' }],
    ['/a.txt', 'GET', { Range: 'bytes=5000-' }],
    ['/a.txt', 'GET', { 'Accept-Encoding': '*;q=0' }],
    ['/a.txt', 'OPTIONS', {}],
    ['/a.txt', 'POST', {}],
    ['/sub', 'GET', {}],
    ['/list/', 'GET', {}],
    ['/missing', 'GET', html],
    ['/%zz', 'GET', {}],
  ] as const) {
    const answer = await site.ask(target, fields, method);
    assert.equal(answer.field('x-content-type-options'), 'nosniff', `${method} ${target} ${answer.status}`);
  }
});

test('other origins are let in when asked for', async (t) => {
  const all = await shelf(t, files, { cors: true });
  assert.equal((await all.ask('/a.txt')).field('access-control-allow-origin'), '*');
  assert.equal((await all.ask('/missing')).field('access-control-allow-origin'), '*');
  const preflight = await all.ask(
    '/a.txt',
    {
      Origin: 'http://a.example',
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'x-a',
    },
    'OPTIONS',
  );
  assert.equal(preflight.status, 204);
  assert.equal(preflight.field('access-control-allow-methods'), 'GET, HEAD, OPTIONS');
  assert.equal(preflight.field('access-control-allow-headers'), '*, Authorization');
  const one = await shelf(t, files, { cors: 'https://a.example' });
  assert.equal((await one.ask('/a.txt')).field('access-control-allow-origin'), 'https://a.example');
  const none = await shelf(t, files);
  assert.equal(
    (await none.ask('/a.txt', { Origin: 'http://a.example' })).field('access-control-allow-origin'),
    undefined,
  );
});

test("refusals are in the reader's language, a page for browsers and a line for others", async (t) => {
  const site = await shelf(t, files);
  const english = await site.ask('/missing');
  assert.equal(english.field('content-type'), 'text/plain; charset=utf-8');
  assert.equal(textOf(english), '404 Not found: There is no document at this address.\n');
  const french = await site.ask('/missing', { ...html, 'Accept-Language': 'fr-CA,fr;q=0.9,en;q=0.5' });
  assert.equal(french.field('content-type'), 'text/html; charset=utf-8');
  assert.equal(french.field('content-language'), 'fr');
  assert.match(textOf(french), /<html lang="fr">.*<h1>Introuvable<\/h1>/s);
  assert.match(french.field('content-security-policy') as string, /^default-src 'none'/);
  assert.match(french.field('vary') as string, /Accept-Language/);
  for (const [accept, type] of [
    ['text/html', 'text/html'],
    ['TEXT/HTML', 'text/html'],
    ['text/html;q=0.4, application/json', 'text/html'],
    ['text/html, text/plain;q=0.9', 'text/html'],
    ['text/html;q=0', 'text/plain'],
    ['text/html; q=0.0, */*', 'text/plain'],
    ['text/html;q=0.1, text/plain', 'text/plain'],
    ['application/x-text/html', 'text/plain'],
    ['*/*', 'text/plain'],
    ['image/avif,image/webp,*/*;q=0.8', 'text/plain'],
    ['', 'text/plain'],
  ] as const) {
    const answer = await site.ask('/missing', { Accept: accept });
    assert.equal(answer.field('content-type'), `${type}; charset=utf-8`, accept);
  }
  for (const [accept, lang] of [
    ['de', 'en'],
    ['de, fr;q=0.5', 'fr'],
    ['*', 'en'],
    ['en;q=0.1, fr', 'fr'],
    ['fr;q=0', 'en'],
  ] as const) {
    assert.equal(
      (await site.ask('/missing', { 'Accept-Language': accept })).field('content-language'),
      lang,
      accept,
    );
  }
  const fixed = await shelf(t, files, { lang: 'fr' });
  assert.equal((await fixed.ask('/missing', { 'Accept-Language': 'en' })).field('content-language'), 'fr');
});

test('a refusal repeats nothing of the request', async (t) => {
  const site = await shelf(t, files);
  for (const target of ['/<script>alert(1)</script>', '/%3Cscript%3E', '/mark-of-the-request']) {
    const answer = await site.ask(target, html);
    assert.ok(!/<script|mark-of-the-request/.test(answer.body), target);
  }
});

test('a wrong option is told at once, with the way out', (t) => {
  const root = folderWith(t, files);
  for (const [options, message] of [
    [{ indexes: true }, /no option 'indexes'/],
    [{ index: '../index.html' }, /index is the plain name of a document/],
    [{ index: '' }, /index is the plain name/],
    [{ index: '.secret' }, /index is the plain name/],
    [{ lang: 'de' }, /lang is 'en' or 'fr', not 'de'/],
    [{ cache: { bytes: -1 } }, /cache\.bytes is a whole number/],
    [{ cache: { size: 1 } }, /no cache limit 'size'/],
    [{ listing: 'no' }, /listing is true or false, not "no"/],
    [{ headers: { 'Content-Length': '3' } }, /'Content-Length' depends on the document/],
    [{ headers: { 'X-A': 'a\r\nX-B: b' } }, /X-A/],
    [{ headers: { 'X A': 'a' } }, /X A/],
    [{ cors: 'a\r\nb' }, /Access-Control-Allow-Origin/],
  ] as [object, RegExp][]) {
    assert.throws(() => documents(root, options), message, JSON.stringify(options));
  }
  for (const options of [null, 5, 'listing'])
    assert.throws(() => documents(root, options as never), /the options are an object, not/);
  assert.throws(
    () => documents(root, { lisitng: true } as never),
    /no option 'lisitng'; there are .*\bheaders\b/,
  );
  assert.throws(() => documents(`${root}/nowhere`), {
    code: 'ENOENT',
    message: /^documents\(\): ".*nowhere" can't be served: there is no such folder$/,
  });
  assert.throws(() => documents(`${root}/a.txt`), { code: 'ENOTDIR' });
});
