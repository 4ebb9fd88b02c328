// What the frameworks' programs export, served by the command: failures are answered for, and a server is the very one.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serving } from '../cli/command.js';
import { bytesFor } from '../cli/raw-exchange.js';
import { installed, type Socket } from './installed.js';
import { missing } from './program.js';

const program = (name: string) => fileURLToPath(new URL(`../../test/apps/programs/${name}`, import.meta.url));

describe('what programs export', { skip: missing }, () => {
  const failing: [name: string, paths: string[]][] = [
    ['exported-koa.cjs', ['/throw 500']],
    [
      'exported-express.cjs',
      ['/throw 500', '/async 500', '/callback 500', '/teapot 418', '/busy 503', '/nowhere 404'],
    ],
  ];
  for (const [name, paths] of failing) {
    test(`${name}: a failure has no field of the answer it replaces, and what has begun is cut`, async (t) => {
      const { port } = await serving(t, [program(name), '--log', 'off']);
      for (const path of paths) {
        const [target, status] = path.split(' ');
        const answer = await bytesFor(port, `GET ${target}`, 'GET /');
        assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} .*hello$`, 's'), path);
        assert.doesNotMatch(answer, /ETag|immutable|X-Own|: 60/i, path);
        if (status === '418') assert.match(answer, /\r\nX-Pot: tea\r\n/);
      }
      assert.doesNotMatch(await bytesFor(port, 'GET /break', 'GET /'), /hello|\r\n0\r\n\r\n/);
      assert.match(await bytesFor(port, 'GET /'), /hello$/);
    });
  }

  test('a server with ws attached speaks WebSocket on every loopback address, with its own options and listeners', async (t) => {
    const { port, printed } = await serving(t, [program('exported-ws.mjs')]);
    const WebSocket = installed('ws') as new (address: string) => Socket;
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      const socket = new WebSocket(`ws://${host}:${port}/`);
      await once(socket, 'open');
      socket.send('hello');
      assert.equal(String((await once(socket, 'message'))[0]), 'hello heard');
      socket.close();
      await once(socket, 'close');
    }
    await printed(/(connection true\n.*){3}/s);
    assert.match(await bytesFor(port, 'GET /'), /\r\nConnection: close\r\n.*hello$/s);
    assert.match(await bytesFor(port, 'CONNECT a:1'), /^HTTP\/1\.1 299 Tunnel\r\n\r\n$/);
    assert.match(await bytesFor(port, `GET /${'a'.repeat(3000)}`), /^HTTP\/1\.1 499 Own\r\n\r\n$/);
    const expecting = 'POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\nX:';
    assert.match(await bytesFor(port, expecting), /^HTTP\/1\.1 417 /);
  });

  test('--auth stands before every way into it', async (t) => {
    const { port } = await serving(t, [program('exported-ws.mjs'), '--auth', 'a:b']);
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
    for (const head of ['GET /', 'CONNECT a:1', `GET / HTTP/1.1\r\n${upgrade}\r\nX:`]) {
      assert.match(
        await bytesFor(port, head),
        /^HTTP\/1\.1 401 Unauthorized\r\nWWW-Authenticate: Basic /,
        head,
      );
    }
    const WebSocket = installed('ws') as new (address: string) => Socket;
    const socket = new WebSocket(`ws://a:b@127.0.0.1:${port}/`);
    await once(socket, 'open');
    socket.terminate();
  });

  test('a Fastify app is served by its own server, with what its plugins have put on that', async (t) => {
    const { port } = await serving(t, [program('exported-fastify.mjs')]);
    assert.match(await bytesFor(port, 'GET /'), /hello$/);
    assert.match(
      await bytesFor(port, 'GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: x\r\nX:'),
      /switched$/,
    );
  });
});
