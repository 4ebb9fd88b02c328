// http-proxy in front of an origin: requests, answers, streams and WebSockets pass through both servers.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, test } from 'node:test';
import { onBoth } from './both.js';
import { field } from './exchange.js';
import { installed, type Socket } from './installed.js';
import { missing } from './program.js';

describe('http-proxy', { skip: missing }, () => {
  const app = onBoth('proxy.mjs');

  test('a request passes with what the proxy adds', async () => {
    const { body } = await app.exchange('/told?a=1', { method: 'DELETE', headers: { host: 'a.test' } });
    assert.deepEqual(JSON.parse(body), {
      method: 'DELETE',
      url: '/told?a=1',
      proto: 'http',
      host: 'a.test',
      via: '1.1 proxy',
      connection: 'close',
    });
  });
  test('fields, reason and cookies of the answer pass', async () => {
    const answer = await app.exchange('/fields');
    assert.deepEqual([answer.status, answer.reason, answer.body], [207, 'Multi', 'fields']);
    assert.equal(field(answer, 'Set-Cookie'), 'a=1\nb=2; Domain=proxy');
    const moved = await app.exchange('/moved');
    assert.deepEqual([moved.status, field(moved, 'Location')], [302, 'http://127.0.0.1:PORT/told']);
  });
  test('bodies stream through both ways, with a length and in chunks', async () => {
    const large = 'y'.repeat(1_000_000);
    const whole = await app.exchange('/echo', { method: 'POST', body: large });
    assert.equal(whole.body.length, large.length);
    const parts = Array.from({ length: 40 }, (_, index) => `${index} `.repeat(500));
    const chunks = await app.exchange('/echo', { method: 'PUT', body: parts });
    assert.deepEqual([chunks.body, field(chunks, 'X-Method')], [parts.join(''), 'PUT']);
    assert.equal((await app.exchange('/large')).bytes.length, 50 * 65_536);
  });
  test('HEAD has no body', async () => {
    const head = await app.exchange('/told', { method: 'HEAD' });
    assert.deepEqual([head.status, head.body], [200, '']);
  });
  test('an origin that is down is a 502', async () => {
    const down = await app.exchange('/down');
    assert.deepEqual([down.status, down.body], [502, 'no origin']);
  });
  test('a client that leaves is gone for the origin as well', async () => {
    await app.each(async (origin, program) => {
      const socket = net.connect(Number(new URL(origin).port), '127.0.0.1');
      socket.write('POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc');
      await once(socket, 'connect');
      await program.says('origin has the request');
      socket.destroy();
      await program.says('origin saw the client leave');
    });
  });
  test('WebSockets pass', async () => {
    const messages = await app.each(async (origin) => {
      const WebSocket = installed('ws') as new (url: string) => Socket;
      const socket = new WebSocket(origin.replace('http', 'ws'));
      await once(socket, 'open');
      socket.send('été');
      const [small] = await once(socket, 'message');
      socket.send('x'.repeat(300_000));
      const [large] = await once(socket, 'message');
      socket.close(4000);
      const [code] = await once(socket, 'close');
      return [String(small), large.length, code];
    });
    assert.deepEqual(messages, ['origin got été', 300_011, 4000]);
  });
});
