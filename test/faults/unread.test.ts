// Clients that send and do not read, and bodies that nobody reads: what waits stays below the limits.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { type Listener, type Server, subjects } from '../subjects.js';

const premier = subjects.find(({ oracle, secure }) => !oracle && !secure) ?? subjects[0];

interface Unread {
  server: Server;
  accepted: Socket;
  client: Socket;
}

/** A server that has been sent all of `bytes` that it takes, by a client that reads nothing. */
async function sendWithoutReading(bytes: Buffer, listener: Listener): Promise<Unread> {
  const server = premier?.createServer({}, listener) as Server;
  server.listen(0, '127.0.0.1');
  const connected = once(server, 'connection');
  await once(server, 'listening');
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => {});
  client.pause();
  client.write(bytes);
  const [accepted] = await connected;
  await stalled(accepted);
  return { server, accepted, client };
}

/** Resolves when nothing has been read from the socket for many turns. */
async function stalled(socket: Socket): Promise<void> {
  for (let read = -1, turns = 0; turns < 200; turns++) {
    if (socket.bytesRead !== read) {
      read = socket.bytesRead;
      turns = 0;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function end({ server, client }: Unread): Promise<void> {
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

test('100,000 pipelined requests that are not answered: few are read', async () => {
  let requests = 0;
  const unread = await sendWithoutReading(Buffer.from(request.repeat(100_000)), () => {
    requests++;
  });
  assert.equal(requests, 64);
  assert.ok(unread.accepted.bytesRead <= 128 * 1024, `${unread.accepted.bytesRead} bytes were read`);
  await end(unread);
});

test('100,000 pipelined requests whose answers are not read: no more is read than answers can wait', async () => {
  let waiting = 0;
  const body = Buffer.alloc(1000);
  const unread = await sendWithoutReading(Buffer.from(request.repeat(100_000)), (_req, res) => {
    waiting++;
    res.on('finish', () => waiting--);
    res.end(body);
  });
  assert.ok(waiting <= 64 + 1, `${waiting} answers wait`);
  assert.ok(unread.accepted.writableLength <= 256 * 1024, `${unread.accepted.writableLength} bytes wait`);
  await end(unread);
});

test('a large answer that is not read waits once, not once for each request after it', async () => {
  let requests = 0;
  const body = Buffer.alloc(8 * 1024 * 1024);
  const unread = await sendWithoutReading(Buffer.from(request.repeat(1000)), (_req, res) => {
    requests++;
    res.end(body);
  });
  assert.ok(requests <= 2, `${requests} requests were read`);
  await end(unread);
});

test('a body that nobody reads is not read beyond the high-water mark', async () => {
  const body = Buffer.alloc(16 * 1024 * 1024);
  const head = Buffer.from(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`);
  const unread = await sendWithoutReading(Buffer.concat([head, body]), () => {});
  assert.ok(unread.accepted.bytesRead <= 256 * 1024, `${unread.accepted.bytesRead} bytes were read`);
  await end(unread);
});

test('a chunked body that nobody reads is not read beyond the high-water mark', async () => {
  const body = Buffer.from('1\r\nx\r\n'.repeat(1_000_000));
  const head = Buffer.from('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
  const unread = await sendWithoutReading(Buffer.concat([head, body]), () => {});
  assert.ok(unread.accepted.bytesRead <= 1024 * 1024, `${unread.accepted.bytesRead} bytes were read`);
  await end(unread);
});
