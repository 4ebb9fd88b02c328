// How an answer's body is delimited, by method, status, version and what the handler said (RFC 9112, section 6).
import assert from 'node:assert/strict';
import { behaviour, type Listener, type RawResponse } from '../subjects.js';

interface Case {
  sentence: string;
  method?: string;
  version?: '1.0' | '1.1';
  handler: Listener;
  expected: Partial<Pick<RawResponse, 'status' | 'framing' | 'body'>>;
  /** Fields that must have a value, or be absent (undefined). */
  fields?: Record<string, string | undefined>;
  closes?: boolean;
}

const table: Case[] = [
  {
    sentence: 'one end with text has a length',
    handler: (_req, res) => res.end('été'),
    expected: { framing: 'length', body: Buffer.from('été').toString('latin1') },
    fields: { 'content-length': '5', 'transfer-encoding': undefined },
  },
  {
    sentence: 'an end without anything has a length of 0',
    handler: (_req, res) => res.end(),
    expected: { framing: 'length', body: '' },
    fields: { 'content-length': '0' },
  },
  {
    sentence: 'an end with an empty string has a length of 0',
    handler: (_req, res) => res.end(''),
    expected: { framing: 'length', body: '' },
    fields: { 'content-length': '0' },
  },
  {
    sentence: 'a write and an end are chunked',
    handler: (_req, res) => {
      res.write('one');
      res.end('two');
    },
    expected: { framing: 'chunked', body: 'onetwo' },
    fields: { 'content-length': undefined, 'transfer-encoding': 'chunked' },
  },
  {
    sentence: 'an empty write makes no empty chunk',
    handler: (_req, res) => {
      res.write('');
      res.write('a');
      res.write('');
      res.end('b');
    },
    expected: { framing: 'chunked', body: 'ab' },
  },
  {
    sentence: 'writeHead and one end is chunked',
    handler: (_req, res) => {
      res.writeHead(200);
      res.end('body');
    },
    expected: { framing: 'chunked', body: 'body' },
  },
  {
    sentence: 'a Content-Length of the handler is kept',
    handler: (_req, res) => {
      res.setHeader('Content-Length', 6);
      res.write('one');
      res.end('two');
    },
    expected: { framing: 'length', body: 'onetwo' },
  },
  {
    sentence: 'a Content-Length with zeros before it is kept as it was set',
    handler: (_req, res) => {
      res.setHeader('Content-Length', '0006');
      res.write('one');
      res.end('two');
    },
    expected: { framing: 'length', body: 'onetwo' },
    fields: { 'content-length': '0006' },
  },
  {
    sentence: 'a Content-Length with zeros before it is kept in writeHead',
    handler: (_req, res) => {
      res.writeHead(200, { 'content-length': '010' });
      res.end('ten octets');
    },
    expected: { framing: 'length', body: 'ten octets' },
    fields: { 'content-length': '010' },
  },
  {
    sentence: 'a Content-Length of zeros is kept for HEAD',
    method: 'HEAD',
    handler: (_req, res) => {
      res.setHeader('Content-Length', '00');
      res.end();
    },
    expected: { framing: 'none', body: '' },
    fields: { 'content-length': '00' },
  },
  {
    sentence: 'a Transfer-Encoding of the handler is kept',
    handler: (_req, res) => {
      res.setHeader('Transfer-Encoding', 'chunked');
      res.end('body');
    },
    expected: { framing: 'chunked', body: 'body' },
  },
  {
    sentence: 'without either field the body lasts until the close',
    handler: (_req, res) => {
      res.removeHeader('Transfer-Encoding');
      res.removeHeader('Content-Length');
      res.write('one');
      res.end('two');
    },
    expected: { framing: 'close', body: 'onetwo' },
    closes: true,
  },
  {
    sentence: 'HEAD has the length and no body',
    method: 'HEAD',
    handler: (_req, res) => {
      res.setHeader('Content-Length', 4);
      res.end('body');
    },
    expected: { framing: 'none', body: '' },
    fields: { 'content-length': '4' },
  },
  {
    sentence: 'HEAD with end(text) has neither length nor body',
    method: 'HEAD',
    handler: (_req, res) => res.end('body'),
    expected: { framing: 'none', body: '' },
    fields: { 'content-length': undefined, 'transfer-encoding': undefined },
  },
  {
    sentence: 'HEAD with writes has no body',
    method: 'HEAD',
    handler: (_req, res) => {
      res.write('bo');
      res.end('dy');
    },
    expected: { framing: 'none', body: '' },
  },
  {
    sentence: '204 has neither length nor body',
    handler: (_req, res) => {
      res.statusCode = 204;
      res.end();
    },
    expected: { status: 204, framing: 'none' },
    fields: { 'content-length': undefined, 'transfer-encoding': undefined },
  },
  {
    sentence: '204 ignores a body',
    handler: (_req, res) => {
      res.writeHead(204);
      res.write('one');
      res.end('two');
    },
    expected: { status: 204, framing: 'none' },
    fields: { 'transfer-encoding': undefined },
  },
  {
    sentence: '304 has no body',
    handler: (_req, res) => {
      res.writeHead(304, { ETag: '"a"' });
      res.end('body');
    },
    expected: { status: 304, framing: 'none' },
    fields: { etag: '"a"', 'transfer-encoding': undefined },
  },
  {
    sentence: '304 may tell a length',
    handler: (_req, res) => {
      res.writeHead(304, { 'Content-Length': 7 });
      res.end();
    },
    expected: { status: 304, framing: 'none' },
    fields: { 'content-length': '7' },
  },
  {
    sentence: '204 with a Transfer-Encoding of the handler drops the chunks and closes',
    handler: (_req, res) => {
      res.writeHead(204, { 'Transfer-Encoding': 'chunked' });
      res.end();
    },
    expected: { status: 204, framing: 'none', body: '' },
    fields: { connection: 'close' },
    closes: true,
  },
  {
    sentence: 'HTTP/1.0 gets no length of its own',
    version: '1.0',
    handler: (_req, res) => res.end('body'),
    expected: { framing: 'close', body: 'body' },
    closes: true,
  },
  {
    sentence: 'HTTP/1.0 is never answered in chunks',
    version: '1.0',
    handler: (_req, res) => {
      res.write('one');
      res.end('two');
    },
    expected: { framing: 'close', body: 'onetwo' },
    closes: true,
  },
];

for (const { sentence, method = 'GET', version = '1.1', handler, expected, fields = {}, closes } of table) {
  behaviour(sentence, async ({ serve }) => {
    const { connect } = await serve(handler);
    const request = `${method} / HTTP/${version}\r\nHost: a\r\n\r\n`;
    const client = connect().send(request);
    const response = await client.response(method);
    assert.equal(response.version, '1.1');
    for (const [key, value] of Object.entries(expected)) {
      assert.deepEqual(response[key as 'body'], value, key);
    }
    for (const [name, value] of Object.entries(fields)) assert.equal(response.field(name), value, name);
    if (closes) {
      await client.nothingMore();
    } else {
      const { status } = await client.send(request).response(method);
      assert.equal(status, response.status);
    }
  });
}

behaviour('a large body arrives whole, with a length and in chunks', async ({ serve }) => {
  const body = Buffer.alloc(3_000_000, 'premier ');
  const { ask } = await serve((req, res) => {
    if (req.url === '/chunked') {
      for (let at = 0; at < body.length; at += 100_000) res.write(body.subarray(at, at + 100_000));
      res.end();
    } else {
      res.end(body);
    }
  });
  const text = body.toString('latin1');
  assert.ok((await ask('GET /length HTTP/1.1\r\nHost: a\r\n\r\n')).body === text);
  assert.ok((await ask('GET /chunked HTTP/1.1\r\nHost: a\r\n\r\n')).body === text);
});
