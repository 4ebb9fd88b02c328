// Clients that don't take what they asked for: what it costs the server, and for how long.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { constants } from 'node:http2';
import { StreamSocket } from '../../../dist/server/http2/stream-socket.js';
import { DATA, get, greeting, headers, post } from '../../http2/exchange.js';
import { frame, preface, settings, uint32 } from '../../http2/frames.js';
import { outcome, type Request, type Response, until } from '../../subjects.js';
import { read, serve, test } from './client.js';

const soon = { sendTimeout: 1, connectionsCheckingInterval: 1, closingGrace: 1 };
const large = Buffer.alloc(4 << 20);
const secure = get.with(3, 'https');

test('a stream whose client never opens its window is reset, and the others are served', async (context) => {
  const events: string[] = [];
  const { connect } = await serve(
    context,
    (req, res) => {
      if (req.url === '/small') {
        res.end('small');
        return;
      }
      for (const name of ['error', 'close']) res.on(name, () => events.push(`response ${name}`));
      req.on('aborted', () => events.push('request aborted'));
      res.end(large);
    },
    soon,
  );
  const session = connect();
  session.settings({ initialWindowSize: 1000 });
  const stuck = session.request({});
  stuck.on('error', () => {});
  stuck.pause();
  await new Promise((resolve) => stuck.once('close', resolve));
  assert.equal(stuck.rstCode, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  await until(() => events.includes('response close'));
  assert.deepEqual(events.toSorted(), ['request aborted', 'response close']);
  assert.equal((await read(session.request({ ':path': '/small' }))).body, 'small');
});

test('no limit is set with sendTimeout: 0', async (context) => {
  const waiting = outcome<Response>();
  const { connect, server } = await serve(
    context,
    (req, res) => {
      if (req.url === '/small') res.end('small');
      else waiting.resolve(res.end(large.subarray(0, 1 << 19)));
    },
    { ...soon, sendTimeout: 0 },
  );
  assert.equal(Reflect.get(server, 'sendTimeout'), 0);
  const session = connect();
  session.settings({ initialWindowSize: 1000 });
  const stuck = session.request({});
  stuck.pause();
  await waiting.promise;
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    await read(session.request({ ':path': '/small' }));
  }
  assert.equal(stuck.closed, false);
  stuck.close();
});

const greetings = Buffer.concat([
  preface,
  settings([4, 0x7fffffff]),
  frame(8, 0, 0, uint32(0x7fff0000)),
  headers(1, secure),
]);

for (const [what, close] of [
  ['', false],
  [', and its server ends', true],
] as const) {
  test(`a client that never reads from its socket is cut${what}`, async (context) => {
    const begun = outcome<Request>();
    const { raw, server } = await serve(
      context,
      (req, res) => {
        begun.resolve(req);
        res.end(Buffer.alloc(64 << 20));
      },
      soon,
    );
    const socket = await raw();
    socket.on('error', () => {});
    socket.pause();
    socket.write(greetings);
    const { socket: far } = await begun.promise;
    const closed = once(far, 'close');
    const ended = close ? new Promise((resolve) => server.close(resolve)) : undefined;
    await closed;
    await ended;
  });
}

test('a closing server waits for no client that opens new streams instead of reading that it should not', async (context) => {
  const { raw, server } = await serve(context, (_req, res) => void setTimeout(() => res.end('ok'), 2), soon);
  const socket = await raw();
  socket.on('error', () => {});
  socket.resume();
  socket.write(Buffer.concat([preface, settings(), headers(1, secure)]));
  await once(server, 'request');
  const closed = new Promise((resolve) => server.close(resolve));
  let id = 3;
  const more = setInterval(() => {
    socket.write(headers(id, secure));
    id += 2;
  }, 1);
  await closed;
  clearInterval(more);
});

test('the timeout of a server is one of each stream: others that go on keep none alive', async (context) => {
  const { connect, server } = await serve(context, (req, res) => {
    if (req.url === '/other') res.end('other');
  });
  server.timeout = 30;
  const session = connect();
  const silent = read(session.request({}));
  let over = false;
  silent.finally(() => {
    over = true;
  });
  while (!over) await read(session.request({ ':path': '/other' }));
  assert.equal((await silent).code, constants.NGHTTP2_INTERNAL_ERROR);
});

test('a socket of a stream on which something leaves is not silent', async () => {
  let looks = 0;
  const host = {
    transport: null as never,
    get activity() {
      return Math.min(++looks, 5);
    },
    abandon() {},
    finish() {},
    tellTimeout: () => true,
  };
  const socket = new StreamSocket(host);
  socket.setTimeout(1);
  // Its timer keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  await once(socket, 'timeout');
  clearInterval(alive);
  assert.ok(looks >= 6);
});

const impatient = { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 };

/** Answers before the request has come, and reads on; what is told of the request is noted. */
function readsOn(events: string[]) {
  return (req: Request, res: Response) => {
    for (const name of ['aborted', 'error', 'end', 'close']) req.on(name, () => events.push(name));
    req.resume();
    res.end('early');
  };
}

test('a request that stops coming after its answer ends after the keepAliveTimeout, and the server closes', async (context) => {
  const events: string[] = [];
  const { connect, server } = await serve(context, readsOn(events), impatient);
  const stream = connect().request({ ':method': 'POST' });
  stream.on('error', () => {});
  stream.resume().write('some');
  await until(() => events.includes('close'));
  assert.deepEqual(events, ['aborted', 'error', 'close']);
  await new Promise((closed) => server.close(closed));
});

test('a request that its program does not read for a while after its answer is not ended for that', async (context) => {
  const events: string[] = [];
  const waiting = outcome<Request>();
  const length = 100_000;
  const { connect } = await serve(
    context,
    async (req, res) => {
      for (const name of ['aborted', 'end']) req.on(name, () => events.push(name));
      req.on('data', () => {}).pause();
      // Else the answer may leave before anything has come that waits to be read.
      await until(() => req.readableLength === length);
      res.end('early');
      waiting.resolve(req);
    },
    impatient,
  );
  const session = connect();
  const stream = session.request({ ':method': 'POST' });
  stream.resume().write(Buffer.alloc(length));
  const req = await waiting.promise;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(events.length, 0);
  stream.end();
  // What answers this has read the end.
  await new Promise((pong) => session.ping(pong));
  req.resume();
  await until(() => events.includes('end'));
  assert.deepEqual(events, ['end']);
});

/** How a request is given up of which the rest never comes, after its answer has left. */
const givenUp: [
  what: string,
  options: Record<string, unknown>,
  give: (req: Request, res: Response) => void,
][] = [
  ['it stops coming', impatient, (req) => req.resume()],
  [
    'it takes too long',
    { ...soon, keepAliveTimeout: 20, keepAliveTimeoutBuffer: 0, requestTimeout: 1, headersTimeout: 1 },
    (req) => req.resume(),
  ],
  [
    'its program destroys it',
    impatient,
    (req, res) => {
      req.resume();
      res.once('close', () => req.destroy());
    },
  ],
  ['its program destroys its socket', impatient, (req, res) => res.once('close', () => req.socket.destroy())],
];
for (const [what, options, give] of givenUp)
  test(`nothing is left of a request that is given up after its answer since ${what}: its connection falls idle, and ends`, async (context) => {
    const { raw, server } = await serve(
      context,
      (req, res) => {
        give(req, res);
        res.end('early');
      },
      options,
    );
    const socket = await raw();
    socket.on('error', () => {}).resume();
    const closed = once(socket, 'close');
    socket.write(Buffer.concat([greeting, headers(1, post.with(3, 'https'), 0)]));
    await once(server, 'request');
    socket.write(frame(DATA, 0, 1, Buffer.from('some')));
    await closed;
  });

test('with keepAliveTimeout: 0 a request may stop for ever after its answer', async (context) => {
  const events: string[] = [];
  const { connect } = await serve(context, readsOn(events), { keepAliveTimeout: 0 });
  const session = connect();
  const stream = session.request({ ':method': 'POST' });
  stream.resume().write('some');
  for (let turn = 0; turn < 5; turn++) await read(session.request({}));
  assert.equal(events.includes('aborted'), false);
  stream.end();
  await until(() => events.includes('close'));
});

for (const [what, count, answers] of [
  ['and never answered', 3, false],
  ['and never answered, in any number', 6, false],
  ['though they were answered', 6, true],
] as const)
  test(`an upload is read whole beside ${count} that were begun to be read, and paused, ${what}`, async (context) => {
    const { connect } = await serve(context, (req, res) => {
      if (req.url === '/read') {
        req.resume().on('end', () => res.end('read'));
        return;
      }
      req.on('data', () => {}).pause();
      if (answers) setImmediate(() => res.end('too much'));
    });
    const session = connect();
    const upload = (path: string, length: number) => {
      const stream = session.request({ ':method': 'POST', ':path': path });
      stream.on('error', () => {});
      stream.end(Buffer.alloc(length));
      return stream;
    };
    for (let i = 0; i < count; i++) upload('/paused', 300_000).resume();
    assert.equal((await read(upload('/read', 2_000_000))).body, 'read');
  });
