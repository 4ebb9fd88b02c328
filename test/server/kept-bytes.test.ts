// What a program got from one connection stays as it was, whatever other connections send afterwards.
import assert from 'node:assert/strict';
import type { Buffer } from 'node:buffer';
import nodeHttp from 'node:http';
import type { Duplex } from 'node:stream';
import { behaviour, get, outcome, type Served } from '../subjects.js';

/** As many bytes as any request here, all of them different from what was kept. */
async function overwrite({ connect }: Served): Promise<void> {
  await connect()
    .send(get('/other', `X-Filler: ${'#'.repeat(4000)}`))
    .response();
}

const piece = 'kept '.repeat(200);
const chunk = `${piece.length.toString(16)}\r\n${piece}\r\n`;

for (const [what, framed] of [
  ['the chunks of a body', `Content-Length: ${2 * piece.length}\r\n\r\n${piece}${piece}`],
  ['the chunks of a body in chunks', `Transfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`],
]) {
  behaviour(what as string, async ({ serve }) => {
    const chunks: Buffer[] = [];
    const read = outcome();
    const served = await serve((req, res) => {
      if (req.method === 'GET') return res.end();
      req.on('data', (data) => chunks.push(data));
      req.on('end', () => read.resolve(res.end()));
    });
    served.connect().send(`POST / HTTP/1.1\r\nHost: a\r\n${framed}`);
    await read.promise;
    await overwrite(served);
    assert.equal(chunks.join(''), piece + piece);
  });
}

behaviour('what came after an upgrade', async ({ serve }) => {
  const upgraded = outcome<Buffer>();
  const served = await serve((_req, res) => res.end());
  served.server.on('upgrade', (_req, socket, head) => {
    upgraded.resolve(head);
    socket.end();
  });
  served.connect().send(`${get('/', 'Connection: upgrade', 'Upgrade: chat')}kept`);
  const head = await upgraded.promise;
  await overwrite(served);
  assert.equal(head.toString(), 'kept');
});

behaviour('what an upgraded socket receives', async ({ serve }) => {
  const upgraded = outcome<Duplex>();
  const served = await serve((_req, res) => res.end());
  served.server.on('upgrade', (_req, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    upgraded.resolve(socket);
  });
  const client = served.connect().send(get('/', 'Connection: upgrade', 'Upgrade: chat'));
  const socket = await upgraded.promise;
  const received = outcome<Buffer>();
  socket.once('data', received.resolve);
  client.send('kept');
  const chunk = await received.promise;
  socket.end();
  await overwrite(served);
  assert.equal(chunk.toString(), 'kept');
});

behaviour('the packet of an error', async ({ serve }) => {
  const failed = outcome<Buffer>();
  const served = await serve((_req, res) => res.end());
  served.server.on('clientError', (error: Error & { rawPacket: Buffer }, socket) => {
    failed.resolve(error.rawPacket);
    socket.destroy();
  });
  served.connect().send('GET / HTTP/1.1\r\nbad field\r\n\r\n');
  const packet = await failed.promise;
  await overwrite(served);
  assert.equal(packet.toString(), 'GET / HTTP/1.1\r\nbad field\r\n\r\n');
});

behaviour('requests that wait after responses nobody reads yet', async ({ serve }) => {
  const answer = 'x'.repeat(20_000);
  const targets: string[] = [];
  const served = await serve((req, res) => {
    targets.push(req.url as string);
    res.end(answer);
  });
  const client = served.connect();
  const expected = Array.from({ length: 200 }, (_, i) => `/kept/${i}`);
  client.socket.pause();
  client.send(expected.map((target) => get(target)).join(''));
  await overwrite(served);
  client.socket.resume();
  for (const _ of expected) await client.response();
  assert.deepEqual(
    targets.filter((target) => target !== '/other'),
    expected,
  );
});

behaviour(
  "what a listener of the program's own hears on the socket",
  async ({ serve }) => {
    const chunks: (Buffer | string)[] = [];
    const served = await serve((req, res) => {
      if (req.url === '/listen') req.socket.on('data', (chunk) => chunks.push(chunk));
      res.end();
    });
    const client = served.connect();
    await client.send(get('/listen')).response();
    await client.send(get('/kept')).response();
    await overwrite(served);
    assert.equal(chunks.join(''), get('/kept'));
  },
  { only: 'plain' },
);

behaviour(
  'a socket that was read by others in between is served only what its client sent',
  async ({ serve, listen }) => {
    const targets: string[] = [];
    const served = await serve((req, res) => {
      targets.push(req.url as string);
      res.end();
    });
    const between = await listen(new nodeHttp.Server());
    served.server.on('connect', (_req, socket) => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      between.server.emit('connection', socket);
    });
    between.server.on('upgrade', (_req, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      served.server.emit('connection', socket);
    });
    const client = served.connect();
    await client.send('CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n').response('CONNECT');
    client.send(get('/', 'Connection: upgrade', 'Upgrade: chat', `X-Filler: ${'#'.repeat(500)}`));
    assert.equal((await client.response()).status, 101);
    await served
      .connect()
      .send(`${get('/other')}${get('/secret')}`)
      .response();
    await client.send(get('/mine')).response();
    assert.deepEqual(targets, ['/other', '/secret', '/mine']);
  },
  { only: 'plain' },
);
