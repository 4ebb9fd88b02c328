// What a stream takes whose request waits for its answer: many may wait at a time, for events or for a slow database.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type http from 'node:http';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import premier from 'premier';
import { frame, preface, settings } from '../../http2/frames.js';
import { until } from '../../subjects.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const streams = 100;

/** A field that no table keeps. */
const literal = (name: string, value: string) =>
  Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
const block = Buffer.concat([
  literal(':method', 'GET'),
  literal(':scheme', 'http'),
  literal(':authority', 'localhost'),
  literal(':path', '/'),
]);
const requests = Buffer.concat([
  Buffer.from(preface),
  settings(),
  ...Array.from({ length: streams }, (_, i) => frame(1, 0x05, 2 * i + 1, block)),
]);

function heapUsed(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

test('a stream whose request waits for its answer takes less than 1.3 kB of heap', async (t) => {
  let waiting = 0;
  // A type that knows the option: Node's own has none of the name.
  const options = { http2: 'prior-knowledge' } as http.ServerOptions;
  const server = premier.createServer(options, () => void waiting++).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients: net.Socket[] = [];
  t.after(() => {
    for (const client of clients) client.destroy();
    server.close();
  });
  const open = async (connections: number) => {
    const expected = waiting + connections * streams;
    for (let i = 0; i < connections; i++) clients.push(net.connect(port, '127.0.0.1').resume());
    for (const client of clients.slice(-connections)) client.write(requests);
    await until(() => waiting === expected, 'all requests');
    return heapUsed();
  };
  // What is compiled for the first of them is no matter.
  const before = await open(10);
  const connections = 40;
  const each = ((await open(connections)) - before) / (connections * streams);
  assert.ok(each < 1300, `${Math.round(each)} bytes`);
  assert.ok(each > 300, `${Math.round(each)} bytes: nothing was measured`);
});

const readings: [what: string, read: (req: http.IncomingMessage) => unknown][] = [
  ['nobody read', () => undefined],
  [
    'its reader gave up',
    async (req) => {
      for await (const _ of req) break;
    },
  ],
  ['is read after its answer', (req) => void req.on('data', () => {})],
];

for (const [what, read] of readings)
  test(`a request whose rest ${what} is let go when it is over, not when the connection could be`, async (t) => {
    const requests: WeakRef<http.IncomingMessage>[] = [];
    const options = { http2: 'prior-knowledge', keepAliveTimeout: 1_000_000 } as http.ServerOptions;
    const server = premier.createServer(options, async (req, res) => {
      if (req.method === 'PUT') requests.push(new WeakRef(req));
      await read(req);
      res.end('enough');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    t.after(() => {
      client.destroy();
      server.close();
    });
    for (const method of ['PUT', 'PUT', 'PUT', 'GET']) {
      const stream = client.request({ ':method': method }, { endStream: method === 'GET' });
      if (method === 'PUT') stream.write('some');
      await once(stream, 'data');
      if (method === 'PUT') stream.end('more');
      await once(stream.resume(), 'close');
    }
    const isGone = (request: WeakRef<http.IncomingMessage>) => request.deref() === undefined;
    await until(() => {
      collect();
      return requests.length === 3 && requests.every(isGone);
    }, 'that no request is left');
  });
