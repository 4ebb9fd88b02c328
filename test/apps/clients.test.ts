// The clients people have, in the process of the server they talk to: what is premier's and what stays Node's get along.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runOnBoth } from './both.js';
import { missing } from './program.js';

const talk = (client: string) => runOnBoth('clients.mjs', { args: () => [client] });
const echoed = (method: string, framing: string, type: string, body: string) => ({
  method,
  framing,
  type,
  body,
});

describe('clients', { skip: missing }, () => {
  test("Node's request(), Agent and fetch()", async () => {
    assert.deepEqual(await talk('node'), {
      many: ['/a', '/b', '/c'],
      large: 1_000_000,
      trailed: ['body', ['X-Sum', '4']],
      echo: '{"method":"PATCH","framing":"chunked","body":"ab"}',
      continued: '{"method":"POST","framing":"length","body":"body"}',
      refused: 413,
      half: 'Error ECONNRESET',
      fetched: [true, { un: 1 }],
      posted: echoed('POST', 'length', 'application/x-www-form-urlencoded', '%C3%A9=%C3%A8'),
      late: 'TimeoutError',
      connections: 4,
      left: 1,
    });
  });
  test('undici, with pipelining', async () => {
    const { connections, ...told } = await talk('undici');
    assert.deepEqual(told, {
      pipelined: Array.from({ length: 10 }, (_, index) => `/${index}`),
      head: 'application/json',
      trailers: ['body', { 'x-sum': '4' }],
      string: echoed('POST', 'length', 'text/plain', 'texte'),
      stream: { method: 'POST', framing: 'chunked', body: 'en flux' },
      sized: '2000000',
      failed: [404, 'nothing here'],
      late: 'TimeoutError',
      half: 'SocketError UND_ERR_SOCKET',
      once: ['close', { un: 1 }],
      left: 1,
    });
  });
  test('got, with redirects, retries and streams', async () => {
    const { connections, ...told } = await talk('got');
    assert.deepEqual(told, {
      json: { un: 1 },
      form: echoed('POST', 'length', 'application/x-www-form-urlencoded', 'mot=%C3%A9t%C3%A9'),
      posted: echoed('PUT', 'length', 'application/json', '{"mot":"été"}'),
      packed: 'packed',
      moved: ['{"un":1}', ['/json']],
      busy: [200, 1],
      streamed: 1_000_000,
      missing: ['Nowhere', 'nothing here'],
      late: 'TimeoutError ETIMEDOUT',
      half: 'ReadError ECONNRESET',
      left: 1,
    });
  });
  test('axios, with forms, streams and progress', async () => {
    const { connections, ...told } = await talk('axios');
    assert.deepEqual(told, {
      json: { un: 1 },
      posted: echoed('POST', 'length', 'application/json', '{"mot":"été"}'),
      form: ['multipart/form-data', true],
      packed: 'packed',
      moved: [{ un: 1 }, '/json'],
      kept: echoed('POST', 'length', 'text/plain', 'again'),
      streamed: 1_000_000,
      size: [1_000_000, 1_000_000],
      missing: ['Nowhere', 'nothing here'],
      late: 'AxiosError ECONNABORTED',
      half: 'AxiosError ERR_BAD_RESPONSE',
      left: 1,
    });
  });
  test('supertest, on an app, a listener and a server', async () => {
    assert.deepEqual(await runOnBoth('supertest.mjs'), {
      simple: { hello: 'world' },
      posted: { mot: 'été' },
      wrong: 'expected 404 "Not Found", got 200 "OK"',
      remembered: 'seen=1',
      moved: { hello: 'world' },
      crash: 500,
      bare: 'PUT /bare?a=1',
      running: 'DELETE /running',
      head: '17',
      upload: 'POST /upload',
    });
  });
});
