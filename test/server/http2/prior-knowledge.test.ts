// HTTP/2 without TLS, by its preface, on the port of HTTP/1.1.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import http2 from 'node:http2';
import net, { type AddressInfo, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'premier';
import { createServer as createSecureServer } from 'premier/https';
import { END_STREAM, get, headers } from '../../http2/exchange.js';
import { parseFrames, preface, settings } from '../../http2/frames.js';
import { certificate, outcome, RawClient, turns, until } from '../../subjects.js';
import { read, test } from './client.js';

interface Port {
  server: Server;
  port: number;
  connect(): Socket;
}

async function listen(context: TestContext, options = {}): Promise<Port> {
  const server = createServer({ http2: 'prior-knowledge', ...options }, (req, res) => {
    res.end(`${req.httpVersion} ${req.method} ${req.url}`);
  });
  const sockets: Socket[] = [];
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connect = () => {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.setNoDelay(true);
    sockets.push(socket);
    return socket;
  };
  return { server, port, connect };
}

/** Sends bytes in segments of their own. */
async function dribble(socket: Socket, bytes: Buffer, length: number): Promise<void> {
  if (socket.connecting) await once(socket, 'connect');
  for (let at = 0; at < bytes.length; at += length) {
    socket.write(bytes.subarray(at, at + length));
    await turns(1);
  }
}

test('one port without TLS speaks both', async (context) => {
  const { port, connect } = await listen(context);
  const session = http2.connect(`http://127.0.0.1:${port}`);
  assert.equal((await read(session.request({ ':path': '/a' }))).body, '2.0 GET /a');
  session.close();
  const client = new RawClient(connect());
  const answer = await client.send('GET /b HTTP/1.1\r\nHost: a\r\n\r\n').response();
  assert.equal(answer.body, '1.1 GET /b');
});

for (const length of [1, 2, 3, 23, 24, 25, 1000]) {
  test(`the preface is understood in segments of ${length}`, async (context) => {
    const { connect } = await listen(context);
    const socket = connect();
    const received: Buffer[] = [];
    socket.on('data', (data: Buffer) => received.push(data));
    await dribble(socket, Buffer.concat([preface, settings(), headers(1, get)]), length);
    socket.end();
    await once(socket, 'end');
    const frames = parseFrames(Buffer.concat(received));
    const data = frames.find(({ type }) => type === 0);
    assert.equal(data?.payload.toString(), '2.0 GET /');
  });
}

const requests: [what: string, text: string, status: number][] = [
  ['a method that begins like the preface', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n', 200],
  ['a method that goes on like it', 'PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n', 200],
  ['another method', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 200],
  ['what is nearly the preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\nxx', 505],
  ['no HTTP at all', '\0\0\0', 400],
];
for (const [what, text, status] of requests) {
  for (const length of [1, 1000]) {
    test(`${what} is HTTP/1.1, in segments of ${length}`, async (context) => {
      const { connect } = await listen(context);
      const socket = connect();
      const client = new RawClient(socket);
      await dribble(socket, Buffer.from(text, 'latin1'), length);
      assert.equal((await client.response()).status, status);
    });
  }
}

test('a client that says nothing, or stops within the preface, is late as over HTTP/1.1', async (context) => {
  const { connect } = await listen(context, { headersTimeout: 1, connectionsCheckingInterval: 1 });
  for (const bytes of ['', 'P', 'PRI']) {
    const client = new RawClient(connect());
    if (bytes !== '') client.send(bytes);
    assert.equal((await client.response()).status, 408, JSON.stringify(bytes));
  }
});

test('a client that ends within the preface is answered as over HTTP/1.1', async (context) => {
  const { connect } = await listen(context);
  const client = new RawClient(connect());
  client.send('PRI *').finish();
  assert.equal((await client.response()).status, 400);
});

test('a server that closes waits for none that has said nothing', async (context) => {
  const { server, connect } = await listen(context, { closingGrace: 1 });
  const socket = connect();
  await once(server, 'connection');
  socket.write('PRI');
  socket.resume();
  await new Promise((resolve) => server.close(resolve));
});

test('connections are counted once, and not at all when they are over', async (context) => {
  const { server, port } = await listen(context);
  const session = http2.connect(`http://127.0.0.1:${port}`);
  await read(session.request({}));
  const count = () => new Promise((resolve) => server.getConnections((_error, number) => resolve(number)));
  assert.equal(await count(), 1);
  server.closeAllConnections();
  await once(session, 'close');
  assert.equal(await count(), 0);
});

test('without the option HTTP/2 is refused by a sentence of HTTP/1.1', async (context) => {
  const { connect } = await listen(context, { http2: false });
  const client = new RawClient(connect()).send(preface);
  assert.equal((await client.response()).status, 505);
});

test('an upgrade to h2c counts as none, with an upgrade listener or without', async (context) => {
  const { server, connect } = await listen(context);
  const ask = async () => {
    const fields = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk';
    return await new RawClient(connect()).send(`GET /u HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n`).response();
  };
  assert.equal((await ask()).body, '1.1 GET /u');
  server.on('upgrade', () => assert.fail('it is no upgrade'));
  assert.equal((await ask()).body, '1.1 GET /u');
});

test('an option that a server cannot have is refused with the one that it can', async () => {
  const code = 'ERR_INVALID_ARG_VALUE';
  assert.throws(() => createServer({ http2: true } as never), {
    code,
    message: /premier\/https.*prior-knowledge/,
  });
  assert.throws(() => createServer({ http2: 'on' } as never), { code, message: /prior-knowledge/ });
  assert.throws(() => createSecureServer({ ...certificate, http2: 'prior-knowledge' } as never), {
    code,
    message: /true/,
  });
});

/** Both sides of a connection of which the server's takes nothing that is written to it. */
class Refusing extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: string, callback: (error: Error) => void): void {
    callback(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  }
}

const lost: [what: string, answer: (req: IncomingMessage, res: ServerResponse) => void, flags: number][] = [
  ['a whole response', (_req, res) => void res.end('whole'), END_STREAM],
  ['a response without a body', (_req, res) => void res.writeHead(204).end(), END_STREAM],
  ['a response before its request was read', (_req, res) => void res.end('early'), 0],
  ['a large response', (_req, res) => void res.end(Buffer.alloc(1 << 20)), END_STREAM],
  ['a part of a response', (_req, res) => void res.write('part'), END_STREAM],
];
for (const [what, answer, flags] of lost) {
  for (const way of ['a stream that refuses it', 'a client that has reset its connection']) {
    test(`request, response and socket close where ${what} meets ${way}`, async (context) => {
      const { server, port } = await listen(context);
      const closed: string[] = [];
      const asked = outcome();
      server.removeAllListeners('request');
      server.on('request', (req, res) => {
        req.on('close', () => closed.push('request'));
        res.on('close', () => closed.push('response'));
        res.on('finish', () => closed.push('finish'));
        req.socket.on('close', () => closed.push('socket'));
        asked.resolve(null);
        answer(req, res);
      });
      const said = Buffer.concat([preface, settings(), headers(1, get, flags)]);
      if (way === 'a stream that refuses it') {
        const refusing = new Refusing();
        refusing.on('error', () => {});
        server.emit('connection', refusing);
        refusing.push(said);
      } else {
        const client = net.connect({ port, host: '127.0.0.1' });
        await once(client, 'connect');
        client.write(said);
        client.resetAndDestroy();
      }
      await asked.promise;
      await until(() => closed.length >= 3, 'all is closed');
      await turns();
      assert.deepEqual(closed.toSorted(), ['request', 'response', 'socket']);
    });
  }
}
