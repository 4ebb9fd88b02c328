// Plain HTTP on a port for TLS is told to use https, where node:https only cuts the connection.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { createServer } from 'premier/https';
import { certificate } from '../subjects.js';

type SecureServer = ReturnType<typeof createServer>;

/** What a client gets that speaks no TLS. */
async function answerTo(context: TestContext, server: SecureServer, sent: string | Buffer): Promise<string> {
  server.listen(0);
  await once(server, 'listening');
  context.after(() => server.close());
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
  context.after(() => socket.destroy());
  // Whatever it waits for, nothing more comes.
  socket.end(sent);
  let text = '';
  socket.setEncoding('latin1').on('data', (more) => {
    text += more;
  });
  await once(socket, 'close');
  return text;
}

/** Whether it is one record of TLS, an alert, and no more: its kind, a version, and the length of what follows. */
const isAlert = (answer: string) => answer.startsWith('\x15\x03') && answer.length === 7;

for (const method of [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'PROPFIND',
  'CONNECT',
  'x',
]) {
  test(`a request (${method}) is answered with 400 and the way out`, async (context) => {
    const server = createServer(certificate, () => assert.fail('request was emitted'));
    let code = '';
    server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
      code = error.code ?? '';
    });
    const answer = await answerTo(context, server, `${method} / HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    // That of Node 24.12 takes most methods for the length of a record, and has sent an alert by then.
    if (isAlert(answer)) return context.skip(`OpenSSL says ${code}`);
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\nDate: .*\r\nConnection: close\r\n/);
    assert.match(answer, /\r\n\r\n400 Bad Request: this port speaks https only\. .*\n$/);
    const length = Number(/Content-Length: (\d+)/.exec(answer)?.[1]);
    assert.equal(answer.split('\r\n\r\n')[1]?.length, length);
  });
}

for (const sent of ['\r\n\r\n\r\n', 'SSH-2.0-x\r\n', '\0'.repeat(20)]) {
  test(`${JSON.stringify(sent)}, neither TLS nor HTTP, is refused likewise`, async (context) => {
    const answer = await answerTo(context, createServer(certificate), sent);
    // As on a port for plain HTTP. Where OpenSSL has sent an alert, or waits for more, nothing is said.
    if (answer !== '' && !isAlert(answer)) assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
  });
}

test('a client of TLS that is refused gets an alert, and nothing after it', async (context) => {
  const server = createServer({ ...certificate, minVersion: 'TLSv1.3' });
  // What a client of TLS 1.2 begins with.
  const hello = await new Promise<Buffer>((resolve) => {
    const listener = net
      .createServer((socket) => socket.once('data', resolve))
      .listen(0, () => {
        const { port } = listener.address() as AddressInfo;
        const client = tls.connect({ port, maxVersion: 'TLSv1.2' }).on('error', () => {});
        context.after(() => {
          client.destroy();
          listener.close();
        });
      });
  });
  const answer = await answerTo(context, server, hello);
  assert.ok(isAlert(answer), answer);
});

test("a program that listens to 'clientError' answers itself", async (context) => {
  const server = createServer(certificate);
  server.on('clientError', (_error, socket) => socket.destroy());
  assert.doesNotMatch(await answerTo(context, server, 'GET / HTTP/1.1\r\n\r\n'), /HTTP/);
});
