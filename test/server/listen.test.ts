// Listening in every form of net.Server, what the server tells of it, and the ways to stop.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  behaviour,
  get,
  outcome,
  type RawClient,
  type Response,
  type Server,
  type Stage,
  turns,
  until,
} from '../subjects.js';

const forms: [sentence: string, listen: (server: Server, done: () => void) => Server][] = [
  ['listen(port, callback)', (server, done) => server.listen(0, done)],
  ['listen(port, host, callback)', (server, done) => server.listen(0, '127.0.0.1', done)],
  ['listen(port, host, backlog, callback)', (server, done) => server.listen(0, '127.0.0.1', 5, done)],
  ['listen(port, backlog, callback)', (server, done) => server.listen(0, 5, done)],
  ['listen("0", callback)', (server, done) => server.listen('0' as never, done)],
  ['listen(callback)', (server, done) => server.listen(done)],
  ['listen({ port, host }, callback)', (server, done) => server.listen({ port: 0, host: '127.0.0.1' }, done)],
  [
    'listen({ port, exclusive })',
    (server, done) => server.listen({ port: 0, exclusive: true }).on('listening', done),
  ],
  ["listen() and 'listening'", (server, done) => server.on('listening', done).listen()],
];

for (const [sentence, listen] of forms) {
  behaviour(`${sentence} listens and answers`, async ({ subject, context }) => {
    const server = subject.createServer({}, (_req, res) => res.end('ok'));
    context.after(() => server.close());
    assert.equal(server.listening, false);
    assert.equal(server.address(), null);
    const listening = outcome<void>();
    assert.equal(listen(server, listening.resolve), server);
    await listening.promise;
    assert.equal(server.listening, true);
    const { port, address, family } = server.address() as AddressInfo;
    assert.ok(port > 0);
    assert.ok(net.isIP(address) > 0);
    assert.match(family, /^IPv[46]$/);
    const socket = net.connect({ port });
    await once(socket, 'connect');
    socket.destroy();
  });
}

behaviour(
  'listen(path) answers on a Unix socket',
  async ({ subject, context }) => {
    const folder = mkdtempSync(join(tmpdir(), 'premier-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'socket');
    const server = subject.createServer({}, (_req, res) => res.end('ok'));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    assert.equal(server.address(), path);
    const socket = net.connect(path);
    socket.end('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.match(Buffer.concat(await socket.toArray()).toString(), /^HTTP\/1\.1 200 OK/);
    server.close();
  },
  { only: 'plain' },
);

behaviour(
  'listen(handle) takes a server that listens already',
  async ({ subject, context }) => {
    const other = net.createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const server = subject.createServer({}, (_req, res) => res.end('ok'));
    context.after(() => server.close());
    await new Promise<void>((resolve) => server.listen(other, resolve));
    assert.deepEqual(server.address(), other.address());
  },
  { only: 'plain' },
);

behaviour("a port in use is an 'error' with EADDRINUSE", async ({ subject, serve }) => {
  const { port } = await serve(() => {});
  const server = subject.createServer({});
  const [error] = await once(server.listen(port, '127.0.0.1'), 'error');
  assert.equal(error.code, 'EADDRINUSE');
  assert.equal(error.syscall, 'listen');
  assert.equal(server.listening, false);
});

behaviour('misuse of listen throws', async ({ subject, serve }) => {
  const { server } = await serve(() => {});
  assert.throws(() => server.listen(0), { code: 'ERR_SERVER_ALREADY_LISTEN' });
  assert.throws(() => subject.createServer({}).listen(65_536), { code: 'ERR_SOCKET_BAD_PORT' });
  assert.throws(() => subject.createServer({}).listen({} as never), { code: 'ERR_INVALID_ARG_VALUE' });
});

behaviour('ref, unref and getConnections are those of net.Server', async ({ serve }) => {
  const { server, connect } = await serve((_req, res) => res.end());
  assert.equal(server.unref(), server);
  assert.equal(server.ref(), server);
  await connect().send(get()).response();
  const count = await new Promise((resolve) => server.getConnections((_error, number) => resolve(number)));
  assert.equal(count, 1);
});

behaviour('close calls back, emits close once and then refuses', async ({ serve }) => {
  const events: string[] = [];
  const { server } = await serve(() => {});
  server.on('close', () => events.push('close'));
  const done = outcome();
  server.close((error) => done.resolve(error));
  assert.equal(server.listening, false);
  assert.equal(await done.promise, undefined);
  await turns();
  assert.deepEqual(events, ['close']);
  const again = outcome<NodeJS.ErrnoException>();
  server.close((error) => again.resolve(error as NodeJS.ErrnoException));
  assert.equal((await again.promise).code, 'ERR_SERVER_NOT_RUNNING');
});

behaviour(
  'close returns the server',
  async ({ serve }) => {
    const { server } = await serve(() => {});
    assert.equal(server.close(), server);
  },
  { only: 'plain' },
);

behaviour('a closed server may listen again', async ({ serve }) => {
  const { server } = await serve((_req, res) => res.end('again'));
  await new Promise((resolve) => server.close(resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  assert.equal(server.listening, true);
});

behaviour('close ends idle connections and waits for the answers under way', async ({ serve }) => {
  let go = () => {};
  const { server, connect } = await serve((req, res) => {
    if (req.url === '/slow') go = () => res.end('slow');
    else res.end('idle');
  });
  const idle = connect().send(get());
  await idle.response();
  const slow = connect().send(get('/slow'));
  await once(server, 'request');
  let closed = false;
  const done = outcome<void>();
  server.close(() => {
    closed = true;
    done.resolve();
  });
  await idle.nothingMore();
  assert.equal(closed, false);
  go();
  const response = await slow.response();
  assert.equal(response.body, 'slow');
  slow.socket.end();
  await done.promise;
});

behaviour('closeIdleConnections ends only those without a request', async ({ serve }) => {
  let go = () => {};
  const { server, connect } = await serve((req, res) => {
    if (req.url === '/slow') go = () => res.end('slow');
    else res.end('idle');
  });
  const idle = connect().send(get());
  await idle.response();
  const slow = connect().send(get('/slow'));
  await once(server, 'request');
  server.closeIdleConnections();
  await idle.nothingMore();
  go();
  assert.equal((await slow.response()).body, 'slow');
  assert.equal(server.listening, true);
});

const endings: [sentence: string, end: (res: Response, closeIdle: () => void) => void, ends: boolean][] = [
  [
    'right after the end of its answer',
    (res, closeIdle) => {
      res.end('answer');
      closeIdle();
    },
    true,
  ],
  [
    'in a tick after the end of its answer',
    (res, closeIdle) => {
      res.end('answer');
      process.nextTick(closeIdle);
    },
    true,
  ],
  [
    "in a listener for 'prefinish' of its answer",
    (res, closeIdle) => {
      res.on('prefinish', closeIdle);
      res.end('answer');
    },
    true,
  ],
  [
    "in a listener for 'prefinish' of an answer that was written before",
    (res, closeIdle) => {
      res.on('prefinish', closeIdle);
      res.write('answer');
      res.end();
    },
    true,
  ],
  [
    'before the end of its answer',
    (res, closeIdle) => {
      res.write('ans');
      closeIdle();
      res.end('wer');
    },
    false,
  ],
];

for (const [sentence, end, ends] of endings) {
  behaviour(
    `closeIdleConnections ${sentence} ${ends ? 'ends' : 'leaves'} a connection`,
    async ({ serve }) => {
      const { server, connect } = await serve((_req, res) => {
        setImmediate(() => end(res, () => server.closeIdleConnections()));
      });
      const client = connect().send(get());
      assert.equal((await client.response()).body, 'answer');
      if (ends) await client.nothingMore();
      else assert.equal((await client.send(get()).response()).body, 'answer');
    },
  );
}

behaviour(
  'closeIdleConnections lets an answer leave that was ended',
  async ({ serve }) => {
    const length = 16_000_000;
    const { server, connect } = await serve((_req, res) => {
      setImmediate(() => {
        res.end(Buffer.alloc(length, 'a'));
        server.closeIdleConnections();
      });
    });
    const client = connect().send(get());
    assert.equal((await client.response()).body.length, length);
    await client.nothingMore();
  },
  { notNode: 'it cuts what the kernel has not taken at once', only: 'plain' },
);

/** A server of which a client has asked two things at once, and that has answered neither. */
async function twoAsked(serve: Stage['serve']) {
  const responses: Response[] = [];
  const { server, connect } = await serve((_req, res) => responses.push(res));
  const client = connect().send(get() + get());
  await until(() => responses.length === 2, 'both requests');
  return { server, client, responses };
}

behaviour(
  "closeIdleConnections in a listener for 'prefinish' leaves a connection on which another answer waits",
  async ({ serve }) => {
    const { server, client, responses } = await twoAsked(serve);
    const [first, next] = responses as [Response, Response];
    first.on('prefinish', () => server.closeIdleConnections());
    first.end('first');
    assert.equal((await client.response()).body, 'first');
    next.end('next');
    assert.equal((await client.response()).body, 'next');
    client.send(get());
    await until(() => responses.length === 3, 'another request');
  },
  { notNode: 'it cuts it' },
);

behaviour(
  'closeIdleConnections in the turn of an answer that has ended before it ends the connection after it',
  async ({ serve }) => {
    const { server, client, responses } = await twoAsked(serve);
    const [first, next] = responses as [Response, Response];
    next.on('socket', () => server.closeIdleConnections());
    next.end('next');
    first.end('first');
    assert.equal((await client.response()).body, 'first');
    assert.equal((await client.response()).body, 'next');
    await client.nothingMore();
  },
  { notNode: 'it cuts what has not left' },
);

const replacements: [sentence: string, replace: (server: Server, called: () => void) => void][] = [
  ['of the server', (server, called) => Object.assign(server, { closeIdleConnections: called })],
  [
    'of its class',
    (server, called) => {
      const prototype = Object.create(Object.getPrototypeOf(server), {
        closeIdleConnections: { value: called },
      });
      Object.setPrototypeOf(server, prototype);
    },
  ],
  [
    'that calls that of http.Server',
    (server, called) => {
      const { closeIdleConnections } = server;
      server.closeIdleConnections = function () {
        called();
        closeIdleConnections.call(this);
      };
    },
  ],
];

for (const [sentence, replace] of replacements) {
  behaviour(
    `close calls a closeIdleConnections ${sentence} while the server still listens`,
    async ({ serve }) => {
      const { server, connect } = await serve((_req, res) => res.end('idle'));
      const idle = connect().send(get());
      await idle.response();
      const listened: boolean[] = [];
      replace(server, () => listened.push(server.listening));
      const done = outcome<void>();
      server.close(() => done.resolve());
      assert.deepEqual(listened, [true]);
      assert.equal(server.listening, false);
      idle.socket.end();
      await done.promise;
    },
  );
}

behaviour('close throws what closeIdleConnections throws, and the server goes on', async ({ serve }) => {
  const { server, connect } = await serve((_req, res) => res.end('answer'));
  const { closeIdleConnections } = server;
  server.closeIdleConnections = () => {
    throw new Error('not now');
  };
  assert.throws(() => server.close(), /not now/);
  server.closeIdleConnections = closeIdleConnections;
  const client = connect().send(get());
  assert.equal((await client.response()).body, 'answer');
  assert.equal(server.listening, true);
  server.closeIdleConnections();
  await client.nothingMore();
});

behaviour(
  'a closeIdleConnections that calls that of http.Server leaves the grace that close gives',
  async ({ serve }) => {
    const { server, connect } = await serve({ closingGrace: 60_000 }, (_req, res) => res.end('answer'));
    const { closeIdleConnections } = server;
    server.closeIdleConnections = () => closeIdleConnections.call(server);
    const client = connect().send(get());
    await client.response();
    server.close();
    const last = await client.send(get()).response();
    assert.equal(last.body, 'answer');
    await client.nothingMore();
  },
  { notNode: 'its close leaves no grace', only: 'plain' },
);

behaviour('closeAllConnections ends them all', async ({ serve, subject }) => {
  const { server, connect } = await serve((req, res) => {
    if (req.url === '/idle') res.end('idle');
  });
  let accepted = 0;
  server.on(subject.secure ? 'secureConnection' : 'connection', () => accepted++);
  const idle = connect().send(get('/idle'));
  await idle.response();
  const slow = connect().send(get('/slow'));
  await once(server, 'request');
  const half = connect().send('GET / HTTP');
  await until(() => accepted === 3, 'the third connection');
  server.closeAllConnections();
  const all: RawClient[] = [idle, slow, half];
  for (const client of all) await client.nothingMore();
  assert.equal(server.listening, true);
});

behaviour('both are allowed before listening', ({ subject }) => {
  const server = subject.createServer({});
  server.closeIdleConnections();
  server.closeAllConnections();
});

behaviour('a server is closed by asyncDispose', async ({ serve }) => {
  const { server } = await serve(() => {});
  await server[Symbol.asyncDispose]();
  assert.equal(server.listening, false);
});
