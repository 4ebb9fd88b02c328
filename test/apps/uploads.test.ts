// multer and compression: middleware that reads the body, or wraps write() and end(), of what it is given.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { onBoth } from './both.js';
import { field } from './exchange.js';
import { missing } from './program.js';

describe('multer and compression', { skip: missing }, () => {
  const app = onBoth('uploads.mjs');

  const part = (name: string, content: string, filename?: string) =>
    `--limit\r\nContent-Disposition: form-data; name="${name}"${filename ? `; filename="${filename}"` : ''}\r\n` +
    `${filename ? 'Content-Type: text/plain\r\n' : ''}\r\n${content}\r\n`;
  const post = (path: string, body: string | string[]) =>
    app.exchange(path, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=limit' },
      body,
    });
  const end = '--limit--\r\n';
  const file = (fieldname: string, originalname: string, size: number) => ({
    fieldname,
    originalname,
    mimetype: 'text/plain',
    size,
  });

  test('a file and fields arrive, with a length and in chunks', async () => {
    const parts = [part('note', 'été'), part('file', 'x'.repeat(150_000), 'a.txt'), end];
    for (const body of [parts.join(''), parts]) {
      const answer = await post('/one', body);
      assert.deepEqual(JSON.parse(answer.body), {
        body: { note: 'été' },
        file: file('file', 'a.txt', 150_000),
      });
    }
  });
  test('several files arrive', async () => {
    const answer = await post('/many', part('files', 'un', 'a.txt') + part('files', 'deux', 'b.txt') + end);
    assert.deepEqual(JSON.parse(answer.body), [file('files', 'a.txt', 2), file('files', 'b.txt', 4)]);
  });
  test('a file too large, one not asked for and a form cut short are refused', async () => {
    const code = async (path: string, body: string) => JSON.parse((await post(path, body)).body).code;
    assert.equal(await code('/one', part('file', 'x'.repeat(300_000), 'a.txt') + end), 'LIMIT_FILE_SIZE');
    assert.equal(await code('/none', part('file', 'x', 'a.txt') + end), 'LIMIT_UNEXPECTED_FILE');
    assert.equal((await post('/one', part('file', 'x', 'a.txt'))).status, 400);
    assert.equal((await post('/none', part('note', 'still here') + end)).body, '{"note":"still here"}');
  });

  const packed = (path: string, coding: string, method = 'GET') =>
    app.exchange(path, { method, headers: { 'accept-encoding': coding } });
  test('text is compressed for who accepts it', async () => {
    const gzip = await packed('/text', 'gzip');
    assert.deepEqual([field(gzip, 'Content-Encoding'), field(gzip, 'Vary')], ['gzip', 'Accept-Encoding']);
    assert.equal(field(gzip, 'Content-Length'), undefined);
    assert.equal(gunzipSync(gzip.bytes).toString(), 'text '.repeat(1000));
    const brotli = await packed('/text', 'br, gzip');
    assert.equal(brotliDecompressSync(brotli.bytes).toString(), 'text '.repeat(1000));
    assert.equal((await packed('/text', 'identity')).body, 'text '.repeat(1000));
  });
  test('what is short, packed already or not to be changed stays as it is, and HEAD has no body', async () => {
    for (const path of ['/short', '/image', '/whole']) {
      const answer = await packed(path, 'gzip');
      assert.equal(field(answer, 'Content-Encoding'), undefined, path);
    }
    const head = await packed('/text', 'gzip', 'HEAD');
    assert.deepEqual([head.status, head.body], [200, '']);
  });
  test('flush() sends an event at once', async () => {
    await app.each(async (origin, program) => {
      const socket = net.connect(Number(new URL(origin).port), '127.0.0.1');
      socket.write('GET /events HTTP/1.1\r\nHost: a\r\n\r\n');
      let received = '';
      socket.on('data', (data) => {
        received += data;
      });
      while (!received.includes('data: un')) await once(socket, 'data');
      socket.destroy();
      await program.says('closed');
    });
  });
  test('without Express, implicit and written heads are compressed', async () => {
    const text = `${'un '.repeat(1000)}deux`;
    const implicit = await packed('/bare', 'gzip');
    assert.deepEqual([implicit.status, gunzipSync(implicit.bytes).toString()], [201, text]);
    const written = await packed('/bare/head', 'gzip');
    assert.deepEqual([written.status, written.reason, field(written, 'X-In')], [202, 'Packed', 'writeHead']);
    assert.equal(gunzipSync(written.bytes).toString(), text);
  });
});
