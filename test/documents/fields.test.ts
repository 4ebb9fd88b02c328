// Fields that the caller adds: which answers they go with, and at which paths.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { type DocumentsOptions, documents } from 'premier/documents';
import { pathTest } from '../../dist/documents/path-pattern.js';
import { type Files, folderWith, serving, shelf } from './shelf.js';

const html = { Accept: 'text/html' };
const files = {
  'index.html': '<p>home',
  'assets/app.js': 'x'.repeat(2000),
  'assets/app.css': 'p{}',
  'sub/index.html': 'sub',
  'list/b.txt': 'b',
  'été/a.txt': 'a',
  'app.webmanifest': '{}',
};

test('a field of the caller is in every answer', async (t) => {
  const site = await shelf(t, files, { headers: { 'X-Trace': 'yes' }, single: true });
  for (const [target, status, fields, method] of [
    ['/', 200, {}, 'GET'],
    ['/', 206, { Range: 'bytes=0-1' }, 'GET'],
    ['/', 304, { 'If-None-Match': '*' }, 'GET'],
    ['/route', 200, html, 'GET'],
    ['/sub', 308, {}, 'GET'],
    ['/missing.js', 404, {}, 'GET'],
    ['/%zz', 400, {}, 'GET'],
    ['/', 405, {}, 'POST'],
    ['/', 204, {}, 'OPTIONS'],
    ['/', 412, { 'If-Match': '"x"' }, 'GET'],
    ['/', 416, { Range: 'bytes=99-' }, 'GET'],
    ['/', 406, { 'Accept-Encoding': '*;q=0' }, 'GET'],
  ] as const) {
    const answer = await site.ask(target, { 'Content-Length': '0', ...fields }, method);
    assert.deepEqual(
      [answer.status, answer.field('x-trace')],
      [status, 'yes'],
      `${method} ${target} ${status}`,
    );
  }
});

const year = 'public, max-age=31536000, immutable';
const keeping = {
  'Cache-Control': year,
  Expires: 'Thu, 01 Jan 2099 00:00:00 GMT',
  'CDN-Cache-Control': 'max-age=60',
  'Surrogate-Control': 'max-age=60',
  Pragma: 'cache',
};

test('how long a document may be kept is said of documents, never of their absence', async (t) => {
  for (const options of [
    { headers: keeping },
    { headers: { '/*': keeping } },
    { headers: { '/*': keeping }, reload: true },
  ]) {
    const site = await shelf(t, { ...files, '404.html': '<p>lost' }, options);
    for (const [target, status, fields, method = 'GET'] of [
      ['/missing', 404, {}],
      ['/missing', 404, html],
      ['/assets/gone.js', 404, {}],
      ['/.hidden', 404, {}],
      ['/sub', 308, {}],
      ['/%zz', 400, {}],
      ['/', 405, {}, 'DELETE'],
      ['/', 204, {}, 'OPTIONS'],
      ['/', 412, { 'If-Match': '"x"' }],
      ['/', 416, { Range: 'bytes=9999-' }],
      ['/', 406, { 'Accept-Encoding': 'identity;q=0' }],
      ...(options.reload ? ([['/.premier/reload.js', 200, {}]] as const) : []),
    ] as [string, number, Record<string, string>, string?][]) {
      const answer = await site.ask(target, { 'Content-Length': '0', ...fields }, method);
      const name = `${method} ${target} ${JSON.stringify(options)}`;
      assert.equal(answer.status, status, name);
      assert.equal(answer.field('cache-control'), 'no-store', name);
      for (const field of Object.keys(keeping).slice(1))
        assert.equal(answer.field(field.toLowerCase()), undefined, name);
    }
    for (const [fields, status] of [
      [{}, 200],
      [{ Range: 'bytes=0-1' }, 206],
      [{ 'If-None-Match': '*' }, 304],
    ] as const) {
      const answer = await site.ask('/assets/app.js', fields);
      assert.equal(answer.status, status);
      for (const [name, value] of Object.entries(keeping))
        assert.equal(answer.field(name.toLowerCase()), value, `${status} ${name}`);
    }
  }
});

test('the page of a single-page app is not kept at an address where nothing is', async (t) => {
  const site = await shelf(t, files, { headers: keeping, single: true });
  assert.equal((await site.ask('/', html)).field('cache-control'), year);
  for (const fields of [html, { ...html, 'If-None-Match': '*' }]) {
    const answer = await site.ask('/users/42', fields);
    assert.equal(answer.field('cache-control'), 'no-cache');
    assert.equal(answer.field('expires'), undefined);
  }
  assert.equal((await site.ask('/', html)).field('cache-control'), year);
});

test('fields are said by path, and the last pattern that fits decides', async (t) => {
  const site = await shelf(t, files, {
    headers: {
      'Cache-Control': 'no-cache',
      'X-Frame-Options': 'DENY',
      '/assets/*': { 'cache-control': year },
      '/assets/*.css': { 'Cache-Control': 'max-age=60' },
      '/:folder/a.txt': { 'X-Folder': 'yes' },
      '/%C3%A9t%C3%A9/*': { 'X-Season': 'summer' },
    },
  });
  for (const [target, name, value] of [
    ['/', 'cache-control', 'no-cache'],
    ['/assets/app.js', 'cache-control', year],
    ['/assets/app.js', 'x-frame-options', 'DENY'],
    ['/assets/app.css', 'cache-control', 'max-age=60'],
    ['/assets/gone.css', 'cache-control', 'no-store'],
    ['/assets/gone.css', 'x-frame-options', 'DENY'],
    ['/%C3%A9t%C3%A9/a.txt', 'x-folder', 'yes'],
    ['/%c3%a9t%c3%a9/a.txt', 'x-season', 'summer'],
    ['/%C3%A9t%C3%A9/missing', 'x-season', 'summer'],
    ['/list/b.txt', 'x-folder', undefined],
  ] as const) {
    assert.equal((await site.ask(target)).field(name), value, `${target} ${name}`);
  }
});

test('a document that is reached by two paths has the fields of each', async (t) => {
  const site = await shelf(t, files, {
    headers: { '/': { 'X-Where': 'root' }, '/index.html': { 'X-Where': 'file' } },
  });
  for (let turn = 0; turn < 2; turn++) {
    assert.equal((await site.ask('/')).field('x-where'), 'root');
    assert.equal((await site.ask('/index.html')).field('x-where'), 'file');
  }
});

test('a repeated field is a line for each value', async (t) => {
  const headers = {
    'Set-Cookie': ['a=1; Path=/', 'b=2, c'],
    Link: ['</a>; rel=preload'],
    '/*': { 'X-A': ['1', '2'] },
  };
  const handler = documents(folderWith(t, files), { headers });
  for (const createServer_ of [undefined, createServer]) {
    const { ask } = await serving(t, handler, createServer_);
    for (const target of ['/', '/missing']) {
      const { fields } = await ask(target);
      const values = (wanted: string) => fields.filter(([name]) => name === wanted).map(([, value]) => value);
      assert.deepEqual(values('Set-Cookie'), ['a=1; Path=/', 'b=2, c'], target);
      assert.deepEqual(values('X-A'), ['1', '2'], target);
      assert.deepEqual(values('Link'), ['</a>; rel=preload'], target);
    }
  }
});

test('a field of ours that the caller gives is sent once', async (t) => {
  const site = await shelf(t, files, {
    headers: {
      'x-content-type-options': 'nosniff',
      Vary: 'Cookie',
      'Content-Security-Policy': "default-src 'self'",
      '/app.webmanifest': { 'Content-Type': 'application/json', 'Content-Disposition': 'attachment' },
    },
  });
  const manifest = await site.ask('/app.webmanifest');
  assert.equal(manifest.field('content-type'), 'application/json');
  assert.equal(manifest.field('content-disposition'), 'attachment');
  const cases: [string, Record<string, string>][] = [
    ['/', {}],
    ['/', { Range: 'bytes=0-0' }],
    ['/list/', html],
    ['/missing', html],
    ['/app.webmanifest', {}],
  ];
  for (const [target, fields] of cases) {
    const answer = await site.ask(target, fields);
    const names = answer.fields.map(([name]) => name.toLowerCase());
    assert.equal(new Set(names).size, names.length, `${target}: ${names}`);
    assert.ok(answer.field('vary')?.includes('Cookie'), target);
    assert.equal(answer.field('content-security-policy'), "default-src 'self'");
  }
});

/** Every kind of answer: a target, its status, fields of the request, the method. */
const everyAnswer: [target: string, status: number, fields?: Record<string, string>, method?: string][] = [
  ['/', 200],
  ['/', 206, { Range: 'bytes=0-1' }],
  ['/', 206, { Range: 'bytes=0-1,3-3' }],
  ['/', 304, { 'If-None-Match': '*' }],
  ['/list/', 200, html],
  ['/list/', 200, { Accept: 'application/json' }],
  ['/sub', 308, html],
  ['/missing', 404],
  ['/missing', 404, html],
  ['/c%2Fb', 400],
  ['/%zz', 400, html],
  ['/caf%E9/x', 400],
  ['/a/%00', 400],
  ['/a/../b', 400],
  ['/a\\b', 400],
  ['/', 405, {}, 'POST'],
  ['/%ff', 405, html, 'PUT'],
  ['/', 204, {}, 'OPTIONS'],
  ['/%ff', 204, {}, 'OPTIONS'],
  ['/', 412, { 'If-Match': '"x"' }],
  ['/', 416, { Range: 'bytes=99-' }],
  ['/', 406, { 'Accept-Encoding': '*;q=0' }],
  ['/.premier/reload.js', 200],
];

test('every answer at a path has the fields of a pattern for it, though nobody can decode it', async (t) => {
  const site = await shelf(t, files, {
    headers: { '/*': { 'X-A': '1' }, '/a/*': { 'X-B': '2' }, '/caf%C3%A9/*': { 'X-C': '3' } },
    reload: true,
  });
  for (const [target, status, fields, method] of everyAnswer) {
    const answer = await site.ask(target, { 'Content-Length': '0', ...fields }, method);
    const name = `${method} ${target} ${status}`;
    assert.equal(answer.status, status, name);
    assert.equal(answer.field('x-a'), '1', name);
    assert.equal(answer.field('x-b'), target.startsWith('/a/') ? '2' : undefined, name);
    assert.equal(answer.field('x-c'), undefined, name);
  }
  // No path, and an absolute one.
  assert.equal((await site.ask('*', {}, 'OPTIONS')).field('x-a'), undefined);
  assert.equal((await site.ask('http://a.example/a/%ff')).field('x-b'), '2');
});

test('no answer has a field on two lines', async (t) => {
  const own = { Vary: 'Cookie', Allow: 'GET', 'Content-Language': 'de', 'Content-Security-Policy': 'x' };
  const ours = { 'X-Content-Type-Options': 'y', 'Access-Control-Allow-Methods': 'GET', 'Retry-After': '9' };
  const given = { ...own, ...ours, 'Cache-Control': 'max-age=1', 'Access-Control-Allow-Origin': 'https://a' };
  const all = [{}, given, { '/*': given }, { '/*': { Vary: ['Cookie', 'Origin'] } }];
  for (const headers of all as NonNullable<DocumentsOptions['headers']>[]) {
    for (const lost of [{}, { '404.html': '<p>lost' }] as Files[]) {
      const site = await shelf(t, { ...files, ...lost }, { headers, cors: true, reload: true });
      for (const [target, status, fields, method] of everyAnswer) {
        const answer = await site.ask(target, { 'Content-Length': '0', ...fields }, method);
        const names = answer.fields.map(([name]) => name.toLowerCase());
        assert.equal(new Set(names).size, names.length, `${method} ${target} ${status}: ${names}`);
        const varies = answer.field('vary') ?? '';
        if ('Vary' in headers && !target.startsWith('/.premier/')) assert.match(varies, /Cookie/, target);
        if (status === 406) assert.match(varies, /Accept, .*Accept-Encoding/);
      }
    }
  }
});

test('what a document is, is not said of a refusal', async (t) => {
  const headers = {
    '/*': { 'Content-Type': 'image/x-own', 'Content-Disposition': 'attachment', 'Content-Language': 'de' },
  };
  const site = await shelf(t, { ...files, '404.html': '<p>lost' }, { headers });
  for (const [target, fields] of [
    ['/missing', html],
    ['/sub', {}],
  ] as const) {
    const answer = await site.ask(target, fields);
    assert.match(answer.field('content-type') as string, /^text\//);
    assert.equal(answer.field('content-disposition'), undefined);
  }
  assert.equal((await site.ask('/assets/app.css')).field('content-type'), 'image/x-own');
});

test('patterns of paths', () => {
  for (const [pattern, yes, no] of [
    ['/a', ['/a'], ['/', '/a/', '/a/b', '/ab']],
    ['/*', ['/', '/a', '/a/b.c', '/a\nb'], []],
    ['/a/*', ['/a/', '/a/b', '/a/b/c'], ['/a', '/ab/c', '/b/a/c']],
    ['/*.js', ['/a.js', '/b/c.js', '/.js'], ['/a.jsx', '/ajs']],
    ['/*/b/*.js', ['/a/b/c.js', '/b/b/b/x.js', '/a/b/c/b/d.js'], ['/b/c.js', '/a/b/js']],
    ['/**/x', ['/a/x', '/a/b/x'], ['/x']],
    ['/:id', ['/a', '/été'], ['/', '/a/', '/a/b']],
    ['/:a/:b/c*', ['/1/2/c', '/1/2/cd/e'], ['/1/c', '/1/2/3/c']],
    ['/a:b', ['/a:b'], ['/a', '/ax']],
    ['/a+(b)[c].$', ['/a+(b)[c].$'], ['/aa+b']],
    ['/%2A', ['/*'], ['/a']],
  ] as const) {
    const fits = pathTest(pattern);
    // Twice: an expression that remembers where it stood would answer otherwise the second time.
    for (const path of [...yes, ...yes]) assert.ok(fits(path), `${pattern} fits ${path}`);
    for (const path of no) assert.ok(!fits(path), `${pattern} does not fit ${path}`);
  }
});

test('a pattern of many stars takes no longer than the path is long', () => {
  const fits = pathTest(`/${'*a'.repeat(50)}b`);
  assert.ok(!fits(`/${'a'.repeat(16_000)}`));
});

test('fields that cannot be sent are refused when the handler is made', (t) => {
  const root = folderWith(t, {});
  for (const headers of [
    { 'Content-Length': '3' },
    { '/*': { ETag: '"a"' } },
    { 'a b': 'c' },
    { a: 'b\r\nc' },
    { a: ['b', 'c\0'] },
    { '/*': 'no-cache' },
    { '/%ff': { a: 'b' } },
    { '/*': { '/b': 'c' } },
  ]) {
    assert.throws(() => documents(root, { headers: headers as never }), TypeError, JSON.stringify(headers));
  }
  for (const cors of ['', 1, null]) assert.throws(() => documents(root, { cors: cors as never }), TypeError);
});
