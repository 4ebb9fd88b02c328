// Connections that the system has made and nobody has accepted yet when a server closes that has just accepted others: they
// are answered, and the program sees what it sees of node:http, a moment later.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { AcceptQueue, acceptBeforeClose, watchAccepts } from '../../dist/node/accept-queue.js';
import { OnlyPlace } from '../../dist/node/only-place.js';
import { behaviour, get, pem, RawClient, type Server, type Stage, turns, until } from '../subjects.js';

const notNode = 'it resets them';

/** Connects to a number or a path: the system has made the connection a tick later, and nobody can have accepted it. */
function connectNow({ subject, context }: Stage, target: number | string): RawClient {
  const socket = typeof target === 'string' ? net.connect(target) : net.connect(target, '127.0.0.1');
  socket.on('error', () => {});
  context.after(() => socket.destroy());
  if (!subject.secure) return new RawClient(socket);
  return new RawClient(tls.connect({ socket, ca: pem('authority-cert'), servername: 'localhost' }));
}

/** Does something while the first of those that wait is accepted: others may wait then. */
function atFirst<T>(server: Server, act: () => T): Promise<Awaited<T>> {
  return new Promise<T>((resolve) => server.once('connection', () => resolve(act()))) as Promise<Awaited<T>>;
}

/** Resolves when `close` has called back, with what it was given. */
const close = (server: Server) => new Promise((resolve) => server.close((...args) => resolve(args)));

/** What a server tells of its end, in order. */
function endingOf(server: Server): string[] {
  const told: string[] = [];
  const tell = (what: string) => (error?: NodeJS.ErrnoException) => told.push(error?.code ?? what);
  server.on('close', tell('close'));
  server.close(tell('first'));
  server.close(tell('second'));
  told.push(`${server.listening} ${server.address()}`);
  return told;
}

/** A path for a socket. */
function socketPath(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'premier-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'socket');
}

for (const count of [2, 20]) {
  behaviour(
    `of ${count} that wait, each is answered, and told that the connection ends`,
    async (stage) => {
      const { server, port } = await stage.serve((_req, res) => res.end('answered'));
      const closed = atFirst(server, () => close(server));
      const clients = Array.from({ length: count }, () => connectNow(stage, port).send(get()));
      for (const client of clients) {
        const { body, field } = await client.response();
        assert.deepEqual([body, field('connection')], ['answered', 'close']);
        await client.nothingMore();
      }
      assert.deepEqual(await closed, []);
    },
    { notNode },
  );
}

behaviour(
  'those that wait are answered by a server that has accepted nobody of late as well',
  async (stage) => {
    if (process.platform !== 'linux') return stage.context.skip('another system');
    const { server, port } = await stage.serve((_req, res) => res.end('answered'));
    await turns();
    const clients = Array.from({ length: 20 }, () => connectNow(stage, port).send(get()));
    // The system has made all their connections then.
    await new Promise(process.nextTick);
    const closed = close(server);
    for (const client of clients) {
      const { body, field } = await client.response();
      assert.deepEqual([body, field('connection')], ['answered', 'close']);
      await client.nothingMore();
    }
    assert.deepEqual(await closed, []);
  },
  { notNode },
);

behaviour('where nobody waits, all is told in the ticks of node:http', async ({ serve }) => {
  const { server } = await serve(() => {});
  const told: string[] = [];
  const tell = (what: string) => () => told.push(what);
  server.on('close', tell('close'));
  process.nextTick(tell('a tick before'));
  server.close(tell('called back'));
  process.nextTick(tell('a tick after'));
  await turns();
  assert.deepEqual(told, ['a tick before', 'close', 'called back', 'a tick after']);
});

behaviour('in the tick of its close already nobody connects', async ({ serve }) => {
  const { server, port } = await serve(() => assert.fail('a request came'));
  server.close();
  const [error] = await once(net.connect(port, '127.0.0.1'), 'error');
  assert.equal(error.code, 'ECONNREFUSED');
});

behaviour(
  'those that wait and say nothing are closed after the grace',
  async ({ serve, context }) => {
    const { server, port } = await serve({ closingGrace: 1 }, () => {});
    const closed = atFirst(server, () => close(server));
    const silent = [0, 1].map(() => net.connect(port, '127.0.0.1').on('error', () => {}));
    context.after(() => {
      for (const socket of silent) socket.destroy();
    });
    await Promise.all([...silent.map((socket) => once(socket, 'close')), closed]);
  },
  { notNode: 'the first keeps it' },
);

behaviour('a server that nobody waits for tells of its end as on node:http', async ({ serve }) => {
  const { server } = await serve(() => {});
  const told = endingOf(server);
  await until(() => told.length > 1);
  await turns();
  assert.deepEqual(told, ['false null', 'close', 'first', 'ERR_SERVER_NOT_RUNNING', 'close']);
});

behaviour(
  'one that is closed when the last of those that waited has gone tells of it once',
  async (stage) => {
    const { server, port } = await stage.serve((_req, res) => res.end());
    const telling = atFirst(server, () => ({ told: endingOf(server) }));
    const clients = [0, 1].map(() => connectNow(stage, port).send(get()));
    for (const client of clients) {
      await client.response();
      await client.nothingMore();
    }
    const { told } = await telling;
    await until(() => told.length > 1);
    await turns();
    assert.deepEqual(told, ['false null', 'close', 'first', 'ERR_SERVER_NOT_RUNNING']);
  },
  { notNode },
);

behaviour("a server that is closed before 'listening' never tells that it listens", async ({ subject }) => {
  const server = subject.createServer({}, () => {});
  server.on('listening', () => assert.fail('it listens'));
  server.listen(0);
  assert.deepEqual(await close(server), []);
});

behaviour('a server that has accepted nobody of late refuses who comes after its close', async (stage) => {
  const { server, port, ask } = await stage.serve((_req, res) => res.end());
  await ask(get('/', 'Connection: close'));
  await turns();
  const closed = close(server);
  const [error] = await once(net.connect(port, '127.0.0.1'), 'error');
  assert.equal(error.code, 'ECONNREFUSED');
  assert.deepEqual(await closed, []);
});

for (const [who, other] of [
  ['another server', ({ subject }: Stage) => subject.createServer({}, (_req, res) => res.end('other'))],
  ['a server of node:net', () => net.createServer()],
] as const) {
  for (const waits of [false, true])
    behaviour(`its port is ${who}'s at once${waits ? ', though clients wait' : ''}`, async (stage) => {
      const { server, port } = await stage.serve(() => {});
      const next = other(stage);
      stage.context.after(() => next.close());
      const change = () => {
        const closed = close(server);
        next.listen(port, '127.0.0.1');
        return Promise.all([once(next, 'listening'), closed]);
      };
      const changed = waits ? atFirst(server, change) : change();
      const clients = waits ? [0, 1].map(() => connectNow(stage, port)) : [];
      if (waits) await once(server, 'connection');
      for (const { socket } of clients) socket.destroy();
      await changed;
    });

  for (const waits of [false, true])
    behaviour(
      `its path is gone at once, and ${who}'s when that wants it${waits ? ', though clients wait' : ''}`,
      async (stage) => {
        const path = socketPath(stage.context);
        const server = stage.subject.createServer({}, () => {});
        await once(server.listen(path), 'listening');
        const next = other(stage);
        stage.context.after(() => next.close());
        const change = () => {
          const closed = close(server);
          assert.ok(!existsSync(path));
          next.listen(path);
          return Promise.all([once(next, 'listening'), closed]);
        };
        const changed = waits ? atFirst(server, change) : change();
        const clients = waits ? [0, 1].map(() => connectNow(stage, path)) : [];
        if (waits) await once(server, 'connection');
        for (const { socket } of clients) socket.destroy();
        await changed;
        assert.ok(existsSync(path));
      },
      { only: 'plain' },
    );
}

for (const [what, name] of [
  ['of the file system', socketPath],
  ['with an abstract name', () => `\0premier-${process.pid}-${performance.now()}`],
] as const) {
  behaviour(
    `who waits at a socket ${what} is answered`,
    async (stage) => {
      if (process.platform !== 'linux') return stage.context.skip('another system');
      const path = name(stage.context);
      const server = stage.subject.createServer({}, (_req, res) => res.end('answered'));
      await once(server.listen(path), 'listening');
      const closed = atFirst(server, () => close(server));
      const clients = [0, 1].map(() => connectNow(stage, path).send(get()));
      for (const client of clients) assert.equal((await client.response()).body, 'answered');
      await closed;
    },
    { only: 'plain', notNode },
  );
}

behaviour(
  'what another program puts at its path stays',
  async (stage) => {
    const path = socketPath(stage.context);
    const server = stage.subject.createServer({}, (_req, res) => res.end());
    await once(server.listen(path), 'listening');
    const closed = atFirst(server, () => {
      const closed = close(server);
      writeFileSync(path, 'theirs');
      return closed;
    });
    const client = connectNow(stage, path).send(get('/', 'Connection: close'));
    await client.response();
    await closed;
    assert.equal(readFileSync(path, 'utf8'), 'theirs');
  },
  { only: 'plain', until: 24 },
);

behaviour(
  'who cuts all connections waits for nobody',
  async (stage) => {
    const { server, port } = await stage.serve(() => assert.fail('a request came'));
    const closed = atFirst(server, () => {
      const closed = close(server);
      server.closeAllConnections();
      return closed;
    });
    const clients = [0, 1].map(() => connectNow(stage, port).send(get()));
    await closed;
    for (const { socket } of clients) socket.destroy();
  },
  { only: 'plain' },
);

/** A server that listens with a handle that only says what is done with it. */
function withHandle(more: object) {
  const done: string[] = [];
  class Handle {
    fd = 3;
    onconnection = () => {};
    listen(backlog: number) {
      done.push(`listen ${backlog}`);
      return 0;
    }
    close() {
      done.push('close');
    }
  }
  const handle = Object.assign(new Handle(), more);
  const server = { _handle: handle, address: () => ({}), _connectionKey: '4:127.0.0.1:0' };
  watchAccepts(server);
  handle.onconnection();
  return { server, handle, done };
}

/** Another process, until it is told to end. */
function child(context: TestContext): void {
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  context.after(async () => {
    other.kill('SIGKILL');
    await once(other, 'close');
  });
}

for (const [whose, begin, isShared] of [
  ['of this process alone', () => {}, false],
  ['that a child may have', ({ context }) => child(context), true],
  [
    'that came as a descriptor',
    ({ server }) => Object.assign(server, { _connectionKey: 'null:null:null' }),
    true,
  ],
  ['of which nothing is known', ({ server }) => Object.assign(server, { _connectionKey: undefined }), true],
] as [string, (of: { server: object; context: TestContext }) => void, boolean][])
  test(`how many may wait is ${isShared ? '' : 'not '}as it was when a socket closes ${whose}`, async (context) => {
    const { server, handle, done } = withHandle({});
    begin({ server, context });
    const accepted = new Promise((resolve) => acceptBeforeClose(server, resolve));
    handle.close();
    assert.equal(await accepted, 0);
    const again = isShared ? ['listen 511'] : [];
    assert.deepEqual(done, process.platform === 'linux' ? ['listen 0', ...again, 'close'] : ['close']);
  });

for (const [what, more] of [
  ['of which its parent is told', { close() {} }],
  ['that is none of the system', { fd: undefined }],
  ['of a system without descriptors', { fd: -1 }],
] as const) {
  test(`a handle ${what} is closed at once`, () => {
    const { server, done } = withHandle(more);
    assert.equal(
      acceptBeforeClose(server, () => assert.fail('it was put off')),
      null,
    );
    assert.deepEqual(done, []);
  });
}

test('a process that cannot accept any more does not wait', () => {
  const { server, handle, done } = withHandle({});
  let accepted: number | undefined;
  acceptBeforeClose(server, (count) => {
    accepted = count;
  });
  (handle.onconnection as (error: number) => void)(-24);
  assert.equal(accepted, 0);
  assert.equal(done.at(-1), 'close');
});

/** A queue whose only place is found as `looks` says: taken, and so many accepted before that. Null where it went on looking. */
function lookedAt(looks: readonly number[], context: TestContext): Promise<number | null> {
  return new Promise((resolve) => {
    const { handle } = withHandle({});
    const left = [...looks];
    const place = {
      isOurs: () => false,
      unfinished: { begin() {}, mayBeHidden: false, lookBesideOurs: () => false },
      take(told: (leave: null) => void) {
        const accepted = left.shift();
        if (accepted === undefined) {
          resolve(null);
          queue.end();
        } else {
          for (let i = 0; i < accepted; i++) (handle.onconnection as (error: number) => void)(0);
          told(null);
        }
      },
    };
    const queue = new AcceptQueue(handle as never, place as never, resolve);
    context.after(() => queue.end());
  });
}

for (const [what, looks, outcome] of [
  ['nobody can have it', [0, 0, 0, 0], 0],
  ['somebody was accepted each time', Array(20).fill(1), null],
  ['somebody was accepted now and then', [0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0], null],
  ['nobody was any more', [1, 1, 1, 1, 1, 0, 0, 0, 0], 5],
] as [string, number[], number | null][])
  test(`a place that is found taken is ${outcome === null ? '' : 'not '}looked at again where ${what}`, async (context) => {
    assert.equal(await lookedAt(looks, context), outcome);
  });

for (const [what, isShared, isRecent, waits] of [
  ['its own that has accepted nobody of late', false, false, false],
  ['its own that has just accepted somebody', false, true, true],
  ['one that others have accepted from', true, false, true],
] as const)
  test(`who is half connected is ${waits ? '' : 'not '}waited for on ${what}`, async (context) => {
    const { handle, done } = withHandle({});
    if (!isRecent) await turns(4);
    // A server that waits keeps no process alive.
    const alive = setInterval(() => {}, 1000);
    context.after(() => clearInterval(alive));
    const looks = [true, false];
    const place = {
      isOurs: () => false,
      unfinished: { begin() {}, mayBeHidden: false, lookBesideOurs: () => looks.shift() ?? false },
      take: (told: (leave: () => void) => void) => told(() => {}),
    };
    await new Promise((resolve) => {
      const queue = new AcceptQueue(handle as never, place as never, resolve, isShared);
      context.after(() => queue.end());
    });
    assert.deepEqual(done, waits ? ['listen 511', 'listen 0'] : []);
  });

test('all that may wait are accepted, however long the process was kept from it', async (context) => {
  const { handle } = withHandle({});
  let time = 0;
  const clock = context.mock.method(performance, 'now', () => time);
  let outcome: number | undefined;
  const queue = new AcceptQueue(handle as never, null, (accepted) => {
    outcome = accepted;
  });
  context.after(() => queue.end());
  let came = 0;
  for (; outcome === undefined && came < 1000; came++) {
    time += 6000;
    (handle.onconnection as (error: number) => void)(0);
    await turns(1);
  }
  clock.mock.restore();
  assert.ok(outcome !== undefined, 'it goes on for ever where others come as fast');
  assert.ok(outcome > 511, `only ${outcome} of those that waited were accepted`);
});

test("a connection of the server's own is known once: another may have its name next", async (context) => {
  if (process.platform !== 'linux') return context.skip('another system');
  const server = net.createServer().listen(0, '127.0.0.1');
  context.after(() => server.close());
  await once(server, 'listening');
  const { _handle: handle } = server as unknown as { _handle: { onconnection: (...of: unknown[]) => void } };
  const accepted = new Promise<{ close(): void }>((resolve) => {
    handle.onconnection = (_error, client) => resolve(client as never);
  });
  const place = new OnlyPlace(server.address() as net.AddressInfo);
  const leave = await new Promise<(() => void) | null>((resolve) => place.take(resolve));
  const client = await accepted;
  leave?.();
  assert.deepEqual([leave !== null, place.isOurs(client), place.isOurs(client)], [true, true, false]);
  client.close();
});
