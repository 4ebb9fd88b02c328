// A client that has begun a TLS handshake, or nothing at all, and says no more, doesn't keep a closing server from ending.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import net, { type AddressInfo, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import tls from 'node:tls';
import https from 'premier/https';
import {
  behaviour,
  certificate,
  get,
  pem,
  RawClient,
  type Response,
  type Served,
  type Server,
  type Stage,
  until,
} from '../subjects.js';

const notNode = 'it waits for the 120 s of handshakeTimeout';

/** A connection that never speaks TLS: the client's end, and the server's. */
async function silent({ server, port }: { server: Server; port: number }, t: TestContext) {
  const accepted = once(server, 'connection');
  const client = net.connect(port, '127.0.0.1');
  client.on('error', () => {});
  t.after(() => client.destroy());
  return { client, accepted: (await accepted)[0] as Socket };
}

/** What a client sends first: all but the end of it. */
async function beginningOfHello(): Promise<Buffer> {
  const sent: Buffer[] = [];
  const wire = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      sent.push(chunk);
      done();
    },
  });
  const client = tls.connect({ socket: wire, servername: 'localhost' });
  client.on('error', () => {});
  await until(() => sent.length > 0, 'the hello');
  client.destroy();
  return Buffer.concat(sent).subarray(0, -10);
}

for (const [what, said] of [
  ['says nothing', async () => Buffer.alloc(0)],
  ['says half of a hello', beginningOfHello],
] as const) {
  behaviour(
    `a client of TLS that ${what} doesn't keep a closing server`,
    async ({ serve, context }) => {
      const served = await serve({ closingGrace: 1 }, (_req, res) => res.end());
      const { client } = await silent(served, context);
      client.write(await said());
      const cut = new Promise((resolve) => client.once('close', resolve));
      await new Promise((closed) => served.server.close(closed));
      await cut;
    },
    { only: 'secure', notNode },
  );
}

behaviour(
  'a request whose handshake finishes within the grace is answered, and told that the connection ends',
  async ({ serve, context }) => {
    const served = await serve({ closingGrace: 60_000 }, (_req, res) => res.end('answered'));
    const { client } = await silent(served, context);
    served.server.close();
    const secure = new RawClient(
      tls.connect({ socket: client, ca: pem('authority-cert'), servername: 'localhost' }),
    );
    const { body, field } = await secure.send(get()).response();
    assert.equal(body, 'answered');
    assert.equal(field('connection'), 'close');
  },
  { only: 'secure', notNode: 'it says keep-alive' },
);

behaviour(
  'an answer under way outlives the grace, whatever its handshake was',
  async ({ serve, context }) => {
    const waiting: Response[] = [];
    const served = await serve({ closingGrace: 1 }, (_req, res) => waiting.push(res));
    const held = served.connect().send(get());
    await until(() => waiting.length === 1);
    const { client } = await silent(served, context);
    const cut = new Promise((resolve) => client.once('close', resolve));
    served.server.close();
    await cut;
    waiting[0]?.end('late');
    assert.equal((await held.response()).body, 'late');
  },
  { only: 'secure', notNode },
);

test('a handshake that finishes after the close with HTTP/2 is told that no more requests are taken', async (t) => {
  const server = https.createServer(
    { ...certificate, http2: true, closingGrace: 60_000 } as https.ServerOptions,
    (_req, res) => void res.end('answered'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { client } = await silent({ server, port }, t);
  const closed = new Promise((done) => server.close(done));
  const socket = tls.connect({
    socket: client,
    ca: pem('authority-cert'),
    servername: 'localhost',
    ALPNProtocols: ['h2'],
  });
  const session = http2.connect('https://localhost', { createConnection: () => socket });
  await once(session, 'goaway');
  session.close();
  await closed;
});

behaviour(
  'a program that takes secure connections over by itself keeps them when the server closes',
  async ({ serve, context }) => {
    const { server, connect } = await serve({ closingGrace: 1 }, (_req, res) => res.end());
    const taken = once(server.removeAllListeners('secureConnection'), 'secureConnection');
    const client = connect();
    const [socket] = (await taken) as [Socket];
    context.after(() => socket.destroy());
    server.close();
    // Timers of one length strike in the order in which they were set: the grace is over after this.
    await new Promise((resolve) => setTimeout(resolve, 1));
    socket.end('still here');
    assert.equal(await client.rest(), 'still here');
  },
  { only: 'secure' },
);

type Listener = (this: Server, socket: Socket) => void;

/** HTTP and HTTPS on one port: the first byte says which, and the listeners of both are taken from their servers. */
async function bothOnOnePort({ serve, http }: Stage): Promise<Served> {
  const served = await serve({ closingGrace: 1 }, (req, res) =>
    res.end(`encrypted: ${'encrypted' in req.socket}`),
  );
  const { server } = served;
  const secure = server.listeners('connection').at(-1) as Listener;
  const plain = (http as unknown as { _connectionListener: Listener })._connectionListener;
  server.removeListener('connection', secure);
  server.on('connection', (socket: Socket) => {
    socket.once('readable', () => {
      const [first] = socket.read(1) as Buffer;
      socket.unshift(Buffer.of(first as number));
      (first === 22 ? secure : plain).call(server, socket);
    });
  });
  return served;
}

behaviour(
  'the last listener of a server over TLS is that of TLS: a program finds it, for HTTP and HTTPS on one port',
  async (stage) => {
    const served = await bothOnOnePort(stage);
    assert.equal((await served.ask(get())).body, 'encrypted: true');
    const plain = new RawClient(net.connect(served.port, '127.0.0.1'));
    stage.context.after(() => plain.socket.destroy());
    assert.equal((await plain.send(get()).response()).body, 'encrypted: false');
    assert.equal((await plain.send(get('/', 'Connection: close')).response()).body, 'encrypted: false');
    await plain.nothingMore();
  },
  { only: 'secure' },
);

behaviour(
  'what a server over TLS answers without TLS is no handshake under way: it outlives the grace',
  async (stage) => {
    const served = await bothOnOnePort(stage);
    const asked = once(served.server.removeAllListeners('request'), 'request');
    const plain = new RawClient(net.connect(served.port, '127.0.0.1')).send(get());
    stage.context.after(() => plain.socket.destroy());
    const [, response] = (await asked) as [unknown, Response];
    served.server.close();
    // Timers of one length strike in the order in which they were set: the grace is over after this.
    await new Promise((resolve) => setTimeout(resolve, 1));
    response.end('late');
    assert.equal((await plain.response()).body, 'late');
  },
  { only: 'secure' },
);
