// Fastify 5: schemas, parsers, uploads, streams, inject, https and closing.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Both, onBoth, startOnEach } from './both.js';
import { field } from './exchange.js';
import { missing } from './program.js';

describe('Fastify 5', { skip: missing }, () => {
  const app = onBoth('fastify.mjs');
  requests(app);
  answers(app);
  refusals(app);
});

function requests(app: Both): void {
  test('a schema checks the body, fills in defaults and filters the answer', async () => {
    const good = await app.exchange('/users', { method: 'POST', json: { name: 'Zoé', extra: 1 } });
    assert.deepEqual([good.status, good.body], [201, '{"name":"Zoé","age":7}']);
    const bad = await app.exchange('/users', { method: 'POST', json: { name: 'Z' } });
    assert.equal(bad.status, 400);
    assert.match(bad.body, /body\/name must NOT have fewer than 2 characters/);
    assert.equal((await app.exchange('/users/7')).body, '{"id":7}');
    assert.equal((await app.exchange('/users/seven')).status, 400);
  });
  test('text, a type with its own parser and the query are read', async () => {
    const post = (path: string, type: string, body: string | string[]) =>
      app.exchange(path, { method: 'POST', headers: { 'content-type': type }, body });
    assert.equal((await post('/text', 'text/plain', 'du texte')).body, 'du texte');
    assert.equal((await post('/lines', 'application/x-lines', ['a\nb', '\nc'])).body, '["a","b","c"]');
    const query = await app.exchange('/query?a=1&b=%C3%A9');
    assert.deepEqual(JSON.parse(query.body).query, { a: '1', b: 'é' });
  });
  test('a multipart upload of a field and a file of 90 kB arrives', async () => {
    const parts = await upload(app, 'x'.repeat(90_000));
    assert.deepEqual(JSON.parse(parts.body), [
      { type: 'field', fieldname: 'note', mimetype: 'text/plain', content: 'été' },
      { type: 'file', fieldname: 'file', filename: 'a.txt', mimetype: 'text/plain', content: 90_000 },
    ]);
  });
  test('app.inject() answers without a socket', async () => {
    const [get, post, bad] = JSON.parse((await app.exchange('/inject')).body);
    assert.deepEqual(get, { statusCode: 200, body: '{"id":42}' });
    assert.deepEqual(post, { statusCode: 201, body: '{"name":"Zoé","age":7}' });
    assert.equal(bad.statusCode, 400);
  });
}

/** Posts a form with a field and a file, in chunks. */
function upload(app: Both, content: string) {
  const part = (name: string, text: string) =>
    `--limit\r\ncontent-disposition: form-data; name="${name}"\r\ncontent-type: text/plain\r\n\r\n${text}\r\n`;
  const body = [part('note', 'été'), part('file"; filename="a.txt', content), '--limit--\r\n'];
  const headers = { 'content-type': 'multipart/form-data; boundary=limit' };
  return app.exchange('/upload', { method: 'POST', headers, body });
}

function answers(app: Both): void {
  test('JSON has a length, hooks add their fields and see each answer', async () => {
    const answer = await app.exchange('/');
    assert.equal(answer.body, '{"hello":"world"}');
    assert.deepEqual([field(answer, 'Content-Length'), field(answer, 'X-Started')], ['17', 'GET']);
    const head = await app.exchange('/', { method: 'HEAD' });
    assert.deepEqual([head.body, field(head, 'Content-Length')], ['', '17']);
    const seen = JSON.parse((await app.exchange('/seen')).body);
    assert.deepEqual(seen.slice(-2), ['GET / 200', 'HEAD / 200']);
  });
  test('streams and Responses are sent', async () => {
    assert.equal((await app.exchange('/stream')).body, 'un deux trois');
    const web = await app.exchange('/web');
    assert.deepEqual([web.status, web.body, field(web, 'X-From')], [202, 'from a Response', 'fetch']);
  });
  test('a hijacked reply, trailers and early hints go out', async () => {
    const hijacked = await app.exchange('/hijacked');
    assert.deepEqual([hijacked.body, hijacked.trailers], ['by hand', ['x-sum: 7']]);
    const trailer = await app.exchange('/trailer');
    assert.deepEqual([trailer.body, trailer.trailers], ['body', ['x-late: after all']]);
    assert.equal((await app.exchange('/hints')).body, 'hinted');
  });
}

function refusals(app: Both): void {
  test('redirects, errors and what is not there are told', async () => {
    assert.equal(field(await app.exchange('/redirect'), 'Location'), '/');
    const thrown = await app.exchange('/throws');
    assert.equal(thrown.status, 418);
    assert.match(thrown.body, /"message":"thrown"/);
    const nothing = await app.exchange('/none?x=1');
    assert.deepEqual([nothing.status, nothing.body], [404, 'nothing at /none?x=1']);
  });
  test('bodies too large, of unknown type or broken are refused', async () => {
    const post = (type: string, body: string) =>
      app.exchange('/text', { method: 'POST', headers: { 'content-type': type }, body });
    assert.equal((await post('text/plain', 'x'.repeat(1_100_000))).status, 413);
    assert.equal((await post('x/y', 'x')).status, 415);
    assert.equal((await post('application/json', '{')).status, 400);
    assert.equal((await upload(app, 'x'.repeat(110_000))).status, 413);
  });
  test('a stream that breaks cuts the answer short', async () => {
    assert.equal(await app.failure('/broken'), 'ECONNRESET');
    assert.equal((await app.exchange('/')).status, 200);
  });
}

const key = (name: string) => fileURLToPath(new URL(`../../test/server/keys/${name}.pem`, import.meta.url));

describe('Fastify 5 over TLS', { skip: missing }, () => {
  const args = () => [key('localhost-key'), key('localhost-cert')];
  const app = onBoth('fastify-https.mjs', { args, ca: readFileSync(key('authority-cert'), 'utf8') });
  test('requests are seen as secure', async () => {
    assert.equal((await app.exchange('/socket')).body, '{"encrypted":true,"protocol":"https"}');
  });
  requests(app);
  answers(app);
});

describe('closing a Fastify app', { skip: missing }, () => {
  const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
  /** Resolves with all that a connection receives, once it is over. */
  const heard = async (socket: net.Socket) => {
    let received = '';
    socket.setEncoding('utf8').on('data', (text) => {
      received += text;
    });
    socket.on('error', () => {});
    await once(socket, 'close');
    return received;
  };

  test('idle connections are closed, and the process ends with code 0', async () => {
    await startOnEach('fastify.mjs', async (origin, program) => {
      const idle = net.connect(Number(new URL(origin).port), '127.0.0.1');
      const over = heard(idle);
      idle.write(request('/'));
      await once(idle, 'data');
      const { code, stdout } = await program.end('SIGTERM');
      assert.match(await over, /^HTTP\/1\.1 200 OK\r\n/);
      return { code, closed: stdout.endsWith('closed\n') };
    });
  });
  test('with forceCloseConnections, so is one that waits for its answer', async () => {
    const ending = await startOnEach(
      'fastify.mjs',
      async (origin, program) => {
        const waiting = net.connect(Number(new URL(origin).port), '127.0.0.1');
        const over = heard(waiting);
        waiting.write(request('/'));
        await once(waiting, 'data');
        waiting.write(request('/slow'));
        await program.says('waiting');
        const { code, stdout } = await program.end('SIGTERM');
        return {
          code,
          closed: stdout.endsWith('closed\n'),
          answers: (await over).split('HTTP/1.1').length - 1,
        };
      },
      { args: () => ['--force'] },
    );
    assert.deepEqual(ending, { code: 0, closed: true, answers: 1 });
  });
});
