// How exchanges and connections over HTTP/2 end before their time, or with their server.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { constants } from 'node:http2';
import { get, headers } from '../../http2/exchange.js';
import { frame, parseFrames, preface, settings } from '../../http2/frames.js';
import type { Request, Response } from '../../subjects.js';
import { outcome, turns, uncaught, until } from '../../subjects.js';
import { read, serve, test } from './client.js';

/** Both objects of an exchange, and the names of the events they have. */
class Watched {
  readonly events: string[] = [];

  constructor(
    readonly req: Request,
    readonly res: Response,
  ) {
    for (const name of ['aborted', 'end', 'error', 'close'])
      req.on(name, () => this.events.push(`request ${name}`));
    for (const name of ['finish', 'error', 'close']) res.on(name, () => this.events.push(`response ${name}`));
    req.socket.on('close', () => this.events.push('socket close'));
  }

  async closed(): Promise<string[]> {
    const last = ['request close', 'response close', 'socket close'];
    await until(() => last.every((name) => this.events.includes(name)), 'all is closed');
    await turns();
    return this.events.toSorted();
  }
}

test('after an exchange all is closed, once', async (context) => {
  const watched = outcome<Watched>();
  const { ask } = await serve(context, (req, res) => {
    watched.resolve(new Watched(req, res));
    req.resume();
    res.end('ok');
  });
  await ask();
  assert.deepEqual(await (await watched.promise).closed(), [
    'request close',
    'request end',
    'response close',
    'response finish',
    'socket close',
  ]);
});

const stages: [what: string, begin: (req: Request, res: Response) => void, body: boolean][] = [
  ['before anything was answered', () => {}, false],
  ['while a body comes', (req) => req.resume(), true],
  ['while a body that nobody reads comes', () => {}, true],
  ['after the head of the answer', (_req, res) => res.flushHeaders(), false],
  ['within the body of the answer', (_req, res) => void res.write('part'), false],
];

const lost = ['request aborted', 'request close', 'request error', 'response close', 'socket close'];

for (const [what, begin, body] of stages) {
  test(`a client resets a stream ${what}: request, response and socket are told`, async (context) => {
    const watched = outcome<Watched>();
    const { begin: ask, ask: again } = await serve(context, (req, res) => {
      if (req.url === '/again') {
        res.end('fine');
        return;
      }
      watched.resolve(new Watched(req, res));
      begin(req, res);
    });
    const stream = ask({ ':method': body ? 'POST' : 'GET' });
    stream.on('error', () => {});
    if (body) stream.write('some of it');
    else stream.end();
    const exchange = await watched.promise;
    await turns();
    stream.destroy();
    const events = await exchange.closed();
    assert.deepEqual(
      events.filter((event) => event !== 'request end'),
      lost,
    );
    assert.equal(exchange.req.aborted, true);
    assert.equal(exchange.res.destroyed, true);
    assert.equal(exchange.res.write('more'), false);
    exchange.res.end();
    assert.equal((await again('/again')).body, 'fine');
  });

  test(`a client disconnects ${what}: request, response and socket are told`, async (context) => {
    const watched = outcome<Watched>();
    const { connect } = await serve(context, (req, res) => {
      watched.resolve(new Watched(req, res));
      begin(req, res);
    });
    const session = connect();
    const stream = session.request({ ':method': body ? 'POST' : 'GET' }, { endStream: false });
    stream.on('error', () => {});
    if (body) stream.write('some of it');
    else stream.end();
    const exchange = await watched.promise;
    session.destroy();
    const events = await exchange.closed();
    assert.deepEqual(
      events.filter((event) => event !== 'request end'),
      lost,
    );
  });
}

const destroyed: [what: string, destroy: (req: Request, res: Response) => void][] = [
  ['the response', (_req, res) => void res.destroy()],
  ['the response with an error', (_req, res) => void res.destroy(new Error('mine'))],
  ['the request', (req) => void req.destroy()],
  ['the socket', (req) => void req.socket.destroy()],
  [
    'the response within its body',
    (_req, res) => {
      res.write('part');
      res.destroy();
    },
  ],
];
for (const [what, destroy] of destroyed) {
  test(`a program destroys ${what}: the stream is reset, and no other`, async (context) => {
    const watched = outcome<Watched>();
    const { ask } = await serve(context, (req, res) => {
      if (req.url === '/other') {
        setImmediate(() => res.end('other'));
        return;
      }
      watched.resolve(new Watched(req, res));
      destroy(req, res);
    });
    const [answer, other] = await Promise.all([ask(), ask('/other')]);
    assert.equal(answer.code, constants.NGHTTP2_INTERNAL_ERROR);
    assert.equal(other.body, 'other');
    const events = await (await watched.promise).closed();
    assert.ok(!events.includes('response finish'));
  });
}

const closes: [what: string, destroy: (req: Request, res: Response) => void, hadError: boolean][] = [
  ['after an exchange', (_req, res) => res.end(), false],
  ['after destroy()', (req) => void req.socket.destroy(), false],
  ['after destroy() with an error', (req) => void req.socket.destroy(new Error('mine')), true],
  ['after write()', (req) => void req.socket.write('none'), true],
];
for (const [what, destroy, hadError] of closes) {
  test(`'close' of a socket says, as that of every socket, whether it had an error: ${what}`, async (context) => {
    const told: unknown[][] = [];
    const { ask } = await serve(context, (req, res) => {
      req.socket.on('error', () => told.push(['error']));
      req.socket.on('close', (...args: unknown[]) => told.push(['close', ...args]));
      destroy(req, res);
    });
    await ask();
    await until(() => told.some(([name]) => name === 'close'));
    assert.deepEqual(told, hadError ? [['error'], ['close', true]] : [['close', false]]);
  });
}

test('a response that was ended still arrives where it is destroyed', async (context) => {
  const { ask } = await serve(context, (req, res) => {
    res.end('Too much');
    req.destroy();
  });
  const { body, status } = await ask({ ':method': 'POST' }, 'body');
  assert.deepEqual([status, body], [200, 'Too much']);
});

test('a client is told to stop a request whose answer left before it was read', async (context) => {
  const watched = outcome<Watched>();
  const { begin } = await serve(context, (req, res) => {
    watched.resolve(new Watched(req, res));
    res.writeHead(413).end('too much');
  });
  const stream = begin({ ':method': 'POST' });
  stream.write('some of it');
  const { status, body, code } = await read(stream);
  assert.deepEqual([status, body, code], [413, 'too much', constants.NGHTTP2_NO_ERROR]);
  const events = await (await watched.promise).closed();
  assert.ok(!events.includes('request aborted'));
});

test('a program reads on after its answer has left', async (context) => {
  const whole = outcome<string>();
  const { begin } = await serve(context, async (req, res) => {
    res.end('first');
    let body = '';
    for await (const data of req) body += data;
    whole.resolve(body);
  });
  const stream = begin({ ':method': 'POST' });
  stream.write('a');
  stream.once('data', () => stream.end('b'));
  assert.equal((await read(stream)).body, 'first');
  assert.equal(await whole.promise, 'ab');
});

test('what a handler throws is an uncaught exception, and ends no other stream', async (context) => {
  const thrown = uncaught(context);
  const { begin, ask } = await serve(context, (req, res) => {
    if (req.url === '/throws') throw new Error('mine');
    res.end('fine');
  });
  const stream = begin({ ':path': '/throws' });
  stream.on('error', () => {});
  assert.equal((await thrown).message, 'mine');
  assert.equal((await ask()).body, 'fine');
  stream.close();
});

test('what the callback of end throws keeps no listener from hearing of the end', async (context) => {
  const thrown = uncaught(context);
  const watched = outcome<Watched>();
  const { ask } = await serve(context, (req, res) => {
    watched.resolve(new Watched(req, res));
    res.end('ok', () => {
      throw new Error('mine');
    });
  });
  await ask();
  assert.equal((await thrown).message, 'mine');
  const events = await (await watched.promise).closed();
  assert.deepEqual(
    events.filter((event) => event.startsWith('response')),
    ['response close', 'response finish'],
  );
});

test('a server that closes lets streams come to their end, and says so to their client', async (context) => {
  const waiting = outcome<Response>();
  const { server, connect } = await serve(context, (_req, res) => waiting.resolve(res));
  const session = connect();
  const stream = session.request({});
  const response = await waiting.promise;
  const goaway = once(session, 'goaway');
  const closed = new Promise((resolve) => server.close(resolve));
  assert.equal((await goaway)[0], constants.NGHTTP2_NO_ERROR);
  response.end('at last');
  assert.equal((await read(stream)).body, 'at last');
  await closed;
});

test('a server that closes ends connections without streams', async (context) => {
  const { server, connect, ask } = await serve(context, (_req, res) => res.end('ok'), { closingGrace: 1 });
  await ask();
  const session = connect();
  await once(session, 'remoteSettings');
  await new Promise((resolve) => server.close(resolve));
});

test('a connection without streams is closed after keepAliveTimeout, with GOAWAY', async (context) => {
  const { connect } = await serve(context, (_req, res) => res.end('ok'), {
    keepAliveTimeout: 1,
    keepAliveTimeoutBuffer: 1,
  });
  const session = connect();
  const goaway = once(session, 'goaway');
  await read(session.request({}));
  assert.equal((await goaway)[0], constants.NGHTTP2_NO_ERROR);
  await once(session, 'close');
});

test('maxRequestsPerSocket ends a connection after so many requests, with GOAWAY', async (context) => {
  const { server, connect } = await serve(context, (_req, res) => res.end('ok'));
  server.maxRequestsPerSocket = 2;
  const session = connect();
  const goaway = once(session, 'goaway');
  assert.equal((await read(session.request({}))).body, 'ok');
  assert.equal((await read(session.request({}))).body, 'ok');
  assert.deepEqual((await goaway).slice(0, 2), [constants.NGHTTP2_NO_ERROR, 3]);
  await once(session, 'close');
});

test('what the last request of a connection is answered arrives whole', async (context) => {
  const { server, connect } = await serve(context, (_req, res) => res.end(Buffer.alloc(3_000_000, 'x')));
  server.maxRequestsPerSocket = 1;
  const session = connect();
  const { body, code } = await read(session.request({}));
  assert.deepEqual([body.length, code], [3_000_000, 0]);
  await once(session, 'close');
});

test('a request that does not arrive in time is refused, and no other', async (context) => {
  const { begin, ask } = await serve(
    context,
    (req, res) => {
      if (req.url === '/other') res.end('other');
    },
    { requestTimeout: 1, headersTimeout: 1, connectionsCheckingInterval: 1 },
  );
  const stream = begin({ ':method': 'POST' });
  assert.equal((await read(stream)).status, 408);
  assert.equal((await ask('/other')).body, 'other');
});

test('a request that does not arrive in time is told to whoever listens, with its socket', async (context) => {
  const told = outcome<[Error, { destroy(): void }]>();
  const { begin, server } = await serve(context, () => {}, {
    requestTimeout: 1,
    headersTimeout: 1,
    connectionsCheckingInterval: 1,
  });
  server.on('clientError', (error, socket) => told.resolve([error, socket]));
  const answer = read(begin({ ':method': 'POST' }));
  const [error, socket] = await told.promise;
  assert.equal((error as NodeJS.ErrnoException).code, 'ERR_HTTP_REQUEST_TIMEOUT');
  socket.destroy();
  assert.equal((await answer).code, constants.NGHTTP2_INTERNAL_ERROR);
});

test('a head that does not arrive in time ends its connection', async (context) => {
  const { raw, server } = await serve(context, (_req, res) => res.end(), {
    headersTimeout: 1,
    connectionsCheckingInterval: 1,
  });
  const told = once(server, 'clientError');
  const socket = await raw();
  socket.on('error', () => {});
  socket.resume();
  socket.write(preface.subarray(0, 10));
  assert.equal((await told)[0].code, 'ERR_HTTP_REQUEST_TIMEOUT');
  if (!socket.readableEnded) await once(socket, 'end');
});

test('a timeout of a stream is its own', async (context) => {
  const { ask } = await serve(context, (req, res) => {
    if (req.url === '/other') {
      res.end('other');
      return;
    }
    res.setTimeout(1);
    res.on('timeout', (socket: unknown) => {
      assert.equal(socket, req.socket);
      res.end('late');
    });
  });
  assert.equal((await ask()).body, 'late');
  assert.equal((await ask('/other')).body, 'other');
});

test('a timeout that nobody listens to resets the stream', async (context) => {
  const { ask } = await serve(context, (req) => void req.socket.setTimeout(1));
  assert.equal((await ask()).code, constants.NGHTTP2_INTERNAL_ERROR);
});

test('who listens for a timeout to the socket alone finds it destroyed, as over HTTP/1.1', async (context) => {
  const found: boolean[] = [];
  const { ask, askHttp1 } = await serve(context, (req) => {
    const { socket } = req;
    socket.setTimeout(1, () => found.push(socket.destroyed));
  });
  assert.equal((await ask()).code, constants.NGHTTP2_INTERNAL_ERROR);
  await assert.rejects(askHttp1());
  assert.deepEqual(found, [true, true]);
});

const refusals: [what: string, headers: Record<string, string>, status: number][] = [
  ['a target with a space', { ':path': '/a b' }, 400],
  ['an authority that is none', { ':authority': 'a b' }, 400],
  ['a host that contradicts', { ':authority': 'a', host: 'other' }, 400],
  ['a head that is too large', { 'x-large': 'x'.repeat(20_000) }, 431],
  ['a tunnel', { ':method': 'CONNECT', ':authority': 'a:80' }, 501],
];
for (const [what, headers, status] of refusals) {
  test(`${what} is refused with ${status}, and the connection goes on`, async (context) => {
    const { ask, server } = await serve(context, (_req, res) => res.end('ok'));
    server.on('clientError', () => assert.fail('a request is no matter of the connection'));
    assert.equal((await ask(headers)).status, status);
    assert.equal((await ask()).body, 'ok');
  });
}

test('what is no HTTP/2 is told to clientError once, and ends the connection with GOAWAY', async (context) => {
  const errors: Error[] = [];
  const { raw, server } = await serve(context, () => {});
  server.on('clientError', (error, socket) => {
    errors.push(error);
    assert.ok(socket.writable);
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  const socket = await raw();
  const received: Buffer[] = [];
  socket.on('data', (data: Buffer) => received.push(data));
  socket.write(Buffer.concat([preface, settings(), frame(0, 0, 1, Buffer.from('x'))]));
  await once(socket, 'end');
  assert.deepEqual(
    errors.map((error) => (error as NodeJS.ErrnoException).code),
    ['HTTP2_PROTOCOL_ERROR'],
  );
  const text = Buffer.concat(received).toString('latin1');
  assert.ok(!text.includes('HTTP/1.1'));
  assert.match(text, /stream/i, 'GOAWAY says why');
});

test('a head that was flushed arrives, also where its response is destroyed in the same tick', async (context) => {
  const { ask } = await serve(context, (_req, res) => {
    res.setHeader('X-A', 'b');
    res.flushHeaders();
    res.destroy();
  });
  const { headers, code } = await ask();
  assert.deepEqual([headers['x-a'], code], ['b', constants.NGHTTP2_INTERNAL_ERROR]);
});

test("what a listener of 'prefinish' throws keeps no answer from leaving", async (context) => {
  const thrown = uncaught(context);
  const { ask } = await serve(context, (_req, res) => {
    res.once('prefinish', () => {
      throw new Error('mine');
    });
    res.end('whole');
  });
  assert.equal((await ask()).body, 'whole');
  assert.equal((await thrown).message, 'mine');
});

test('memory that is written to again after the tick had left before', async (context) => {
  const scratch = Buffer.alloc(2000);
  const { ask } = await serve(context, async (_req, res) => {
    for (const letter of 'abc') {
      res.write(scratch.fill(letter));
      await new Promise((resolve) => process.nextTick(resolve));
    }
    res.end();
  });
  assert.equal((await ask()).body, ['a', 'b', 'c'].map((letter) => letter.repeat(2000)).join(''));
});

test('memory that the next handler writes to had left before', async (context) => {
  const scratch = Buffer.alloc(2000);
  const { raw } = await serve(context, (req, res) => res.end(scratch.fill(req.url?.slice(1) ?? '')));
  const socket = await raw();
  const received: Buffer[] = [];
  socket.on('data', (data: Buffer) => received.push(data));
  const ask = (id: number, letter: string) => headers(id, get.with(3, 'https').with(5, `/${letter}`));
  socket.write(Buffer.concat([preface, settings(), ask(1, 'a'), ask(3, 'b'), ask(5, 'c')]));
  socket.end();
  await once(socket, 'end');
  const bodies = parseFrames(Buffer.concat(received)).filter(({ type }) => type === 0);
  assert.deepEqual(
    bodies.map(({ payload }) => payload.toString()).filter((text) => text !== ''),
    ['a', 'b', 'c'].map((letter) => letter.repeat(2000)),
  );
});

for (const event of ['close', 'end']) {
  test(`'${event}' of a request comes for who asks at the response's 'finish'`, async (context) => {
    const told = outcome();
    const { ask } = await serve(context, (req, res) => {
      res.on('finish', () => req.on(event, told.resolve));
      res.end();
    });
    await ask();
    await told.promise;
  });
}

test('a response that was destroyed with an error after its end arrives, and closes', async (context) => {
  const watched = outcome<Watched>();
  const { ask } = await serve(context, (req, res) => {
    watched.resolve(new Watched(req, res));
    res.end('whole');
    res.destroy(new Error('mine'));
  });
  assert.equal((await ask()).body, 'whole');
  const events = await (await watched.promise).closed();
  assert.ok(!events.includes('response finish'));
});
