// A server of plain HTTP behind a door: it gets its connections once they are secure.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import nodeHttp from 'node:http';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import http from 'premier';
import https from 'premier/https';
import { putBehindTls } from '../../dist/observe.js';
import { certificate } from '../subjects.js';

async function behindDoor(t: TestContext, options: http.ServerOptions = {}) {
  const server = http.createServer(options, (req, res) => res.end(`${req.socket.remoteAddress}`));
  const door = tls.createServer(certificate);
  assert.equal(putBehindTls(server, door), true);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

async function answerOn(t: TestContext, raw: net.Socket): Promise<string> {
  const socket = tls.connect({ socket: raw, rejectUnauthorized: false });
  t.after(() => socket.destroy());
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  return Buffer.concat(await socket.toArray()).toString();
}

test('its listeners hear of a connection before it is secure, and of its requests after', async (t) => {
  const { server, port } = await behindDoor(t);
  const heard: boolean[] = [];
  server.on('connection', (socket) => heard.push(socket instanceof tls.TLSSocket));
  server.on('request', (req) => heard.push(req.socket instanceof tls.TLSSocket));
  assert.match(await answerOn(t, net.connect(port, '127.0.0.1')), /^HTTP\/1\.1 200 .*127\.0\.0\.1$/s);
  assert.deepEqual(heard, [false, true]);
});

test('who a proxy says is the client comes before the handshake', async (t) => {
  const { port } = await behindDoor(t, { proxyProtocol: 'loopback' } as http.ServerOptions);
  const raw = net.connect(port, '127.0.0.1');
  raw.write('PROXY TCP4 192.0.2.1 192.0.2.2 1234 443\r\n');
  assert.match(await answerOn(t, raw), /192\.0\.2\.1$/);
});

test('a handshake that fails is told as an error of a client, and one that waits is cut when it closes', async (t) => {
  const { server, port } = await behindDoor(t);
  Object.assign(server, { closingGrace: 0 });
  const told = once(server, 'clientError');
  const plain = net.connect(port, '127.0.0.1').on('error', () => {});
  plain.write('GET / HTTP/1.1\r\n\r\n');
  const [error, socket] = await told;
  assert.equal(error.code, 'ERR_SSL_HTTP_REQUEST');
  socket.destroy();
  const accepted = once(server, 'connection');
  const silent = net.connect(port, '127.0.0.1').on('error', () => {});
  await accepted;
  const closed = once(silent, 'close');
  server.close();
  await closed;
});

const offers: [offered: string[], options: http.ServerOptions, version: string][] = [
  [['h2', 'http/1.1'], {}, '2.0'],
  [['h2'], { http2: 'prior-knowledge' } as http.ServerOptions, '2.0'],
  [['http/1.1'], {}, '1.1'],
  [['http/1.1'], { http2: 'prior-knowledge' } as http.ServerOptions, '1.1'],
];
for (const [offered, options, version] of offers) {
  test(`a server made with ${JSON.stringify(options)} behind a door that offers ${offered} speaks HTTP/${version}`, async (t) => {
    const server = http.createServer(options, (req, res) => res.end(req.httpVersion));
    putBehindTls(server, tls.createServer({ ...certificate, ALPNProtocols: offered }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const socket = tls.connect({
      port,
      host: '127.0.0.1',
      ALPNProtocols: offered,
      rejectUnauthorized: false,
    });
    t.after(() => socket.destroy());
    if (version === '2.0') {
      const session = http2.connect('https://localhost', { createConnection: () => socket });
      t.after(() => session.destroy());
      assert.equal(Buffer.concat(await session.request().toArray()).toString(), '2.0');
    } else {
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      assert.match(Buffer.concat(await socket.toArray()).toString(), /1\.1$/);
    }
  });
}

test('nothing but a server of plain HTTP of this engine goes behind a door', () => {
  const others: net.Server[] = [net.createServer(), https.createServer(certificate)];
  // Where premier has taken the place of node:http, there is no other.
  if (nodeHttp.Server !== http.Server) others.push(nodeHttp.createServer());
  for (const server of others) assert.equal(putBehindTls(server, tls.createServer(certificate)), false);
});
