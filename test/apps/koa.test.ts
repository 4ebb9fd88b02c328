// Koa 3: every kind of body, cookies, negotiation, errors, and answers past Koa's own.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onBoth } from './both.js';
import { field } from './exchange.js';
import { missing } from './program.js';

describe('Koa 3', { skip: missing }, () => {
  const app = onBoth('koa.mjs');

  /** What each kind of `ctx.body` becomes. */
  const bodies: [path: string, status: number, type: string | undefined, body: string | Buffer][] = [
    ['/', 200, 'text/plain; charset=utf-8', 'Bonjour'],
    ['/html', 200, 'text/html; charset=utf-8', '<p>été</p>'],
    ['/buffer', 200, 'application/octet-stream', Buffer.from([0, 1, 254, 255])],
    ['/stream', 200, 'text/plain; charset=utf-8', 'un deux'],
    ['/web', 201, 'text/plain;charset=UTF-8', 'from a Response'],
    ['/blob', 200, 'text/x-blob; charset=utf-8', 'a blob'],
    ['/null', 204, undefined, ''],
    ['/none', 404, 'text/plain; charset=utf-8', 'Not Found'],
  ];
  for (const [path, status, type, body] of bodies) {
    test(`${path} answers ${status} with ${type ?? 'no type'}, to GET and to HEAD`, async () => {
      const answer = await app.exchange(path);
      assert.deepEqual([answer.status, field(answer, 'Content-Type')], [status, type]);
      assert.deepEqual(answer.bytes, Buffer.from(body));
      assert.equal(field(answer, 'X-Steps'), 'in out');
      const head = await app.exchange(path, { method: 'HEAD' });
      assert.deepEqual([head.status, head.body], [status, '']);
    });
  }

  test('a request is described behind a proxy', async () => {
    const headers = {
      'x-forwarded-for': '203.0.113.7, 10.0.0.1',
      'x-forwarded-proto': 'https',
      host: 'a.test:81',
    };
    const { body } = await app.exchange('/json?a=1&a=%C3%A9', { headers, method: 'DELETE' });
    assert.deepEqual(JSON.parse(body), {
      method: 'DELETE',
      query: { a: ['1', 'é'] },
      host: 'a.test',
      ip: '203.0.113.7',
      secure: true,
    });
  });
  test('a body is read, with a length and in chunks', async () => {
    const headers = { 'content-type': 'text/plain;charset=utf-8' };
    const whole = await app.exchange('/echo', { method: 'POST', headers, body: 'été' });
    assert.deepEqual(JSON.parse(whole.body), { body: 'été', type: 'text/plain', length: 5 });
    const chunks = await app.exchange('/echo', { method: 'POST', headers, body: ['é', 't', 'é'] });
    assert.deepEqual(JSON.parse(chunks.body), { body: 'été', type: 'text/plain', length: null });
  });
  test('a signed cookie comes back', async () => {
    const first = await app.exchange('/cookies');
    const cookies = field(first, 'Set-Cookie')?.split('\n') ?? [];
    assert.equal(cookies.length, 2);
    const cookie = cookies.map((line) => line.split(';')[0]).join('; ');
    assert.equal((await app.exchange('/cookies', { headers: { cookie } })).body, 'visit 2');
  });
  test('validators, redirects, attachments and negotiation work', async () => {
    const fresh = await app.exchange('/fresh', { headers: { 'if-none-match': '"v1"' } });
    assert.deepEqual([fresh.status, fresh.body, field(fresh, 'ETag')], [304, '', '"v1"']);
    assert.equal((await app.exchange('/fresh')).body, 'version 1');
    const redirect = await app.exchange('/redirect');
    assert.deepEqual([redirect.status, field(redirect, 'Location')], [302, '/json?from=redirect']);
    assert.match(
      field(await app.exchange('/attachment'), 'Content-Disposition') ?? '',
      /^attachment; filename="/,
    );
    assert.equal((await app.exchange('/accepts', { headers: { accept: 'application/json' } })).body, 'json');
  });
  test('errors thrown, known and unknown, are answered', async () => {
    const teapot = await app.exchange('/teapot');
    assert.deepEqual(
      [teapot.status, teapot.body, field(teapot, 'X-Handle')],
      [418, 'short and stout', 'yes'],
    );
    const handled = await app.exchange('/handled');
    assert.deepEqual([handled.status, handled.body], [422, '{"error":"known"}']);
    const crash = await app.exchange('/crash');
    assert.deepEqual([crash.status, crash.body], [500, 'Internal Server Error']);
  });
  test('a stream that breaks cuts the answer short', async () => {
    assert.equal(await app.failure('/broken'), 'ECONNRESET');
  });
  test('an answer past Koa keeps its raw fields, reason and early head', async () => {
    const raw = await app.exchange('/raw');
    assert.deepEqual([raw.reason, field(raw, 'X-Raw'), raw.body], ['Fine', 'one\ntwo', 'by hand']);
    const flushed = await app.exchange('/reason');
    assert.deepEqual(
      [flushed.status, flushed.reason, flushed.body],
      [299, 'As it were', 'headers sent: true'],
    );
  });
});
