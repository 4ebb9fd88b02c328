// Hono on its Node adapter, which makes a Request of each IncomingMessage and writes a Response into each ServerResponse.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { onBoth } from './both.js';
import { field } from './exchange.js';
import { missing } from './program.js';

describe('Hono through @hono/node-server', { skip: missing }, () => {
  const app = onBoth('hono.mjs');
  const post = (path: string, type: string, body: string | Buffer | string[]) =>
    app.exchange(path, { method: 'POST', headers: { 'content-type': type }, body });

  test('text, JSON, HTML and nothing are answered', async () => {
    const text = await app.exchange('/');
    assert.deepEqual([text.body, field(text, 'Content-Type')], ['Bonjour', 'text/plain; charset=UTF-8']);
    const json = await app.exchange('/json/%C3%A9?q=a+b');
    assert.deepEqual([json.status, json.body], [201, '{"id":"é","q":"a b","url":"/json/%C3%A9"}']);
    assert.equal((await app.exchange('/html')).body, '<p>été</p>');
    const empty = await app.exchange('/empty');
    assert.deepEqual([empty.status, empty.body], [204, '']);
    const head = await app.exchange('/', { method: 'HEAD' });
    assert.deepEqual([head.status, head.body], [200, '']);
  });
  test('fields and cookies keep their number', async () => {
    const answer = await app.exchange('/fields', { headers: { cookie: 'seen=yes' } });
    assert.equal(answer.body, 'yes');
    assert.equal(field(answer, 'X-One'), 'a, b');
    assert.equal(field(answer, 'Set-Cookie'), 'one=1; Path=/; HttpOnly\ntwo=2; Path=/');
  });
  test('bodies are read as JSON, text, bytes and forms', async () => {
    assert.equal((await post('/json', 'application/json', '{"a":"é"}')).body, '{"got":{"a":"é"}}');
    assert.equal((await post('/json', 'application/json', ['{"a"', ':1}'])).body, '{"got":{"a":1}}');
    assert.equal((await post('/text', 'text/plain', 'été')).body, 'ÉTÉ');
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
    assert.deepEqual((await post('/bytes', 'application/octet-stream', bytes)).bytes, bytes);
    const part = (name: string, text: string) =>
      `--limit\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
    const form = `${part('note', 'été')}${part('file"; filename="a.txt', 'x'.repeat(50_000))}--limit--\r\n`;
    const { body } = await post('/form', 'multipart/form-data; boundary=limit', form);
    assert.deepEqual(JSON.parse(body), { note: 'été', name: 'a.txt', size: 50_000 });
  });
  test('a body that is passed through arrives whole, one that is not read does no harm', async () => {
    const chunks = Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(4000, '.'));
    assert.equal((await post('/pipe', 'text/plain', chunks)).body, chunks.join(''));
    assert.equal((await post('/unread', 'text/plain', 'x'.repeat(200_000))).body, 'not read');
    assert.equal((await app.exchange('/')).body, 'Bonjour');
  });
  test('streams, events and large bodies arrive', async () => {
    assert.equal((await app.exchange('/stream')).body, 'un deux trois');
    const events = await app.exchange('/events');
    assert.equal(field(events, 'Content-Type'), 'text/event-stream');
    assert.match(events.body, /^event: tick\ndata: n 1\nid: 1\n\n/);
    assert.equal((await app.exchange('/large')).bytes.length, 3_000_000);
  });
  test('a client that leaves aborts the request and its stream', async () => {
    await app.each(async (origin, program) => {
      const socket = net.connect(Number(new URL(origin).port), '127.0.0.1');
      socket.write('GET /for-ever HTTP/1.1\r\nHost: a\r\n\r\n');
      await once(socket, 'data');
      socket.destroy();
      await program.says('aborted');
    });
  });
  test('documents, authentication, ETag, compression and CORS work', async () => {
    assert.match((await app.exchange('/static/notes.txt')).body, /^Première ligne/);
    assert.equal((await app.exchange('/static/none')).status, 404);
    const challenge = await app.exchange('/private');
    assert.deepEqual(
      [challenge.status, field(challenge, 'WWW-Authenticate')],
      [401, 'Basic realm="Secure Area"'],
    );
    const authorization = `Basic ${Buffer.from('ami:été').toString('base64')}`;
    assert.equal((await app.exchange('/private', { headers: { authorization } })).body, 'welcome');
    const tag = field(await app.exchange('/etag'), 'ETag') as string;
    assert.equal((await app.exchange('/etag', { headers: { 'if-none-match': tag } })).status, 304);
    const packed = await app.exchange('/compressed', { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(gunzipSync(packed.bytes).toString(), 'text '.repeat(1000));
    const headers = { origin: 'https://example.com', 'access-control-request-method': 'GET' };
    const preflight = await app.exchange('/cors', { method: 'OPTIONS', headers });
    assert.equal(field(preflight, 'Access-Control-Allow-Origin'), 'https://example.com');
  });
  test('where a request came from is known', async () => {
    assert.equal((await app.exchange('/whence')).body, '{"address":"127.0.0.1","raw":"1.1"}');
  });
  test('errors and what is not there are answered', async () => {
    const forbidden = await app.exchange('/throws');
    assert.deepEqual([forbidden.status, forbidden.body], [403, 'not for you']);
    assert.deepEqual((await app.exchange('/crash')).body, 'sorry');
    assert.deepEqual((await app.exchange('/none')).body, 'nothing at /none');
  });
});
