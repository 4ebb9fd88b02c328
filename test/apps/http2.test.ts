// Frameworks over HTTP/2, as they are over HTTP/1.1 on the same port; WebSocket there over both.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { test as plainTest } from 'node:test';
import { serve, test } from '../server/http2/client.js';
import { type Listener, pem, type Request } from '../subjects.js';
import { installed } from './installed.js';
import { missing } from './program.js';

type Listen = (name: string, listener: (data: unknown) => void) => void;

const require = createRequire(new URL('../../test/apps/package.json', import.meta.url));

for (const name of missing ? [] : ['express', 'express4']) {
  /** An app that uses what middleware usually touches. */
  const app = () => {
    const express = require(name);
    const site = express();
    site.set('env', 'test');
    site.use(express.json());
    site.get(
      '/',
      (req: { httpVersion: string; protocol: string; hostname: string }, res: { send(text: string): void }) =>
        res.send(`${req.httpVersion} ${req.protocol} ${req.hostname}`),
    );
    site.post('/json', (req: { body: object }, res: { json(value: object): void }) => res.json(req.body));
    site.get('/redirect', (_req: unknown, res: { redirect(to: string): void }) => res.redirect('/'));
    site.get('/throws', () => {
      throw new Error('mine');
    });
    return site as Listener;
  };

  test(`${name} answers over HTTP/2 and over HTTP/1.1`, async (context) => {
    const { ask, askHttp1 } = await serve(context, app());
    for (let i = 0; i < 3; i++) {
      const { status, body, headers } = await ask();
      assert.deepEqual([status, body], [200, '2.0 https localhost']);
      assert.equal(headers['x-powered-by'], 'Express');
      assert.equal((await askHttp1()).body, '1.1 https 127.0.0.1');
    }
    const missingPage = await ask('/missing');
    assert.equal(missingPage.status, 404);
    assert.equal((await ask('/throws')).status, 500);
    assert.equal((await ask('/redirect')).headers.location, '/');
  });

  test(`${name} reads JSON over HTTP/2, with a length and without`, async (context) => {
    const { ask } = await serve(context, app());
    const headers = { ':method': 'POST', ':path': '/json', 'content-type': 'application/json' };
    assert.equal((await ask(headers, '{"a":1}')).body, '{"a":1}');
    assert.equal((await ask({ ...headers, 'content-length': '7' }, '{"a":2}')).body, '{"a":2}');
    assert.equal((await ask(headers, '{"a":')).status, 400);
  });
}

/** The same small site in each framework: a page, JSON back, and what the framework says of where it was asked. */
const sites: [name: string, make: () => Promise<Listener>][] = [
  [
    'Koa',
    async () => {
      const Koa = require('koa');
      const koa = new Koa();
      koa.silent = true;
      koa.use(
        async (ctx: { path: string; req: Request; protocol: string; hostname: string; body: unknown }) => {
          if (ctx.path === '/') ctx.body = `${ctx.req.httpVersion} ${ctx.protocol} ${ctx.hostname}`;
          else if (ctx.path === '/json') {
            let body = '';
            for await (const data of ctx.req) body += data;
            ctx.body = JSON.parse(body);
          } else if (ctx.path === '/throws') throw new Error('mine');
        },
      );
      return koa.callback();
    },
  ],
  [
    'Fastify',
    async () => {
      const fastify = require('fastify');
      let handle: Listener = () => {};
      const site = fastify({
        serverFactory: (handler: Listener) => {
          handle = handler;
          return createServer();
        },
      });
      site.get(
        '/',
        async (request: { raw: Request; protocol: string; hostname: string }) =>
          `${request.raw.httpVersion} ${request.protocol} ${request.hostname}`,
      );
      site.post('/json', async (request: { body: object }) => request.body);
      site.get('/throws', async () => {
        throw new Error('mine');
      });
      await site.ready();
      return handle;
    },
  ],
  [
    'Hono',
    async () => {
      const { Hono } = require('hono');
      const { getRequestListener } = require('@hono/node-server');
      const hono = new Hono();
      hono.onError((_error: Error, c: HonoContext) => c.text('sorry', 500));
      hono.get('/', (c: HonoContext) => {
        const { protocol, hostname } = new URL(c.req.url);
        return c.text(`${c.env.incoming.httpVersion} ${protocol.slice(0, -1)} ${hostname}`);
      });
      hono.post('/json', async (c: HonoContext) => c.json(await c.req.json()));
      hono.get('/throws', () => {
        throw new Error('mine');
      });
      return getRequestListener(hono.fetch);
    },
  ],
];

interface HonoContext {
  req: { url: string; json(): Promise<object> };
  env: { incoming: Request };
  text(text: string, status?: number): object;
  json(value: object): object;
}

for (const [name, make] of missing ? [] : sites) {
  test(`${name} answers over HTTP/2 and over HTTP/1.1`, async (context) => {
    const { ask, askHttp1 } = await serve(context, await make());
    for (let i = 0; i < 3; i++) {
      const { status, body } = await ask();
      assert.deepEqual([status, body], [200, '2.0 https localhost']);
      assert.equal((await askHttp1()).body, '1.1 https 127.0.0.1');
    }
    assert.equal((await ask('/missing')).status, 404);
    assert.equal((await ask('/throws')).status, 500);
    const headers = { ':method': 'POST', ':path': '/json', 'content-type': 'application/json' };
    assert.equal((await ask(headers, '{"a":1}')).body, '{"a":1}');
    assert.equal((await ask({ ...headers, 'content-length': '7' }, '{"a":2}')).body, '{"a":2}');
  });
}

const trusting = { ca: pem('authority-cert'), servername: 'localhost' };

plainTest('ws has its WebSockets on the port of HTTP/2', { skip: missing }, async (context) => {
  const { server, port, ask } = await serve(context, (req, res) => res.end(req.httpVersion));
  const { WebSocket, WebSocketServer } = require('ws');
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket: { on: Listen; send(data: unknown): void }) =>
    socket.on('message', (data: unknown) => socket.send(data)),
  );
  context.after(() => sockets.close());
  const client = new WebSocket(`wss://127.0.0.1:${port}/`, trusting);
  await once(client, 'open');
  client.send('hello');
  assert.equal(String((await once(client, 'message'))[0]), 'hello');
  assert.equal((await ask()).body, '2.0');
  client.terminate();
});

plainTest('ws has its WebSockets on a stream of HTTP/2', { skip: missing }, async (context) => {
  const { server, connect, ask } = await serve(context, (req, res) => res.end(req.httpVersion));
  const { Receiver, Sender, WebSocketServer } = require('ws');
  const sockets = new WebSocketServer({ server });
  const versions: string[] = [];
  sockets.on('connection', (socket: { on: Listen; send(data: unknown): void }, { httpVersion }: Request) => {
    versions.push(httpVersion);
    socket.on('message', (data: unknown) => socket.send(data));
  });
  context.after(() => sockets.close());
  const session = connect();
  await once(session, 'remoteSettings');
  const fields = { ':method': 'CONNECT', ':protocol': 'websocket', 'sec-websocket-version': '13' };
  const stream = session.request(fields, { endStream: false });
  const [headers] = await once(stream, 'response');
  assert.equal(headers[':status'], 200);
  const receiver = stream.pipe(new Receiver({ isServer: false }));
  const sender = new Sender(stream);
  for (const text of ['hello', 'x'.repeat(200_000)]) {
    sender.send(text, { fin: true, mask: true, binary: false, compress: false });
    assert.equal(String((await once(receiver, 'message'))[0]), text);
  }
  sender.close(1000, '', true);
  assert.equal((await once(receiver, 'conclude'))[0], 1000);
  stream.end();
  await once(stream, 'close');
  assert.deepEqual([versions, stream.rstCode, (await ask()).body], [['2.0'], 0, '2.0']);
});

plainTest(
  'Socket.IO polls and has its WebSocket on the port of HTTP/2',
  { skip: missing },
  async (context) => {
    const { server, port } = await serve(context, (_req, res) => res.end());
    const { Server } = require('socket.io');
    const io = new Server(server);
    io.on('connection', (socket: { emit(name: string, value: string): void }) =>
      socket.emit('welcome', 'hello'),
    );
    context.after(() => io.close());
    for (const transport of ['polling', 'websocket']) {
      const options = { transports: [transport], reconnection: false, forceNew: true, ...trusting };
      const socket = installed('socket.io-client').io(`https://127.0.0.1:${port}`, options);
      const welcome = await new Promise((resolve, reject) => {
        socket.once('welcome', resolve);
        socket.once('connect_error', reject);
      });
      assert.equal(welcome, 'hello');
      socket.disconnect();
    }
  },
);
