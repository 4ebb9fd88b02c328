// Socket.IO: long polling, WebSocket, the change from one to the other, and what it leaves to the app.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onBoth } from './both.js';
import { field } from './exchange.js';
import { installed, type SocketIo } from './installed.js';
import { missing } from './program.js';

describe('Socket.IO', { skip: missing }, () => {
  const app = onBoth('socketio.mjs');

  const connect = (origin: string, options: object): SocketIo =>
    installed('socket.io-client').io(origin, { reconnection: false, forceNew: true, ...options });
  const event = <T>(socket: SocketIo, name: string) =>
    new Promise<T>((resolve, reject) => {
      socket.once(name, resolve as (value: never) => void);
      socket.once('connect_error', reject as (value: never) => void);
    });

  for (const transport of ['polling', 'websocket']) {
    test(`events, acknowledgements and bytes go both ways over ${transport}`, async () => {
      const told = await app.each(async (origin) => {
        const socket = connect(origin, { transports: [transport] });
        const welcome = await event(socket, 'welcome');
        const sum = await socket.emitWithAck('sum', [1, 2, 3]);
        const bytes = (await socket.emitWithAck('bytes', Buffer.from('abc'))) as Buffer;
        const said = event(socket, 'said');
        socket.emit('say', 'x'.repeat(200_000));
        const { length } = (await said) as string;
        socket.disconnect();
        return { welcome, sum, bytes: bytes.toString(), length };
      });
      assert.deepEqual(told, { welcome: transport, sum: 6, bytes: 'cba', length: 200_000 });
    });
  }
  test('a client that begins by polling is upgraded to WebSocket', async () => {
    const transports = await app.each(async (origin) => {
      const socket = connect(origin, {});
      const upgraded = new Promise<void>((resolve) => socket.io.engine.once('upgrade', resolve));
      const first = await event(socket, 'welcome');
      await upgraded;
      const second = await socket.emitWithAck('transport');
      socket.disconnect();
      return [first, second];
    });
    assert.deepEqual(transports, ['polling', 'websocket']);
  });
  test('a client with the wrong key is refused', async () => {
    const message = await app.each(async (origin) => {
      const socket = connect(origin, { auth: { key: 'wrong' } });
      const error = await event(socket, 'connect').catch((reason: Error) => reason);
      socket.disconnect();
      return (error as Error).message;
    });
    assert.equal(message, 'not you');
  });
  test('its own script, its errors and its CORS fields are answered, the rest is left to the app', async () => {
    const script = await app.exchange('/socket.io/socket.io.min.js');
    assert.match(field(script, 'Content-Type') ?? '', /javascript/);
    assert.equal((await app.exchange('/')).body, 'not for Socket.IO');
    const bad = await app.exchange('/socket.io/?EIO=4&transport=smoke');
    assert.deepEqual([bad.status, bad.body], [400, '{"code":0,"message":"Transport unknown"}']);
    const preflight = await app.exchange('/socket.io/?EIO=4&transport=polling', { method: 'OPTIONS' });
    assert.equal(field(preflight, 'Access-Control-Allow-Origin'), 'https://example.com');
  });
});
