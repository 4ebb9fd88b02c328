// Streams that leave HTTP (RFC 8441): extended CONNECT is the 'upgrade' that programs know, with a socket of its own.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import net, { type Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import tls from 'node:tls';
import { outcome, type Request, uncaught } from '../../subjects.js';
import { read, serve, test } from './client.js';

type Upgraded = (req: Request, socket: Socket, head: Buffer) => void;

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
const websocket = {
  ':method': 'CONNECT',
  ':protocol': 'websocket',
  ':path': '/chat?a=b',
  'sec-websocket-version': '13',
};

async function upgrading(context: TestContext, upgraded: Upgraded, options = {}) {
  const served = await serve(context, (_req, res) => res.end('answered'), options);
  served.server.on('upgrade', upgraded as never);
  const session = served.connect();
  await once(session, 'remoteSettings');
  /** A tunnel, of which the client ends its side when the program has ended its own. */
  const open = (headers: object = {}): ClientHttp2Stream => {
    const stream = session.request({ ...websocket, ...headers }, { endStream: false });
    return stream.on('error', () => {}).on('end', () => stream.end());
  };
  return { ...served, session, open };
}

async function headOf(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders> {
  const [headers] = await once(stream, 'response');
  return headers;
}

test('extended CONNECT is announced where the program listens for upgrades, and nowhere else', async (context) => {
  const { session } = await upgrading(context, () => {});
  assert.equal(session.remoteSettings.enableConnectProtocol, true);
  const { connect, server } = await serve(context, (_req, res) => res.end());
  const other = connect();
  await once(other, 'remoteSettings');
  assert.equal(other.remoteSettings.enableConnectProtocol, false);
  server.on('upgrade', () => assert.fail('it was not announced on this connection'));
  const { code } = await read(other.request(websocket, { endStream: false }));
  assert.equal(code, 1, 'PROTOCOL_ERROR');
});

test('a program sees the upgrade that it knows', async (context) => {
  const seen = outcome<Request>();
  const { open } = await upgrading(context, (req, socket, head) => {
    seen.resolve(req);
    assert.equal(head.length, 0);
    assert.ok(socket instanceof net.Socket && socket instanceof tls.TLSSocket);
    assert.equal(socket.encrypted, true);
    assert.equal(socket.remoteAddress, '127.0.0.1');
    assert.equal(socket.readyState, 'open');
    socket.end(`${SWITCH}\r\n`);
  });
  const stream = open({ origin: 'https://a' });
  assert.equal((await headOf(stream))[':status'], 200);
  const { method, url, headers, httpVersion, complete } = await seen.promise;
  assert.deepEqual([method, url, httpVersion, complete], ['GET', '/chat?a=b', '2.0', true]);
  assert.equal(Reflect.get(await seen.promise, 'upgrade'), true);
  const { 'sec-websocket-key': key, host, ...others } = headers;
  assert.match(String(key), /^[A-Za-z0-9+/]{22}==$/);
  assert.match(String(host), /^localhost/);
  assert.deepEqual(others, {
    'sec-websocket-version': '13',
    origin: 'https://a',
    connection: 'Upgrade',
    upgrade: 'websocket',
  });
  // It has no body, and says so to whoever reads it.
  assert.deepEqual(await (await seen.promise).toArray(), []);
});

test('the key that a proxy passes on is the only one, wherever it stands', async (context) => {
  const seen: Request[] = [];
  const { open } = await upgrading(context, (req, socket) => {
    seen.push(req);
    socket.end(`${SWITCH}\r\n`);
  });
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  for (const fields of [
    { 'sec-websocket-key': key, origin: 'https://a' },
    { origin: 'https://a', 'sec-websocket-key': key },
    { origin: 'sec-websocket-key' },
  ])
    assert.equal((await headOf(open(fields)))[':status'], 200);
  const keys = seen.map(({ headers }) => String(headers['sec-websocket-key']));
  assert.deepEqual(keys.slice(0, 2), [key, key]);
  assert.match(keys[2] ?? '', /^[A-Za-z0-9+/]{22}==$/);
});

test('a protocol that is no WebSocket gets no key of one', async (context) => {
  const seen = outcome<Request>();
  const { open } = await upgrading(context, (req, socket) => {
    seen.resolve(req);
    socket.end(`${SWITCH}\r\n`);
  });
  await headOf(open({ ':protocol': 'connect-udp' }));
  const { headers } = await seen.promise;
  assert.equal(headers.upgrade, 'connect-udp');
  assert.equal(headers['sec-websocket-key'], undefined);
});

test('the head may come in any cut, and its octets after it are the tunnel’s', async (context) => {
  const answer = `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${SWITCH}Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: chat\r\n\r\nfirst\r\n\r\nsecond`;
  for (const size of [1, 7, 60, answer.length]) {
    const { open } = await upgrading(context, (_req, socket) => {
      for (let at = 0; at < answer.length; at += size) socket.write(answer.slice(at, at + size), 'latin1');
      socket.end();
    });
    const { status, headers, body, interim } = await read(open());
    assert.deepEqual([status, body], [200, 'first\r\n\r\nsecond']);
    assert.equal(headers['sec-websocket-protocol'], 'chat');
    for (const name of ['sec-websocket-accept', 'connection', 'upgrade'])
      assert.equal(headers[name], undefined);
    assert.deepEqual(
      interim.map((head) => [head[':status'], head.link]),
      [[103, '</a>']],
    );
  }
});

test('a program that refuses an upgrade is understood', async (context) => {
  const { open } = await upgrading(context, (_req, socket) => {
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno');
  });
  const { status, headers, body, code } = await read(open());
  assert.deepEqual([status, body, headers['content-length'], code], [403, 'no', '2', 0]);
});

const malformed: [what: string, bytes: string | Buffer][] = [
  ['no status line', 'hello\r\n\r\n'],
  ['a status of four digits', 'HTTP/1.1 1010 x\r\n\r\n'],
  ['a name with a space', 'HTTP/1.1 101 x\r\nA b: c\r\n\r\n'],
  ['a line without a colon', 'HTTP/1.1 101 x\r\nabc\r\n\r\n'],
  ['a NUL in a value', 'HTTP/1.1 101 x\r\nA: \0\r\n\r\n'],
  ['a line that goes on', 'HTTP/1.1 101 x\r\nA: b\nC: d\r\n\r\n'],
  ['a head without an end', `HTTP/1.1 101 x\r\nA: ${'b'.repeat(20_000)}`],
  ['bytes of another protocol', Buffer.from([0x81, 0x05, 0, 0, 0, 0, 0])],
];
for (const [what, bytes] of malformed) {
  test(`${what} where a head should be ends the stream, and no other`, async (context) => {
    const failed = outcome<NodeJS.ErrnoException>();
    const { open, session } = await upgrading(context, (_req, socket) => {
      socket.on('error', failed.resolve);
      socket.write(bytes);
      if (what === 'bytes of another protocol') socket.end();
    });
    const { status, code } = await read(open());
    assert.deepEqual([status, code], [0, 8], 'CANCEL');
    if (what !== 'bytes of another protocol')
      assert.equal((await failed.promise).code, 'ERR_HTTP2_CONNECT_SOCKET');
    assert.equal((await read(session.request({ ':path': '/' }))).body, 'answered');
  });
}

test('bytes go both ways, as fast as each side takes them', async (context) => {
  const size = 3 * 1024 * 1024;
  let waited = 0;
  const { open } = await upgrading(context, (_req, socket) => {
    socket.write(`${SWITCH}\r\n`);
    socket.on('data', (data) => {
      if (socket.write(data)) return;
      waited++;
      socket.pause();
      socket.once('drain', () => socket.resume());
    });
    socket.on('end', () => socket.end('bye'));
  });
  const stream = open();
  await headOf(stream);
  stream.end(Buffer.alloc(size, 'a'));
  let received = '';
  for await (const data of stream.setEncoding('latin1')) received += data;
  assert.equal(received.length, size + 3);
  assert.ok(received.endsWith('abye'));
  assert.ok(waited > 0, 'the program was told to pause');
});

test('a client that reads nothing holds up what is written, and nothing else', async (context) => {
  const written = outcome<boolean>();
  const { open, session } = await upgrading(context, (_req, socket) => {
    socket.write(`${SWITCH}\r\n`);
    socket.write(Buffer.alloc(1024 * 1024), () => written.resolve(true));
    assert.equal(socket.writableNeedDrain, true);
  });
  const stream = open();
  await headOf(stream);
  assert.equal((await read(session.request({ ':path': '/' }))).body, 'answered');
  stream.resume();
  assert.ok(await written.promise);
});

const ends: [what: string, act: (socket: Socket) => void, code: number][] = [
  ['ends', (socket) => socket.end(), 0],
  ['ends it soon', (socket) => socket.destroySoon(), 0],
  ['destroys', (socket) => socket.destroy(), 8],
  ['destroys with an error', (socket) => socket.on('error', () => {}).destroy(new Error('mine')), 8],
  ['resets', (socket) => socket.resetAndDestroy(), 8],
];
for (const [what, act, code] of ends) {
  test(`a program that ${what} its socket is told of the close, and so is its client`, async (context) => {
    const closed = outcome<unknown>();
    const { open, session } = await upgrading(context, (_req, socket) => {
      socket.on('close', closed.resolve).resume();
      socket.write(`${SWITCH}\r\n`, () => act(socket));
    });
    const stream = open();
    const answer = read(stream);
    assert.equal((await answer).code, code);
    await closed.promise;
    assert.equal((await read(session.request({ ':path': '/' }))).body, 'answered');
  });
}

for (const heard of [true, false]) {
  test(`a client that resets closes the socket ${heard ? 'with an error' : 'of who hears no error'}`, async (context) => {
    const closed = outcome<unknown>();
    const codes: (string | undefined)[] = [];
    const { open, session } = await upgrading(context, (_req, socket) => {
      if (heard) socket.on('error', (error: NodeJS.ErrnoException) => codes.push(error.code));
      socket.on('close', closed.resolve);
      socket.write(`${SWITCH}\r\n`);
    });
    const stream = open();
    await headOf(stream);
    stream.close(8);
    assert.equal(await closed.promise, true);
    assert.deepEqual(codes, heard ? ['ECONNRESET'] : []);
    assert.equal((await read(session.request({ ':path': '/' }))).body, 'answered');
  });
}

const unheard: [what: string, use: (socket: Socket) => void][] = [
  ['is piped to itself', (socket) => void socket.pipe(socket)],
  ['is piped elsewhere and back', (socket) => void socket.pipe(new PassThrough()).pipe(socket)],
  ['has writes that wait', (socket) => void socket.write(Buffer.alloc(1 << 20))],
  ['is piped into, with what waits', (socket) => void Readable.from([Buffer.alloc(1 << 20)]).pipe(socket)],
];
for (const [what, use] of unheard) {
  test(`no client ends the program by a reset where the socket of its tunnel ${what}`, async (context) => {
    const closed = outcome<unknown>();
    const { open, session } = await upgrading(context, (_req, socket) => {
      socket.on('close', closed.resolve);
      socket.write(`${SWITCH}\r\n`);
      use(socket);
    });
    const stream = open();
    stream.pause();
    await headOf(stream);
    stream.close(8);
    assert.equal(await closed.promise, true);
    assert.equal((await read(session.request({ ':path': '/' }))).body, 'answered');
  });
}

test('a client that resets while something waits is the reason that is told', async (context) => {
  const codes: (string | undefined)[] = [];
  const closed = outcome<unknown>();
  const { open } = await upgrading(context, (_req, socket) => {
    const note = (error?: NodeJS.ErrnoException | null) => codes.push(error?.code);
    socket.on('error', note).on('close', closed.resolve);
    socket.write(`${SWITCH}\r\n`);
    socket.write(Buffer.alloc(1 << 20), note);
  });
  const stream = open();
  stream.pause();
  await headOf(stream);
  stream.close(8);
  await closed.promise;
  assert.deepEqual(codes, ['ECONNRESET', 'ECONNRESET']);
});

test('a tunnel is not idle, and ends with its connection', async (context) => {
  const closed = outcome<unknown>();
  const { open, connect, session, server } = await upgrading(context, (_req, socket) => {
    socket.on('error', () => {}).on('close', closed.resolve);
    socket.write(`${SWITCH}\r\n`);
  });
  await headOf(open());
  Object.assign(server, { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 });
  await once(connect(), 'close');
  server.closeIdleConnections();
  assert.equal((await read(session.request({ ':path': '/' }))).body, 'answered');
  session.destroy();
  await closed.promise;
});

test('a tunnel outlives the close of its server, which waits for it', async (context) => {
  const { open, server } = await upgrading(context, (_req, socket) => {
    socket.write(`${SWITCH}\r\n`);
    socket.on('data', (data) => socket.end(data)).on('end', () => {});
  });
  const stream = open();
  await headOf(stream);
  let isClosed = false;
  const closing = new Promise<void>((resolve) => {
    server.close(() => {
      isClosed = true;
      resolve();
    });
  });
  const answer = read(stream);
  stream.end('last');
  assert.equal((await answer).body, 'last');
  assert.equal(isClosed, false);
  await closing;
});

test('a silent tunnel is told of, and goes on', async (context) => {
  const silent = outcome<Socket>();
  const { open } = await upgrading(context, (_req, socket) => {
    socket.write(`${SWITCH}\r\n`);
    socket.setTimeout(1, () => silent.resolve(socket));
  });
  const stream = open();
  await headOf(stream);
  const socket = await silent.promise;
  assert.equal(socket.destroyed, false);
  const answer = read(stream);
  socket.end('still there');
  stream.end();
  assert.equal((await answer).body, 'still there');
});

test('a program that wants no upgrade is asked before, and what it leaves is refused', async (context) => {
  const { open } = await upgrading(context, () => assert.fail('it did not want it'), {
    shouldUpgradeCallback: (req: Request) => req.url !== '/chat?a=b',
  });
  assert.equal((await read(open())).status, 501);
});

test('a listener that throws ends no other stream', async (context) => {
  const told = uncaught(context);
  const { open, session } = await upgrading(context, (_req, socket) => {
    socket.destroy();
    throw new Error('mine');
  });
  assert.equal((await read(open())).code, 8);
  assert.equal((await told).message, 'mine');
  assert.equal((await read(session.request({ ':path': '/' }))).body, 'answered');
});

test('a CONNECT that names no protocol is refused', async (context) => {
  const { session } = await upgrading(context, () => assert.fail('it names no protocol'));
  const stream = session.request({ ':method': 'CONNECT', ':authority': 'a:443' }, { endStream: false });
  assert.equal((await read(stream)).status, 501);
});
