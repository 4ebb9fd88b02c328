// Plain HTTP beside https: everybody is sent to the same place there, and nobody elsewhere.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { after, test } from 'node:test';
import http from 'premier';
import { redirectToHttps } from '../../../dist/operation/certificates/plain-http.js';

const served = ['localhost', 'shop.test', '127.0.0.1', '192.168.1.7', '::1'];
const server = http
  .createServer(redirectToHttps({ port: () => 8443, serves: (host) => served.includes(host) }))
  .listen(0, '127.0.0.1');
after(() => server.close());

/** The first line of an answer, and where it sends to. */
async function answerTo(request: string): Promise<string> {
  if (!server.listening) await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`${request}\r\nConnection: close\r\n\r\n`);
  const text = Buffer.concat(await socket.toArray()).toString();
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(text) ?? [];
  const [, location = ''] = /^Location: (.*)\r$/m.exec(text) ?? [];
  return `${status} ${location}`.trim();
}

const hosts: [host: string, answer: string][] = [
  ['localhost:8080', '308 https://localhost:8443/a?b'],
  ['LOCALHOST.:8080', '308 https://localhost:8443/a?b'],
  ['shop.test:1', '308 https://shop.test:8443/a?b'],
  ['127.0.0.1:8080', '308 https://127.0.0.1:8443/a?b'],
  // Who came to port 80 was led here, for nothing listens there: https is reached likewise.
  ['localhost', '308 https://localhost/a?b'],
  ['LOCALHOST.', '308 https://localhost/a?b'],
  ['127.0.0.1', '308 https://127.0.0.1/a?b'],
  ['192.168.1.7:80', '308 https://192.168.1.7/a?b'],
  ['[::1]', '308 https://[::1]/a?b'],
  ['[0:0::1]:8080', '308 https://[::1]:8443/a?b'],
  ['192.168.1.8', '421'],
  ['[::2]', '421'],
  ['evil.example', '421'],
  ['localhost.evil.example', '421'],
  // Other ways to write an address are none of its own.
  ['127.1', '400'],
  ['0x7f000001', '400'],
  ['a@localhost', '400'],
  ['localhost:80:80', '400'],
  ['', '400'],
];
for (const [host, answer] of hosts) {
  test(`Host: ${host || '(empty)'} is answered ${answer}`, async () => {
    assert.equal(await answerTo(`GET /a?b HTTP/1.1\r\nHost: ${host}`), answer);
  });
}

const targets: [target: string, location: string][] = [
  ['//evil.example/', 'https://localhost:8443//evil.example/'],
  ['/\\evil.example', 'https://localhost:8443/\\evil.example'],
  ['http://localhost/a', 'https://localhost:8443/a'],
  ['http://localhost?a', 'https://localhost:8443/?a'],
];
for (const [target, location] of targets) {
  test(`the target ${target} stays on this host`, async () => {
    assert.equal(await answerTo(`GET ${target} HTTP/1.1\r\nHost: localhost:8080`), `308 ${location}`);
    assert.equal(new URL(location).host, 'localhost:8443');
  });
}
