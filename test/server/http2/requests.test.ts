// What a program sees of requests that came over HTTP/2, and what it may answer; HTTP/1.1 on the same port.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { PerformanceObserver } from 'node:perf_hooks';
import tls, { type TLSSocket } from 'node:tls';
import { createServer, IncomingMessage, ServerResponse } from 'premier';
import type { Listener, Request, Response } from '../../subjects.js';
import { outcome, until } from '../../subjects.js';
import { read, serve, test } from './client.js';

test('a handler answers over HTTP/2 and over HTTP/1.1, on one port', async (context) => {
  const { ask, askHttp1 } = await serve(context, (req, res) => res.end(`hello over ${req.httpVersion}`));
  assert.equal((await ask()).body, 'hello over 2.0');
  assert.deepEqual(await askHttp1(), { version: '1.1', status: 200, body: 'hello over 1.1' });
});

test('HTTP/2 is offered only where it is asked for', async (context) => {
  const { askHttp1, connect } = await serve(context, (req, res) => res.end(req.httpVersion), {
    http2: false,
  });
  assert.equal((await askHttp1()).body, '1.1');
  const session = connect();
  const [error] = await once(session, 'error');
  assert.match(String(error.code), /ALPN|SSL|TLS/);
});

test('the option is a boolean, and none of a server without TLS', async (context) => {
  const needsTls = { code: 'ERR_INVALID_ARG_VALUE', message: /premier\/https/ };
  assert.throws(() => createServer({ http2: true } as never), needsTls);
  await assert.rejects(serve(context, undefined, { http2: 'yes' }), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('request and response are of the classes of HTTP/1.1', async (context) => {
  const { ask, port } = await serve(context, (req, res) => {
    assert.ok(req instanceof IncomingMessage);
    assert.ok(res instanceof ServerResponse);
    assert.equal(Object.getPrototypeOf(req), IncomingMessage.prototype);
    assert.equal(Object.getPrototypeOf(res), ServerResponse.prototype);
    const { httpVersionMajor, httpVersionMinor, method, url, headers, rawHeaders } = req;
    res.end(JSON.stringify({ httpVersionMajor, httpVersionMinor, method, url, headers, rawHeaders }));
  });
  const { body } = await ask({ ':path': '/a?b', 'x-a': ['1', '2'], cookie: ['a=b', 'c=d'] });
  const host = `localhost:${port}`;
  assert.deepEqual(JSON.parse(body), {
    httpVersionMajor: 2,
    httpVersionMinor: 0,
    method: 'GET',
    url: '/a?b',
    headers: { host, 'x-a': '1, 2', cookie: 'a=b; c=d' },
    rawHeaders: ['host', host, 'x-a', '1', 'x-a', '2', 'cookie', 'a=b; c=d'],
  });
});

const bodies: [what: string, headers: Record<string, string>, body: string | undefined, seen: object][] = [
  ['no body', {}, undefined, {}],
  ['a body without a length', {}, 'text', { 'transfer-encoding': 'chunked' }],
  ['an empty body that its head does not end', {}, '', { 'transfer-encoding': 'chunked' }],
  ['a body with its length', { 'content-length': '4' }, 'text', { 'content-length': '4' }],
];
for (const [what, headers, body, seen] of bodies) {
  test(`a program sees of ${what} what HTTP/1.1 would say of it`, async (context) => {
    const { ask } = await serve(context, (req, res) => {
      const { host, ...others } = req.headers;
      assert.ok(host);
      req.resume().on('end', () => res.end(JSON.stringify(others)));
    });
    assert.deepEqual(JSON.parse((await ask({ ':method': 'POST', ...headers }, body)).body), seen);
  });
}

test('fields of the connection are kept for the program and not sent', async (context) => {
  const { ask } = await serve(context, (_req, res) => {
    res.statusMessage = 'Fine';
    res.setHeader('Connection', 'close, X-Hop');
    res.setHeader('Keep-Alive', 'timeout=5');
    res.setHeader('Transfer-Encoding', 'chunked');
    res.setHeader('Upgrade', 'h3');
    res.setHeader('X-Hop', '1');
    res.setHeader('X-End', '2');
    res.writeHead(200);
    res.end(
      JSON.stringify([res.getHeaders(), res.statusMessage, (res as never as { _header: string })._header]),
    );
  });
  const answer = await ask();
  const { date, ':status': status, ...others } = answer.headers;
  assert.equal(status, 200);
  assert.ok(date);
  assert.deepEqual(Object.entries(others), [['x-end', '2']]);
  const [headers, message, text] = JSON.parse(answer.body);
  assert.deepEqual(Object.keys(headers), [
    'connection',
    'keep-alive',
    'transfer-encoding',
    'upgrade',
    'x-hop',
    'x-end',
  ]);
  assert.equal(message, 'Fine');
  assert.match(text, /^HTTP\/2 200 Fine\r\nConnection: close, X-Hop\r\n.*X-End: 2\r\n.*\r\n\r\n$/s);
  assert.equal((await ask()).status, 200, 'the connection goes on');
});

const heads: [
  what: string,
  answer: (res: Response) => void,
  status: number,
  length: string | undefined,
  body: string,
][] = [
  ['a body of one piece tells its length', (res) => res.end('é'), 200, '2', 'é'],
  [
    'a body of two does not',
    (res) => {
      res.write('a');
      res.end('b');
    },
    200,
    undefined,
    'ab',
  ],
  [
    'an announced length is kept',
    (res) => {
      res.setHeader('Content-Length', 2);
      res.write('a');
      res.end('b');
    },
    200,
    '2',
    'ab',
  ],
  [
    'nothing leaves beyond it',
    (res) => {
      res.setHeader('Content-Length', 2);
      res.write('a');
      res.end('bcd');
    },
    200,
    '2',
    'ab',
  ],
  ['an empty body has its length', (res) => res.end(), 200, '0', ''],
  [
    'a length that is none is not sent',
    (res) => {
      res.setHeader('Content-Length', 'many');
      res.end('a');
    },
    200,
    undefined,
    'a',
  ],
  [
    '204 has neither length nor body',
    (res) => {
      res.writeHead(204, { 'Content-Length': 3 });
      res.end('abc');
    },
    204,
    undefined,
    '',
  ],
  [
    '304 may have a length and has no body',
    (res) => {
      res.writeHead(304, { 'Content-Length': 3 });
      res.end('abc');
    },
    304,
    '3',
    '',
  ],
  [
    'text of any encoding',
    (res) => {
      res.write('6162', 'hex');
      res.write('é', 'latin1');
      res.end(Buffer.from('c'));
    },
    200,
    undefined,
    'ab\ufffdc',
  ],
];
for (const [what, respond, status, length, body] of heads) {
  test(`${what}, over HTTP/2`, async (context) => {
    const { ask } = await serve(context, (_req, res) => respond(res));
    const answer = await ask();
    assert.equal(answer.status, status);
    assert.equal(answer.headers['content-length'], length);
    assert.equal(answer.body, body);
    assert.equal(answer.code, 0);
  });
}

test('the answer to HEAD ends with its head, over HTTP/2', async (context) => {
  const { ask } = await serve(context, (_req, res) => {
    res.setHeader('Content-Length', 5);
    res.end('hello');
  });
  const answer = await ask({ ':method': 'HEAD' });
  assert.deepEqual([answer.status, answer.headers['content-length'], answer.body], [200, '5', '']);
});

test('less than was announced resets the stream, so that nobody takes it for the whole', async (context) => {
  const { ask } = await serve(context, (_req, res) => {
    res.setHeader('Content-Length', 5);
    res.end('abc');
  });
  const answer = await ask();
  assert.equal(answer.code, 2);
  assert.equal((await ask()).code, 2, 'and the connection goes on');
});

test('no final response has the status of an interim one', async (context) => {
  const { ask } = await serve(context, (_req, res) => {
    for (const status of [100, 101, 103])
      assert.throws(() => res.writeHead(status), { code: 'ERR_HTTP_INVALID_STATUS_CODE' });
    res.end('ok');
  });
  const { status, body } = await ask();
  assert.deepEqual([status, body], [200, 'ok']);
});

const refusedStatuses: [what: string, refused: (res: Response) => void][] = [
  ['writeHead', (res) => res.writeHead(101, 'Switching', { 'x-a': '1' })],
  ['writeHead of another type', (res) => res.writeHead('103' as never)],
  ['_storeHeader', (res) => Reflect.get(res, '_storeHeader').call(res, 'HTTP/1.1 100 Continue\r\n', {})],
];
for (const [what, refused] of refusedStatuses) {
  test(`${what} with the status of an interim response throws, and has done nothing`, async (context) => {
    const { ask } = await serve(context, (_req, res) => {
      res.statusCode = 404;
      assert.throws(() => refused(res), { code: 'ERR_HTTP_INVALID_STATUS_CODE' });
      assert.deepEqual([res.statusCode, res.statusMessage, res.headersSent], [404, undefined, false]);
      res.end('not here');
    });
    const { status, body, headers } = await ask();
    assert.deepEqual([status, body, headers['x-a']], [404, 'not here', undefined]);
  });
}

test('interim responses come before the final one', async (context) => {
  const { ask } = await serve(context, (_req, res) => {
    res.writeContinue();
    res.writeProcessing();
    res.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => res.end('ok'));
  });
  const { interim, body } = await ask();
  assert.deepEqual(
    interim.map((headers) => headers[':status']),
    [100, 102, 103],
  );
  assert.equal(interim[2]?.link, '</a.css>; rel=preload');
  assert.equal(body, 'ok');
});

test('Expect: 100-continue is answered before the body comes', async (context) => {
  const { begin } = await serve(context, (req, res) => req.pipe(res));
  const stream = begin({ ':method': 'POST', expect: '100-continue' });
  stream.once('continue', () => stream.end('the body'));
  assert.equal((await read(stream)).body, 'the body');
});

const bodiless: [what: string, method: string, status: number][] = [
  ['HEAD', 'HEAD', 200],
  ['204', 'GET', 204],
  ['304', 'GET', 304],
];
for (const [what, method, status] of bodiless) {
  test(`no trailers follow where ${what} allows no body`, async (context) => {
    const { ask } = await serve(context, (_req, res) => {
      res.statusCode = status;
      res.addTrailers({ 'X-Sum': '42' });
      res.end();
    });
    const answer = await ask({ ':method': method });
    assert.equal(answer.status, status);
    assert.deepEqual(Object.keys(answer.trailers), []);
    assert.equal(answer.code, 0);
  });
}

test('trailers go both ways', async (context) => {
  const { connect } = await serve(context, (req, res) => {
    req.resume().on('end', () => {
      res.setHeader('Trailer', 'X-Sum');
      res.write(JSON.stringify([req.trailers, req.rawTrailers]));
      res.addTrailers({ 'X-Sum': '42' });
      res.end();
    });
  });
  const stream = connect().request({ ':method': 'POST' }, { waitForTrailers: true } as object);
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-from-client': 'a' }));
  stream.end('text');
  const answer = await read(stream);
  assert.equal(answer.trailers['x-sum'], '42');
  assert.deepEqual(JSON.parse(answer.body), [{ 'x-from-client': 'a' }, ['x-from-client', 'a']]);
});

test('bodies go both ways, whatever their size', async (context) => {
  const { ask, begin } = await serve(context, (req, res) => req.pipe(res));
  const large = Buffer.alloc(3_000_000, 'premier ');
  const [small, big, empty] = await Promise.all([
    ask({ ':method': 'POST' }, 'small'),
    ask({ ':method': 'POST' }, large),
    ask({ ':method': 'POST' }, ''),
  ]);
  assert.equal(small.body, 'small');
  assert.ok(big.body === large.toString());
  assert.equal(empty.body, '');
  const parts = begin({ ':method': 'PUT' });
  for (const part of ['a', 'b', 'c']) parts.write(part);
  parts.end();
  assert.equal((await read(parts)).body, 'abc');
});

test('a reader that pauses holds its own client back, and no other', async (context) => {
  const reading = outcome<Request>();
  const { begin, ask } = await serve(context, (req, res) => {
    if (req.url === '/other') {
      res.end('other');
      return;
    }
    req.once('data', () => req.pause());
    reading.resolve(req);
    req.on('end', () => res.end('all'));
  });
  const stream = begin({ ':method': 'POST' });
  const whole = read(stream);
  let sent = 0;
  const piece = Buffer.alloc(64 * 1024);
  for (let i = 0; i < 64; i++) stream.write(piece, () => sent++);
  const request = await reading.promise;
  assert.equal((await ask('/other')).body, 'other');
  assert.ok(sent < 64, 'not all of it has left the client');
  assert.ok(request.readableLength <= 512 * 1024);
  stream.end();
  request.resume();
  assert.equal((await whole).body, 'all');
});

const readers: [what: string, handler: (req: Request, res: Response) => void][] = [
  ['never reads it', (_req, res) => res.end('done')],
  [
    'reads it late',
    (req, res) => setImmediate(() => req.on('data', () => {}).on('end', () => res.end('done'))),
  ],
  [
    'reads it little by little',
    (req, res) => {
      req.on('readable', () => {
        while (req.read(1000) !== null);
      });
      req.on('end', () => res.end('done'));
    },
  ],
  [
    'pauses with each part of it',
    (req, res) => {
      req.on('data', () => {
        req.pause();
        setImmediate(() => req.resume());
      });
      req.on('end', () => res.end('done'));
    },
  ],
  [
    'answers first',
    (req, res) => {
      req.once('readable', () => setImmediate(() => req.resume()));
      res.end('done');
    },
  ],
  [
    'destroys it after its answer',
    (req, res) => {
      res.end('done');
      req.once('data', () => req.destroy());
    },
  ],
];
for (const [what, handler] of readers) {
  test(`a connection takes any number of bodies whose handler ${what}`, async (context) => {
    const { ask } = await serve(context, handler as Listener);
    const body = Buffer.alloc(250_000);
    // Ten of them are more than the window of a connection.
    for (let i = 0; i < 10; i++) assert.equal((await ask({ ':method': 'POST' }, body)).body, 'done');
  });
}

test('a client that does not read pauses its handler, and no other', async (context) => {
  const paused = outcome<Response>();
  const drained = outcome();
  const { connect } = await serve(context, (req, res) => {
    if (req.url === '/other') {
      res.end('other');
      return;
    }
    const accepted = Array.from({ length: 16 }, () => res.write(Buffer.alloc(64 * 1024)));
    assert.deepEqual(new Set(accepted), new Set([false]));
    res.once('drain', () => {
      drained.resolve(true);
      res.end();
    });
    paused.resolve(res);
  });
  const session = connect();
  await once(session, 'connect');
  // Else the stream that is not read has all of the connection's window.
  session.setLocalWindowSize(1024 * 1024);
  const stream = session.request({});
  stream.pause();
  const response = await paused.promise;
  assert.equal((await read(session.request({ ':path': '/other' }))).body, 'other');
  assert.equal(response.writableNeedDrain, true);
  assert.ok(response.writableLength >= 15 * 64 * 1024);
  stream.resume();
  await read(stream);
  assert.ok(await drained.promise);
});

test('a client that leaves large answers lying is answered what else it asks for, and then those', async (context) => {
  const large = Buffer.alloc(4 * 1024 * 1024, 'a');
  const { connect } = await serve(context, (req, res) => {
    res.end(req.url === '/large' ? large : 'other');
  });
  const session = connect();
  await once(session, 'connect');
  session.setLocalWindowSize(1024 * 1024);
  const streams = Array.from({ length: 2 }, () => session.request({ ':path': '/large' }).pause());
  for (let count = 0; count < 3; count++) {
    assert.equal((await read(session.request({ ':path': '/other' }))).body, 'other');
  }
  for (const stream of streams) assert.equal((await read(stream.resume())).body, large.toString());
});

for (const [what, options] of [
  ['', {}],
  [', on a server that spares requests without a body the reading', { optimizeEmptyRequests: true }],
] as const)
  test(`a request that was held until all of it had come is like any other${what}`, async (context) => {
    const large = Buffer.alloc(2 * 1024 * 1024);
    const listener: Listener = (req, res) => {
      if (req.url === '/large') {
        res.end(large);
        return;
      }
      let body = '';
      req.on('data', (chunk) => {
        body += chunk;
      });
      req.on('end', () => res.end(JSON.stringify([req.headers['transfer-encoding'], body, req.complete])));
    };
    const { connect } = await serve(context, listener, options);
    const session = connect();
    await once(session, 'connect');
    const waiting = Array.from({ length: 3 }, () => session.request({ ':path': '/large' }).pause());
    await Promise.all(waiting.map((stream) => once(stream, 'response')));
    const held = session.request({ ':method': 'POST' }, { endStream: false });
    held.end('text');
    const answer = read(held);
    // What is answered to a ping has passed all that was sent before it.
    await new Promise((resolve) => session.ping(resolve));
    for (const stream of waiting) stream.close(http2.constants.NGHTTP2_CANCEL);
    assert.deepEqual(JSON.parse((await answer).body), ['chunked', 'text', true]);
  });

test('many requests are answered on one connection, in the order in which they are ready', async (context) => {
  const waiting: Response[] = [];
  const { ask } = await serve(context, (req, res) => {
    waiting.push(res);
    res.setHeader('x-url', req.url as string);
    if (waiting.length === 90)
      for (const response of waiting.reverse()) response.end(String(response.getHeader('x-url')));
  });
  const answers = await Promise.all(Array.from({ length: 90 }, (_, i) => ask(`/${i}`)));
  assert.deepEqual(
    answers.map(({ body }) => body),
    Array.from({ length: 90 }, (_, i) => `/${i}`),
  );
});

test('what a handler enters is seen by its own request alone', async (context) => {
  const storage = new AsyncLocalStorage<string>();
  const { ask } = await serve(context, (req, res) => {
    const before = storage.getStore();
    storage.enterWith(req.url as string);
    const seen: (string | undefined)[] = [before, storage.getStore()];
    req.on('data', () => seen.push(storage.getStore()));
    req.on('end', () => {
      seen.push(storage.getStore());
      setImmediate(() => res.end(JSON.stringify([...seen, storage.getStore()])));
    });
  });
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => ask({ ':path': `/${i}`, ':method': 'POST' }, 'body')),
  );
  answers.forEach(({ body }, i) => {
    assert.deepEqual(JSON.parse(body), [null, `/${i}`, `/${i}`, `/${i}`, `/${i}`]);
  });
});

test('the socket stands for one stream, with the facts of its connection', async (context) => {
  const sockets: TLSSocket[] = [];
  const { ask } = await serve(context, (req, res) => {
    const socket = req.socket as TLSSocket;
    sockets.push(socket);
    assert.ok(socket instanceof net.Socket);
    assert.ok(socket instanceof tls.TLSSocket);
    assert.equal(res.socket, socket);
    assert.equal(req.connection, socket);
    assert.equal(socket.writable, true);
    assert.equal(socket.destroyed, false);
    assert.equal(socket.readyState, 'open');
    const { remoteAddress, localAddress, encrypted, alpnProtocol } = socket;
    const protocol = socket.getProtocol();
    for (let i = 0; i < 8; i++) socket.on('close', () => {});
    res.end(
      JSON.stringify({
        remoteAddress,
        localAddress,
        encrypted,
        alpnProtocol,
        protocol,
        family: (socket.address() as net.AddressInfo).family,
      }),
    );
  });
  const answers = await Promise.all([ask(), ask()]);
  for (const { body } of answers)
    assert.deepEqual(JSON.parse(body), {
      remoteAddress: '127.0.0.1',
      localAddress: '127.0.0.1',
      encrypted: true,
      alpnProtocol: 'h2',
      protocol: 'TLSv1.3',
      family: 'IPv4',
    });
  assert.notEqual(sockets[0], sockets[1]);
  await until(() => sockets.every(({ destroyed }) => destroyed), 'the sockets are closed');
});

test('the socket knows its client as TLS does, and leaves the connection as it is', async (context) => {
  const { ask } = await serve(context, (req, res) => {
    const socket = req.socket as TLSSocket;
    assert.deepEqual(socket.getPeerCertificate(), {});
    assert.equal(socket.authorized, false);
    assert.equal(socket.servername, 'localhost');
    assert.equal(socket.isSessionReused(), false);
    assert.equal(socket.getCipher().version, 'TLSv1.3');
    assert.equal(socket.setMaxSendFragment(1024), false);
    assert.equal(
      socket.renegotiate({}, (error) => res.end(String(error?.message))),
      false,
    );
  });
  assert.match((await ask()).body, /HTTP\/2/);
});

test('without TLS the socket is none of TLS, whichever way a program asks', async (context) => {
  const server = createServer({ http2: 'prior-knowledge' } as never, (req, res) => {
    const { socket } = req;
    res.end(
      JSON.stringify([
        socket instanceof net.Socket,
        socket instanceof tls.TLSSocket,
        'encrypted' in socket,
        'getPeerCertificate' in socket,
        socket.remoteAddress,
      ]),
    );
  });
  context.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = http2.connect(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
  context.after(() => session.destroy());
  const { body } = await read(session.request({}));
  assert.deepEqual(JSON.parse(body), [true, false, false, false, '127.0.0.1']);
});

test('what is written to the socket resets the stream, with an error that says why', async (context) => {
  const failure = outcome<Error>();
  const { ask } = await serve(context, (req, res) => {
    if (req.url === '/after') {
      res.end('fine');
      return;
    }
    req.socket.on('error', failure.resolve);
    req.socket.write('HTTP/1.1 200 OK\r\n\r\n');
  });
  assert.equal((await ask()).code, 2);
  assert.match((await failure.promise).message, /HTTP\/2 shares its connection/);
  assert.equal((await ask('/after')).body, 'fine');
});

test('performance entries tell of it as over HTTP/1.1', async (context) => {
  const entries: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
  observer.observe({ type: 'http' });
  context.after(() => observer.disconnect());
  const { ask } = await serve(context, (_req, res) => res.end('ok'));
  await ask('/observed');
  await until(() => entries.length > 0, 'an entry comes');
  assert.deepEqual(
    entries.map(({ name }) => name),
    ['HttpRequest'],
  );
});

test('diagnostics channels tell of it as over HTTP/1.1', async (context) => {
  const told: string[] = [];
  const names = ['http.server.request.start', 'http.server.response.created', 'http.server.response.finish'];
  for (const name of names) {
    const listener = (message: unknown) => {
      told.push(`${name} ${(message as { request: Request }).request.url}`);
    };
    diagnostics.subscribe(name, listener);
    context.after(() => diagnostics.unsubscribe(name, listener));
  }
  const { ask } = await serve(context, (_req, res) => res.end('ok'));
  await ask('/told');
  await until(() => told.length === 3, 'all was told');
  assert.deepEqual(told, [
    'http.server.response.created /told',
    'http.server.request.start /told',
    'http.server.response.finish /told',
  ]);
});

test('bodies that their readers gave up take nothing of the window of the others', async (context) => {
  const { ask } = await serve(context, async (req, res) => {
    let length = 0;
    for await (const data of req) {
      length += data.length;
      if (req.url === '/some') break;
    }
    res.end(`${length}`);
  });
  for (let i = 0; i < 10; i++) {
    const { status, code } = await ask({ ':path': '/some', ':method': 'PUT' }, Buffer.alloc(200_000));
    assert.deepEqual([status, code], [200, 0]);
  }
  assert.equal((await ask({ ':path': '/all', ':method': 'PUT' }, Buffer.alloc(3_000_000))).body, '3000000');
});

test('a client is told to stop sending a body that its reader gave up', async (context) => {
  const listener = async (req: Request, res: Response) => {
    for await (const _ of req) break;
    res.end('enough');
  };
  const { begin } = await serve(context, listener, { keepAliveTimeout: 100_000 });
  const stream = begin({ ':method': 'PUT' });
  stream.write('some');
  const answer = await read(stream);
  assert.deepEqual([answer.body, answer.code], ['enough', http2.constants.NGHTTP2_NO_ERROR]);
});
