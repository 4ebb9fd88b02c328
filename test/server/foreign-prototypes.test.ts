// Prototypes that a function built on node:http's classes and sets on requests and responses, without being the listener.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import nodeHttp from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { behaviour, get, type Request, type Response } from '../subjects.js';

const POST = 'POST /here HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody';

type App = (req: Request, res: Response) => void;

/** What Express does with each request: it says whose response it has, sets the prototypes of both, and asks for locals. */
function appOf(handler: App): App {
  const request = Object.create(Object.create(nodeHttp.IncomingMessage.prototype));
  const response = Object.create(Object.create(nodeHttp.ServerResponse.prototype));
  return (req, res) => {
    Object.assign(req, { res });
    Object.assign(res, { req });
    Object.setPrototypeOf(req, request);
    Object.setPrototypeOf(res, response);
    const local = res as Response & { locals?: object };
    local.locals ??= {};
    handler(req, res);
  };
}

/** What an app touches first, which body it answers with, 'body' unless said, and which `X-B`. */
const FIRST_TOUCHES: [string, App, string?, string?][] = [
  ['setHeader', (_req, res) => answer(res.setHeader('X-B', 'c') as Response), 'body', 'c'],
  ['getHeader', (_req, res) => answer(res, `${res.getHeader('x-b')}`), 'undefined'],
  ['hasHeader', (_req, res) => answer(res, `${res.hasHeader('x-b')}`), 'false'],
  [
    'removeHeader',
    (_req, res) =>
      inTurn(
        () => res.removeHeader('x-b'),
        () => answer(res),
      ),
  ],
  ['appendHeader', (_req, res) => answer(res.appendHeader('X-B', 'c') as Response), 'body', 'c'],
  ['headersSent', (_req, res) => answer(res, `${res.headersSent}`), 'false'],
  ['writableEnded', (_req, res) => answer(res, `${res.writableEnded} ${res.writableLength}`), 'false 0'],
  ['connection', (_req, res) => answer(res, `${res.connection === res.socket}`), 'true'],
  ['writeHead', (_req, res) => void res.writeHead(200, { 'X-B': 'c' }).end('body'), 'body', 'c'],
  [
    'write',
    (_req, res) =>
      inTurn(
        () => res.write('bo'),
        () => res.end('dy'),
      ),
  ],
  ['end', (_req, res) => void res.end('body')],
  ['on', (_req, res) => answer(res.on('finish', () => {}))],
  [
    'flushHeaders',
    (_req, res) =>
      inTurn(
        () => res.flushHeaders(),
        () => res.end('body'),
      ),
  ],
  ['headers', (req, res) => answer(res, `${req.headers.host}`), 'a'],
  ['headersDistinct', (req, res) => answer(res, `${req.headersDistinct.host}`), 'a'],
  ['readable', (req, res) => answer(res, `${req.readable} ${req.destroyed}`), 'true false'],
  ["on('data')", (req, res) => read(req, (body) => answer(res, body))],
  ["once('end')", (req, res) => void req.once('end', () => answer(res)).resume()],
  ['setEncoding', (req, res) => read(req.setEncoding('hex'), (body) => answer(res, body)), '626f6479'],
  ['pipe', (req, res) => void req.pipe(res)],
  [
    'the iterator',
    async (req, res) => {
      let body = '';
      for await (const chunk of req) body += chunk;
      answer(res, body);
    },
  ],
];

function inTurn(...calls: (() => unknown)[]): void {
  for (const call of calls) call();
}

function read(req: Request, done: (body: string) => void): void {
  let body = '';
  req.on('data', (chunk) => (body += chunk)).on('end', () => done(body));
}

function answer(res: Response, body = 'body'): void {
  res.end(body);
}

const HANDED: [string, (app: App) => App][] = [
  ['at once', (app) => (req, res) => app(req, res)],
  [
    'later',
    (app) => async (req, res) => {
      await null;
      app(req, res);
    },
  ],
];

for (const [when, handed] of HANDED)
  for (const [first, handler, body = 'body', field] of FIRST_TOUCHES)
    behaviour(`requests are handed on ${when} to what touches ${first} first`, async ({ serve }) => {
      const { connect } = await serve(handed(appOf(handler)));
      for (let i = 0; i < 2; i++) {
        const given = await connect().send(POST).response();
        assert.deepEqual([given.status, given.body, given.field('x-b')], [200, body, field]);
      }
    });

behaviour('two apps of different prototypes get requests in turn', async ({ serve }) => {
  const apps = ['one', 'two', 'three'].map((name) =>
    appOf((_req, res) => void res.setHeader('X-B', name).end(name)),
  );
  const { connect } = await serve((req, res) => apps[Number(req.url?.slice(1))]?.(req, res));
  const client = connect();
  for (const index of [0, 1, 0, 2, 1])
    assert.equal(
      (await client.send(`GET /${index} HTTP/1.1\r\nHost: a\r\n\r\n`).response()).body,
      ['one', 'two', 'three'][index],
    );
});

for (const [name, ofRequest] of [
  ['res', true],
  ['locals', false],
] as const)
  behaviour(`what is said as \`${name}\` is a property as others are`, async ({ serve }) => {
    const { ask } = await serve((req, res) => {
      const message: object = ofRequest ? req : res;
      assert.equal(Reflect.get(message, name), undefined);
      const value = {};
      Object.assign(message, { [name]: value });
      const expected = { value, configurable: true, enumerable: true, writable: true };
      assert.deepEqual(Object.getOwnPropertyDescriptor(message, name), expected);
      res.end('body');
    });
    for (let i = 0; i < 2; i++) assert.equal((await ask(get())).body, 'body');
  });

test("responses of node:http's own keep their prototypes and their locals", async () => {
  const app = appOf((_req, res) =>
    answer(res, JSON.stringify((res as Response & { locals?: object }).locals)),
  );
  const server = nodeHttp.createServer((req, res) => app(req, res as Response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (let i = 0; i < 2; i++) assert.equal(await (await fetch(`http://127.0.0.1:${port}`)).text(), '{}');
  server.closeAllConnections();
  server.close();
});
