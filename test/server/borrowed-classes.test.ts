// Premier's methods on objects that Node's own constructors made, and Node's server with objects of premier's classes:
// what Express does to the requests of an http2 server that also speaks HTTP/1.1.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import nodeHttp from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import premier from 'premier';
import { certificate, get, pem, RawClient, type Request, type Response } from '../subjects.js';

type Listener = (req: Request, res: Response) => void;

/** Gives both objects prototypes that inherit from premier's, as Express does under register. */
const adopting =
  (listener: Listener): Listener =>
  (req, res) => {
    Object.setPrototypeOf(req, Object.create(premier.IncomingMessage.prototype));
    Object.setPrototypeOf(res, Object.create(premier.ServerResponse.prototype));
    listener(req, res);
  };

const echo: Listener = (req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (data) => chunks.push(data));
  req.on('end', () => {
    res.setHeader('X-Method', req.method ?? '');
    res.write('echo ');
    const { _header } = res as never as { _header: string };
    res.end(_header.startsWith('HTTP/1.1 200 OK\r\nX-Method: ') ? Buffer.concat(chunks) : _header);
  });
};

class OwnRequest extends premier.IncomingMessage {}
class OwnResponse extends premier.ServerResponse {}

const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody';

/** Two requests on one connection, and what they are answered. */
async function talk(client: RawClient): Promise<void> {
  for (const [bytes, body] of [
    [post, 'echo body'],
    [get(), 'echo '],
    [post, 'echo body'],
  ] as const) {
    const answer = await client.send(bytes).response();
    assert.equal(answer.body, body);
    assert.equal(answer.field('x-method'), bytes.slice(0, bytes.indexOf(' ')));
  }
}

async function serve(
  context: TestContext,
  server: nodeHttp.Server | http2.Http2SecureServer,
): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function connectSecure(context: TestContext, port: number): Promise<RawClient> {
  const socket = tls.connect({ port, ca: pem('authority-cert'), servername: 'localhost' });
  context.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  return new RawClient(socket);
}

const options: [sentence: string, options: http2.SecureServerOptions, listener: Listener][] = [
  ['objects of Node’s with prototypes of ours', {}, adopting(echo)],
  [
    'objects of classes derived from ours',
    { Http1IncomingMessage: OwnRequest as never, Http1ServerResponse: OwnResponse as never },
    echo,
  ],
];

for (const [sentence, more, listener] of options) {
  test(`an http2 server of Node's that allows HTTP/1.1 works with ${sentence}`, async (context) => {
    const server = http2.createSecureServer({ ...certificate, allowHTTP1: true, ...more }, listener as never);
    await talk(await connectSecure(context, await serve(context, server)));
  });
}

const BIG = 'x'.repeat(10_000);
const PIECES = 40;

/** Writes as long as it may, and goes on at 'drain'. */
const patient: Listener = (_req, res) => {
  let count = 0;
  const write = (): void => {
    while (count < PIECES) {
      count++;
      if (!res.write(BIG)) {
        res.once('drain', write);
        return;
      }
    }
    res.end();
  };
  write();
};

for (const [sentence, more, adopt] of [
  ['objects of Node’s with prototypes of ours', {}, adopting],
  [
    'objects of classes derived from ours',
    { Http1IncomingMessage: OwnRequest as never, Http1ServerResponse: OwnResponse as never },
    (listener) => listener,
  ],
] as [string, http2.SecureServerOptions, typeof adopting][]) {
  test(`an http2 server of Node's that allows HTTP/1.1 tells ${sentence} of 'drain'`, async (context) => {
    const server = http2.createSecureServer(
      { ...certificate, allowHTTP1: true, ...more },
      adopt(patient) as never,
    );
    const client = await connectSecure(context, await serve(context, server));
    for (let count = 0; count < 2; count++) {
      assert.equal((await client.send(get()).response()).body.length, BIG.length * PIECES);
    }
  });
}

test("an http2 server of Node's that allows HTTP/1.1 answers with the classes of node:http", {
  skip: process.env.SUBJECTS !== 'register' && 'under premier/register',
}, async (context) => {
  const kinds: boolean[] = [];
  const server = http2.createSecureServer({ ...certificate, allowHTTP1: true }, (req, res) => {
    kinds.push((req as object) instanceof nodeHttp.IncomingMessage);
    kinds.push((res as object) instanceof nodeHttp.ServerResponse);
    res.setHeader('Content-Length', 2);
    res.end('abcdef');
  });
  const client = await connectSecure(context, await serve(context, server));
  for (let count = 0; count < 2; count++) assert.equal((await client.send(get()).response()).body, 'ab');
  assert.deepEqual(kinds, [true, true, true, true]);
});

for (const [sentence, more, listener] of [
  ['prototypes of ours', {}, adopting(echo)],
  ['classes derived from ours', { IncomingMessage: OwnRequest, ServerResponse: OwnResponse }, echo],
] as [string, nodeHttp.ServerOptions, Listener][]) {
  test(`a server of Node's works with ${sentence}`, async (context) => {
    const port = await serve(context, nodeHttp.createServer(more, listener as never));
    const { default: net } = await import('node:net');
    const socket = net.connect(port, '127.0.0.1');
    context.after(() => socket.destroy());
    await talk(new RawClient(socket));
  });
}
