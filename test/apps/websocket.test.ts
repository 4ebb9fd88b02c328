// WebSockets with `ws`: after 'upgrade' listeners, given the server, and turned away.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import net from 'node:net';
import { describe, test } from 'node:test';
import { onBoth } from './both.js';
import { installed, type Socket } from './installed.js';
import { missing } from './program.js';

type Constructor = new (url: string, protocols: string[], options: object) => Socket;

/** Opens a connection; the fields are those of the 101 answer, sorted, without the accept key. */
async function open(origin: string, path: string, protocols: string[] = [], headers: object = {}) {
  const WebSocket = installed('ws') as Constructor;
  const socket = new WebSocket(origin.replace('http', 'ws') + path, protocols, { headers });
  const messages: string[] = [];
  socket.on('message', (data: Buffer) => messages.push(String(data)));
  const closed = once(socket, 'close');
  const upgraded = once(socket, 'upgrade');
  await once(socket, 'open');
  const [answer] = (await upgraded) as [IncomingMessage];
  const raw = answer.rawHeaders;
  const fields = raw.flatMap((name, index) => (index % 2 ? [] : [`${name}: ${raw[index + 1]}`]));
  const until = async (count: number) => {
    while (messages.length < count) await once(socket, 'message');
    return messages;
  };
  return { socket, messages, until, closed, fields: fields.filter((line) => !/accept:/i.test(line)) };
}

/** The status and body with which a connection is turned away. */
async function refused(origin: string, path: string, headers: object = {}) {
  const WebSocket = installed('ws') as Constructor;
  const socket = new WebSocket(origin.replace('http', 'ws') + path, [], { headers });
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  let body = '';
  for await (const chunk of answer) body += chunk;
  return [answer.statusCode, body];
}

describe('ws', { skip: missing }, () => {
  const app = onBoth('ws.mjs');

  test('echoes text, bytes and a large compressed message', async () => {
    const said = await app.each(async (origin) => {
      const { socket, until, closed, fields } = await open(origin, '/echo?a=1');
      const large = 'long '.repeat(200_000);
      for (const message of ['été', Buffer.from([1, 2, 3]), large]) socket.send(message);
      const [hello, text, bytes, long] = await until(4);
      socket.close(1000);
      const [code] = await closed;
      return { fields, extensions: socket.extensions, hello, text, bytes, long: long === large, code };
    });
    assert.deepEqual(said, {
      fields: ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Extensions: permessage-deflate'],
      extensions: 'permessage-deflate',
      hello: 'hello from /echo?a=1',
      text: 'été',
      bytes: '\x01\x02\x03',
      long: true,
      code: 1000,
    });
  });
  test('several clients of a protocol hear each other', async () => {
    const { protocol, fields, heard } = await app.each(async (origin) => {
      const one = await open(origin, '/chat', ['chat.1', 'chat.2']);
      const two = await open(origin, '/chat', ['chat.2']);
      one.socket.send('from one');
      const heard = [...(await one.until(1)), ...(await two.until(1))];
      one.socket.terminate();
      two.socket.terminate();
      return { protocol: one.socket.protocol, fields: one.fields, heard };
    });
    assert.equal(protocol, 'chat.2');
    assert.ok(fields.includes('X-Room: 7'));
    assert.deepEqual(heard, ['from one', 'from one']);
  });
  test('a client without the key is turned away, one with it is let in and closed', async () => {
    assert.deepEqual(await app.each((origin) => refused(origin, '/gate')), [403, 'Not you']);
    const code = await app.each(async (origin) => {
      const { closed } = await open(origin, '/gate', [], { 'x-key': 'secret' });
      return (await closed)[0];
    });
    assert.equal(code, 4001);
  });
  test('an upgrade to nowhere is answered on the bare socket', async () => {
    assert.deepEqual(await app.each((origin) => refused(origin, '/nowhere')), [404, '']);
  });
  test('a frame that comes in the same packet as the handshake is not lost', async () => {
    const answers = await app.each(async (origin) => {
      const socket = net.connect(Number(new URL(origin).port), '127.0.0.1');
      const text = Buffer.from('early');
      const frame = Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0, ...text]);
      const head =
        'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC==\r\n\r\n';
      socket.write(Buffer.concat([Buffer.from(head), frame]));
      let received = '';
      socket.on('data', (data) => {
        received += data.toString('latin1');
      });
      while (!received.includes('early')) await once(socket, 'data');
      socket.destroy();
      return received;
    });
    assert.ok(answers.startsWith('HTTP/1.1 101 Switching Protocols\r\n'));
    assert.ok(answers.endsWith('\r\n\r\n\x81\x05early'));
  });
  test('plain requests on the same server are answered', async () => {
    const post = await app.exchange('/', { method: 'POST', body: 'x' });
    assert.equal(post.body, 'plain POST with upgrade: none');
  });
});

describe('ws given the server itself', { skip: missing }, () => {
  const app = onBoth('ws-server.mjs');

  test('it takes its path, leaves other requests alone and refuses other upgrades', async () => {
    const heard = await app.each(async (origin) => {
      const { socket, until, closed } = await open(origin, '/live');
      socket.send('this');
      const [message] = await until(1);
      socket.close();
      return [message, (await closed)[0]];
    });
    assert.deepEqual(heard, ['got this', 1005]);
    assert.equal((await app.exchange('/live')).body, 'plain');
    assert.deepEqual(await app.each((origin) => refused(origin, '/dead')), [400, 'Bad Request']);
  });
});
