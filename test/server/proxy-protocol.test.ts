// The PROXY protocol in front of HTTP and of TLS: from whom, cut anywhere, all or nothing.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { createServer as createPlain, proxyHeaderOf } from 'premier';
import { createServer as createSecure } from 'premier/https';
import { observe } from '../../dist/observe.js';
import { readProxyHeader } from '../../dist/transport/proxy-header.js';
import { certificate, get, pem, type Server, turns, until } from '../subjects.js';
import { RawClient } from './raw-client.js';

const v1 = 'PROXY TCP4 192.0.2.1 198.51.100.1 4711 443\r\n';
const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** A head of version 2. */
function v2(command: number, family: number, rest: number[] | Buffer): Buffer {
  const fixed = Buffer.alloc(4);
  fixed[0] = command;
  fixed[1] = family;
  fixed.writeUInt16BE(rest.length, 2);
  return Buffer.concat([signature, fixed, Buffer.from(rest)]);
}

const ipv4 = [192, 0, 2, 1, 198, 51, 100, 1, 0x12, 0x67, 1, 187];
const ipv6 = [
  ...[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
  ...[0x12, 0x67, 1, 187],
];

interface Stage {
  server: Server;
  connect(): Socket;
  /** Goes on over a connection whose head was sent. */
  client(socket: Socket): RawClient;
}

async function serve(context: TestContext, secure: boolean, proxyProtocol: string): Promise<Stage> {
  const listener = (req: { socket: Socket }, res: { end(text: string): void }) => {
    const { remoteAddress, remotePort, remoteFamily } = req.socket;
    const values = proxyHeaderOf(req.socket)?.values.map(({ type, value }) => `${type}=${value}`);
    res.end(JSON.stringify([remoteAddress, remotePort, remoteFamily, values]));
  };
  const server = secure
    ? createSecure({ ...certificate, proxyProtocol }, listener as never)
    : createPlain({ proxyProtocol }, listener as never);
  const sockets: Socket[] = [];
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server: server as unknown as Server,
    connect() {
      const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.on('error', () => {});
      sockets.push(socket);
      return socket;
    },
    client(socket) {
      return new RawClient(
        secure ? tls.connect({ socket, ca: pem('authority-cert'), servername: 'localhost' }) : socket,
      );
    },
  };
}

const heads: [what: string, head: string | Buffer, seen: unknown[]][] = [
  ['of version 1', v1, ['192.0.2.1', 4711, 'IPv4', []]],
  [
    'of version 1 with IPv6',
    'PROXY TCP6 2001:db8::1 2001:db8::2 4711 443\r\n',
    ['2001:db8::1', 4711, 'IPv6', []],
  ],
  ['of version 1 that knows nothing', 'PROXY UNKNOWN\r\n', ['127.0.0.1', null, 'IPv4', []]],
  [
    'of version 1 that says more of nothing',
    'PROXY UNKNOWN ff:: ff:: 1 2\r\n',
    ['127.0.0.1', null, 'IPv4', []],
  ],
  ['of version 2', v2(0x21, 0x11, ipv4), ['192.0.2.1', 4711, 'IPv4', []]],
  ['of version 2 with IPv6', v2(0x21, 0x21, ipv6), ['2001:db8::1', 4711, 'IPv6', []]],
  [
    'of version 2 with values',
    v2(0x21, 0x11, [...ipv4, 4, 0, 1, 0, 2, 0, 3, 97, 46, 98]),
    ['192.0.2.1', 4711, 'IPv4', ['2=a.b']],
  ],
  ['by which a proxy speaks for itself', v2(0x20, 0, []), ['127.0.0.1', null, 'IPv4', []]],
  ['of nothing known', v2(0x21, 0, [4, 0, 0]), ['127.0.0.1', null, 'IPv4', []]],
  ['of a Unix socket', v2(0x21, 0x31, Buffer.alloc(216)), ['127.0.0.1', null, 'IPv4', []]],
];
for (const secure of [false, true]) {
  const over = secure ? 'before TLS' : 'before HTTP';
  for (const [what, head, seen] of heads) {
    test(`a head ${what} ${over} says who the client is`, async (context) => {
      const { connect, client } = await serve(context, secure, 'loopback');
      const socket = connect();
      socket.write(head);
      const [address, port, family, values] = JSON.parse((await client(socket).send(get()).response()).body);
      assert.deepEqual([address, seen[1] === null ? null : port, family, values], seen);
    });
  }
}

for (const [what, head] of heads) {
  test(`a head ${what} comes byte by byte, or with its request in one segment`, async (context) => {
    const { connect } = await serve(context, false, 'loopback');
    const bytes = Buffer.concat([Buffer.from(head), Buffer.from(get())]);
    const whole = await new RawClient(connect()).send(bytes).response();
    const socket = connect();
    const client = new RawClient(socket);
    for (const byte of bytes) {
      client.send(Buffer.of(byte));
      await turns(1);
    }
    const cut = await client.response();
    const [first, second] = [whole, cut].map(({ body }) => JSON.parse(body));
    assert.deepEqual([first[0], first[2], first[3]], [second[0], second[2], second[3]]);
    // The connection goes on as any other.
    assert.equal((await client.send(get()).response()).status, 200);
  });
}

const refused: [what: string, bytes: string | Buffer][] = [
  ['a request without a head', get()],
  ['a head with lower case', v1.toLowerCase()],
  ['an address that is none', 'PROXY TCP4 192.0.2.256 198.51.100.1 1 2\r\n'],
  ['an address of the other family', 'PROXY TCP6 192.0.2.1 198.51.100.1 1 2\r\n'],
  ['a port that is too large', 'PROXY TCP4 192.0.2.1 198.51.100.1 65536 2\r\n'],
  ['a port with a zero in front', 'PROXY TCP4 192.0.2.1 198.51.100.1 01 2\r\n'],
  ['another transport', 'PROXY UDP4 192.0.2.1 198.51.100.1 1 2\r\n'],
  ['a line without CR', v1.replace('\r', '')],
  ['two spaces', v1.replace(' ', '  ')],
  ['a line that is too long', `PROXY UNKNOWN ${'x'.repeat(120)}\r\n`],
  ['a line that never ends', `PROXY UNKNOWN ${'x'.repeat(120)}`],
  ['another version', v2(0x31, 0x11, ipv4)],
  ['another command', v2(0x22, 0x11, ipv4)],
  ['datagrams', v2(0x21, 0x12, ipv4)],
  ['addresses that are cut', v2(0x21, 0x11, ipv4.slice(0, 11))],
  ['a value that is cut', v2(0x21, 0x11, [...ipv4, 2, 0, 9, 1])],
  ['a value without its length', v2(0x21, 0x11, [...ipv4, 2, 0])],
  ['a wrong checksum', v2(0x21, 0x11, [...ipv4, 3, 0, 4, 1, 2, 3, 4])],
  ['a head that is too large', v2(0x21, 0x11, Buffer.alloc(4097))],
];
for (const [what, bytes] of refused) {
  test(`${what} is answered by nothing, and the server goes on`, async (context) => {
    const { server, connect, client } = await serve(context, false, 'loopback');
    const codes: unknown[] = [];
    server.on('clientError', (error) => codes.push((error as NodeJS.ErrnoException).code));
    const seen: string[] = [];
    observe(server, { handshakeFailed: (_server, { message }) => seen.push(message) });
    const stranger = new RawClient(connect());
    stranger.send(bytes);
    await until(() => stranger.ended);
    assert.equal(stranger.pending, '');
    assert.deepEqual(codes, ['ERR_PROXY_PROTOCOL']);
    assert.match(seen.join(), /^PROXY protocol: /);
    const socket = connect();
    socket.write(v1);
    assert.equal((await client(socket).send(get()).response()).status, 200);
  });
}

test('a stranger is not let in, whatever it sends', async (context) => {
  const { connect } = await serve(context, false, '192.0.2.0/24');
  const stranger = new RawClient(connect());
  stranger.send(v1 + get());
  await until(() => stranger.ended);
  assert.equal(stranger.pending, '');
});

test('a connection that ends within its head is gone', async (context) => {
  const { server, connect } = await serve(context, true, 'loopback');
  const told = once(server, 'clientError');
  connect().end(v1.slice(0, 10));
  const [error] = await told;
  assert.match(error.message, /ended before its head/);
});

test('a connection that ends before its head begins is gone, and no error', async (context) => {
  const { server, connect, client } = await serve(context, false, 'loopback');
  const errors: Error[] = [];
  server.on('clientError', (error) => errors.push(error));
  const socket = connect();
  const gone = once(socket, 'close');
  socket.end();
  await gone;
  const next = connect();
  next.write(v1);
  assert.equal((await client(next).send(get()).response()).status, 200);
  assert.deepEqual(errors, []);
});

test('a head that does not come is not waited for when the server closes', async (context) => {
  const { server, connect } = await serve(context, false, 'loopback');
  const socket = connect();
  socket.write('PROXY');
  await once(server, 'connection');
  server.close();
  await once(socket, 'close');
});

test('a head that does not come in time ends its connection', { timeout: 20_000 }, async (context) => {
  const { server, connect } = await serve(context, false, 'loopback');
  const told = once(server, 'clientError');
  connect();
  const [error] = await told;
  assert.match(error.message, /in time/);
});

test('an expected head is part of every connection: another option says so or the server is not made', () => {
  for (const proxyProtocol of ['', 'everybody', true]) {
    assert.throws(() => createPlain({ proxyProtocol: proxyProtocol as string }), /proxyProtocol/);
  }
});

test('the checksum of the protocol is that of RFC 3720', () => {
  // 32 octets of zero have 0x8a9136aa: a head whose checksum is right is read.
  const head = v2(0x21, 0x11, [...ipv4, 3, 0, 4, 0, 0, 0, 0]);
  let crc = ~0;
  for (const byte of head) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0x82f63b78 & -(crc & 1));
  }
  head.writeUInt32BE(~crc >>> 0, head.length - 4);
  assert.equal(readProxyHeader(head)?.header.source?.address, '192.0.2.1');
  head[20] = 9;
  assert.throws(() => readProxyHeader(head), /checksum/);
});
