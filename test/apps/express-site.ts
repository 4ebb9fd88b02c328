// What the site of programs/express-site.mjs answers, in the words of the two major versions of Express.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Both } from './both.js';
import { field } from './exchange.js';

/** Declares the tests; `app` runs the site on node:http and on premier. */
export function expressSite(app: Both, major: 4 | 5): void {
  bodies(app, major);
  documents(app);
  state(app);
  answers(app);
  errors(app, major);
}

function bodies(app: Both, major: 4 | 5): void {
  const echoed = async (path: string, asked: object) =>
    JSON.parse((await app.exchange(path, asked)).body).body;
  const nothing = major === 4 ? {} : null;

  test('express.json() reads a body with a length and one in chunks', async () => {
    const json = { headers: { 'content-type': 'application/json' }, method: 'POST' };
    assert.deepEqual(await echoed('/echo', { method: 'POST', json: { mot: 'été' } }), { mot: 'été' });
    assert.deepEqual(await echoed('/echo', { ...json, body: ['{"mot":', '"été"}'] }), { mot: 'été' });
  });
  test('express.json() inflates a gzipped body', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    assert.deepEqual(await echoed('/echo', { method: 'PUT', headers, body: gzipSync('{"a":1}') }), { a: 1 });
  });
  test('express.urlencoded(), text() and raw() read theirs', async () => {
    const typed = (type: string, body: string | Buffer) => ({
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    const form = await echoed('/echo', typed('application/x-www-form-urlencoded', 'a%5Bb%5D=%C3%A9&c=1'));
    assert.deepEqual(form, { a: { b: 'é' }, c: '1' });
    assert.equal(await echoed('/echo', typed('text/plain', 'du texte')), 'du texte');
    const bytes = Buffer.from(Array.from({ length: 700 }, (_, index) => index % 256));
    const raw = await app.exchange('/bytes', typed('application/octet-stream', bytes));
    assert.deepEqual(raw.bytes, bytes);
  });
  test('a GET, a POST without body and a body of unknown type are left unread', async () => {
    assert.deepEqual(await echoed('/echo', {}), nothing);
    assert.deepEqual(await echoed('/echo', { method: 'POST', body: '' }), nothing);
    const unknown = { method: 'POST', headers: { 'content-type': 'x/y' }, body: 'never read' };
    assert.deepEqual(await echoed('/echo', unknown), nothing);
  });
  test('a body over the limit, a broken one and one in an unknown charset are refused', async () => {
    const refused = async (headers: Record<string, string>, body: string) => {
      const all = { 'content-type': 'application/json', ...headers };
      const { status, body: answer } = await app.exchange('/echo', { method: 'POST', headers: all, body });
      return [status, JSON.parse(answer).type];
    };
    assert.deepEqual(await refused({}, `"${'x'.repeat(100_000)}"`), [413, 'entity.too.large']);
    assert.deepEqual(await refused({}, '{"a":'), [400, 'entity.parse.failed']);
    const charset = { 'content-type': 'application/json; charset=x' };
    assert.deepEqual(await refused(charset, '{}'), [415, 'charset.unsupported']);
  });
}

function documents(app: Both): void {
  test('express.static() answers with validators, ranges and 304', async () => {
    const whole = await app.exchange('/notes.txt');
    assert.equal(whole.body, 'Première ligne\nDeuxième ligne\n');
    assert.equal(field(whole, 'Cache-Control'), 'public, max-age=3600');
    const etag = field(whole, 'ETag') as string;
    const unchanged = await app.exchange('/notes.txt', { headers: { 'if-none-match': etag } });
    assert.deepEqual([unchanged.status, unchanged.body], [304, '']);
    const part = await app.exchange('/notes.txt', { headers: { range: 'bytes=0-3' } });
    assert.deepEqual([part.status, part.body, field(part, 'Content-Range')], [206, 'Prem', 'bytes 0-3/32']);
    const beyond = await app.exchange('/notes.txt', { headers: { range: 'bytes=99-' } });
    assert.equal(beyond.status, 416);
  });
  test('HEAD has the fields of GET and no body', async () => {
    const get = await app.exchange('/style.css');
    const head = await app.exchange('/style.css', { method: 'HEAD' });
    assert.deepEqual(head.fields, get.fields);
    assert.equal(field(head, 'Content-Length'), '24');
    assert.equal(head.body, '');
  });
  test('a path out of the folder is not found', async () => {
    assert.equal((await app.exchange('/../express-site.mjs')).status, 404);
    assert.equal((await app.exchange('/%2e%2e/express-site.mjs')).status, 404);
  });
  test('res.render() fills a view', async () => {
    const { body } = await app.exchange('/view');
    assert.match(body, /<title>Café<\/title>/);
    assert.match(body, /<li>&lt;un&gt;<\/li>/);
  });
  test('res.download() names the file', async () => {
    const answer = await app.exchange('/download');
    assert.match(
      field(answer, 'Content-Disposition') ?? '',
      /^attachment; .*filename\*=UTF-8''3%E2%82%AC\.txt$/,
    );
    assert.equal(answer.bytes.length, 32);
  });
}

function state(app: Both): void {
  test('cookies are read, set, signed and cleared', async () => {
    const first = await app.exchange('/cookies', { headers: { cookie: 'a=1; b=caf%C3%A9' } });
    assert.deepEqual(JSON.parse(first.body).cookies, { a: '1', b: 'café' });
    const set = (field(first, 'Set-Cookie') as string).split('\n');
    assert.equal(set[0], 'plain=%C3%A9t%C3%A9; Path=/; HttpOnly');
    assert.match(set[2] as string, /^old=; Path=\/; Expires=Thu, 01 Jan 1970/);
    const signed = (set[1] as string).split(';')[0] as string;
    const second = await app.exchange('/cookies', { headers: { cookie: signed } });
    assert.deepEqual(JSON.parse(second.body).signed, { signed: 'yes' });
  });
  test('a session lives from one request to the next', async () => {
    const first = await app.exchange('/session');
    assert.equal(first.body, 'views: 1');
    const cookie = (field(first, 'Set-Cookie') as string).split(';')[0] as string;
    const second = await app.exchange('/session', { headers: { cookie } });
    assert.equal(second.body, 'views: 2');
    assert.equal(field(second, 'Set-Cookie'), undefined);
  });
  test('a request tells where it came from and what it wants', async () => {
    const headers = {
      accept: 'text/html;q=0.5, application/json',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
      'x-requested-with': 'XMLHttpRequest',
      host: 'example.com:8080',
    };
    const { body } = await app.exchange('/about/Zo%C3%A9?a=1&b=2&b=3', { headers });
    assert.deepEqual(JSON.parse(body), {
      params: { name: 'Zoé' },
      query: { a: '1', b: ['2', '3'] },
      hostname: 'example.com',
      protocol: 'https',
      ip: '203.0.113.7',
      path: '/about/Zo%C3%A9',
      originalUrl: '/about/Zo%C3%A9?a=1&b=2&b=3',
      secure: true,
      xhr: true,
      fresh: false,
      accepts: 'json',
    });
  });
}

function answers(app: Both): void {
  test('res.send() has a type, a length, an ETag, and 304 for who knows it', async () => {
    const answer = await app.exchange('/');
    assert.equal(answer.body, 'Hello, World!');
    assert.deepEqual(
      answer.fields.map((line) => line.split(':')[0]),
      ['X-Powered-By', 'Content-Type', 'Content-Length', 'ETag', 'Date', 'Connection', 'Keep-Alive'],
    );
    const headers = { 'if-none-match': field(answer, 'ETag') as string };
    assert.equal((await app.exchange('/', { headers })).status, 304);
  });
  test('redirects, empty answers, fields and negotiated forms go out as set', async () => {
    const redirect = await app.exchange('/redirect');
    assert.deepEqual([redirect.status, field(redirect, 'Location')], [301, '/view']);
    const empty = await app.exchange('/empty');
    assert.deepEqual([empty.status, empty.body, field(empty, 'Content-Length')], [204, '', undefined]);
    const fields = await app.exchange('/fields');
    assert.deepEqual([fields.status, field(fields, 'Vary')], [203, 'Accept, Cookie']);
    assert.equal(field(fields, 'X-Two'), 'a\nb');
    assert.equal(field(fields, 'X-Latin'), 'é');
    assert.equal(field(fields, 'Link'), '</2>; rel="next"');
    assert.equal((await app.exchange('/format', { headers: { accept: 'text/html' } })).body, '<p>html</p>');
    assert.equal((await app.exchange('/format', { headers: { accept: 'image/png' } })).status, 406);
    assert.match((await app.exchange('/jsonp?callback=go')).body, /go\(\{"as":"script"\}\)/);
  });
  test('a stream and several writes arrive whole, in chunks', async () => {
    const stream = await app.exchange('/stream');
    assert.deepEqual([stream.body, field(stream, 'Transfer-Encoding')], ['one two three', 'chunked']);
    const written = await app.exchange('/written');
    assert.deepEqual([written.status, written.body], [202, 'first, then last']);
  });
  test('a router answers under its path, and OPTIONS with what it allows', async () => {
    const put = await app.exchange('/api/item', { method: 'PUT' });
    assert.deepEqual([put.body, field(put, 'X-Router')], ['written', '/api']);
    const options = await app.exchange('/api/item', { method: 'OPTIONS' });
    assert.deepEqual(new Set(field(options, 'Allow')?.split(/, ?/)), new Set(['GET', 'HEAD', 'PUT']));
    assert.equal((await app.exchange('/api/other')).status, 404);
  });
}

function errors(app: Both, major: 4 | 5): void {
  test('an error handler answers what was thrown and what was passed on', async () => {
    const thrown = await app.exchange('/throws');
    assert.deepEqual(
      [thrown.status, thrown.reason, thrown.body],
      [418, "I'm a Teapot", '{"error":"thrown"}'],
    );
    assert.deepEqual((await app.exchange('/next')).body, '{"error":"passed on"}');
  });
  test("Express's own error page and 404 are short in production", async () => {
    const unhandled = await app.exchange('/unhandled', { method: 'POST', json: { never: 'read' } });
    assert.equal(unhandled.status, 404);
    const page = await app.exchange('/unhandled');
    assert.equal(page.status, 500);
    assert.match(page.body, /<pre>Internal Server Error<\/pre>/);
    assert.equal(field(page, 'Content-Security-Policy'), "default-src 'none'");
  });
  test('an error after the head cuts the answer short', async () => {
    assert.equal(await app.failure('/late'), 'ECONNRESET');
    assert.equal((await app.exchange('/')).status, 200);
  });
  if (major === 5) {
    test('a rejected handler goes to the error handlers', async () => {
      assert.equal((await app.exchange('/rejects')).status, 503);
    });
  }
}
