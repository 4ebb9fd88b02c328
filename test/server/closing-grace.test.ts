// How long a server that closes keeps connections whose clients were told that they go on: until none of them has asked for
// anything for a grace, and not for ever. The clock stands still until the test lets it go on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server as NodeServer } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import timers from 'node:timers';
import { inspect } from 'node:util';
import { CLOSING_GRACE, LONGEST_CLOSING_GRACE, LONGEST_PACED_GRACE } from '../../dist/server/limits.js';
import { get as fields, greeting, headers } from '../http2/exchange.js';
import { get, RawClient, turns, until } from '../subjects.js';

/** Timers of a clock that is moved by hand. */
class Clock {
  #now = 0;
  readonly #due = new Map<object, { at: number; act: () => void }>();

  setTimeout = (act: (...args: unknown[]) => void, delay: number, ...args: unknown[]) => {
    assert.ok(delay < 2 ** 31, 'a timer that strikes at once');
    const timer = {
      unref: () => timer,
      refresh: () => {
        this.#due.delete(timer);
        this.#due.set(timer, { at: this.#now + delay, act: () => act(...args) });
        return timer;
      },
    };
    return timer.refresh();
  };

  clearTimeout = (timer: object | undefined) => {
    if (timer !== undefined) this.#due.delete(timer);
  };

  /** Lets so many milliseconds pass, and what they bring about happen. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#due].sort(([, a], [, b]) => a.at - b.at)[0];
      if (next === undefined || next[1].at > end) break;
      this.#now = next[1].at;
      this.#due.delete(next[0]);
      next[1].act();
    }
    this.#now = end;
    await turns(2);
  }

  /** The process sees nothing of so many milliseconds, and then that timers are over. */
  async skip(ms: number): Promise<void> {
    this.#now += ms;
    for (const [timer, { at, act }] of [...this.#due]) {
      if (at > this.#now) continue;
      this.#due.delete(timer);
      act();
    }
    await turns(2);
  }
}

// The engine takes timers when it is loaded.
const clock = new Clock();
const { setTimeout, clearTimeout } = timers;
Object.assign(timers, { setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout });
const { LONGEST_WAIT } = await import('../../dist/node/timers.js');
const { Server } = await import('../../dist/server/server.js');
const { kEngine } = await import('../../dist/server/http-server.js');
Object.assign(timers, { setTimeout, clearTimeout });

interface Stage {
  server: NodeServer;
  port: number;
  /** A connection that was told that it goes on. */
  kept(): Promise<RawClient>;
  connect(): Socket;
  /** Calls `close`, and waits until the grace has begun. */
  close(): Promise<void>;
}

type Answer = { write(text: string): unknown; end(): unknown };
type Handler = (response: Answer) => void;

async function serve(
  context: TestContext,
  options = {},
  handle: Handler = (res) => void res.end(),
): Promise<Stage> {
  const server = new Server(
    { http2: 'prior-knowledge', keepAliveTimeout: 60_000, ...options } as never,
    (_req, res) => {
      handle(res);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const connect = () => {
    const socket = net.connect(port, '127.0.0.1').on('error', () => {});
    context.after(() => socket.destroy());
    return socket;
  };
  const { [kEngine]: engine } = server as unknown as { [kEngine]: { queue: unknown } };
  return {
    server,
    port,
    connect,
    async kept() {
      const client = new RawClient(connect());
      assert.equal((await client.send(get()).response()).field('connection'), 'keep-alive');
      return client;
    },
    async close() {
      server.close();
      await until(() => engine.queue === null);
    },
  };
}

async function asksOnceMore(client: RawClient): Promise<void> {
  assert.equal((await client.send(get()).response()).field('connection'), 'close');
  await client.nothingMore();
}

for (const [which, options, grace] of [
  ['the usual one', {}, CLOSING_GRACE],
  ['a short one', { closingGrace: 50 }, 50],
  ['one that is longer than requests are waited for', { closingGrace: 5000 }, 5000],
  ['one that is longer than timers wait', { closingGrace: Number.MAX_SAFE_INTEGER }, LONGEST_WAIT],
] as const) {
  test(`a connection that nothing comes on ends after the grace: ${which}`, async (context) => {
    const { server, kept, close } = await serve(context, options);
    const [quiet] = [await kept()];
    await close();
    const closed = once(server, 'close');
    await clock.pass(grace - 1);
    assert.equal(quiet.ended, false);
    await clock.pass(1);
    await quiet.nothingMore();
    await closed;
  });
}

const setLater: [unknown, grace: number][] = [
  [Number.POSITIVE_INFINITY, LONGEST_WAIT],
  [0, 0],
  [Number.NaN, CLOSING_GRACE],
  [-1, CLOSING_GRACE],
  ['50', CLOSING_GRACE],
  [1n, CLOSING_GRACE],
  [null, CLOSING_GRACE],
];
for (const [value, grace] of setLater) {
  test(`closingGrace that is set to ${inspect(value)} is ${grace} ms`, async (context) => {
    const { server, kept, close } = await serve(context);
    const quiet = await kept();
    Object.assign(server, { closingGrace: value });
    await close();
    if (grace > 0) await clock.pass(grace - 1);
    assert.equal(quiet.ended, false);
    await clock.pass(1);
    await quiet.nothingMore();
  });
}

/** What clients did before the close, at which times after their connection came, and the grace that this gives all. */
const paces: [what: string, requests: number[], closed: number, grace: number][] = [
  ['came back at once', [0, 1, 2], 2, CLOSING_GRACE],
  ['came back after 300 ms each time', [300, 600, 900], 900, 900],
  ['came back after 300 ms each time, and is expected', [300, 600, 900], 1200, 900],
  ['came back after 300 ms each time, and then no more', [300, 600, 900], 2000, CLOSING_GRACE],
  ['came back after five seconds', [5000, 10_000], 10_000, LONGEST_PACED_GRACE],
  ['asked for one thing', [500], 500, CLOSING_GRACE],
];
for (const [what, requests, closed, grace] of paces)
  for (const [set, options, given] of [
    ['', {}, grace],
    [' that is set', { closingGrace: 300 }, 300],
  ] as const)
    test(`where a client ${what}, a grace${set} is ${given} ms`, async (context) => {
      let time = 1_000_000;
      context.mock.method(Date, 'now', () => time);
      const came = time;
      const { server, connect, close } = await serve(context, options);
      const connected = once(server, 'connection');
      const client = new RawClient(connect());
      await connected;
      for (const at of requests) {
        time = came + at;
        await client.send(get()).response();
      }
      time = came + closed;
      await close();
      await clock.pass(given - 1);
      assert.equal(client.ended, false);
      await clock.pass(1);
      await client.nothingMore();
    });

test('of a time in which its process did not run, no more than a part is taken from the grace', async (context) => {
  const { kept, close } = await serve(context);
  const client = await kept();
  await close();
  await clock.skip(10 * LONGEST_CLOSING_GRACE);
  await clock.skip(10 * LONGEST_CLOSING_GRACE);
  await clock.pass(CLOSING_GRACE / 2);
  assert.equal(client.ended, false);
  await asksOnceMore(client);
});

test('as long as requests come, whoever was told to go on is waited for', async (context) => {
  const { kept, close } = await serve(context);
  const clients = await Promise.all(Array.from({ length: 6 }, kept));
  const last = await kept();
  await close();
  for (const client of clients) {
    await clock.pass(CLOSING_GRACE - 1);
    await asksOnceMore(client);
  }
  await clock.pass(CLOSING_GRACE - 1);
  assert.equal(last.ended, false);
  await clock.pass(1);
  await last.nothingMore();
});

test('but not for ever', async (context) => {
  const step = CLOSING_GRACE - 1;
  const { server, kept, close } = await serve(context);
  const clients = await Promise.all(
    Array.from({ length: Math.ceil(LONGEST_CLOSING_GRACE / step) + 2 }, kept),
  );
  await close();
  const closed = once(server, 'close');
  let passed = 0;
  for (; passed + step < LONGEST_CLOSING_GRACE; passed += step) {
    await clock.pass(step);
    await asksOnceMore(clients.pop() as RawClient);
  }
  await clock.pass(LONGEST_CLOSING_GRACE - passed);
  await Promise.all(clients.map((client) => client.nothingMore()));
  await closed;
});

test('a request that is read after the grace keeps the others as well', async (context) => {
  const { kept, close } = await serve(context);
  const [late, other] = [await kept(), await kept()];
  await close();
  late.send(get());
  // The process comes to its timers first: what has arrived is read before any connection ends.
  await clock.pass(CLOSING_GRACE);
  await late.response();
  await asksOnceMore(other);
});

test('an upload is one request, however many segments it comes in', async (context) => {
  let isRead = true;
  const { server, kept, close } = await serve(context, {}, (response) => void (isRead && response.end()));
  const [sender, other] = [await kept(), await kept()];
  await close();
  isRead = false;
  const asked = once(server, 'request');
  sender.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n');
  const [request] = await asked;
  let pieces = 0;
  request.on('data', () => pieces++);
  for (let piece = 0; piece < 4; piece++) {
    await clock.pass(CLOSING_GRACE / 5);
    sender.send('piece');
    await until(() => pieces > piece);
  }
  await clock.pass(CLOSING_GRACE / 5);
  await other.nothingMore();
});

test('an answer that was under way and said that the connection goes on leaves it a grace of its own', async (context) => {
  const answers: Answer[] = [];
  const { connect, close } = await serve(context, {}, (response) => {
    answers.push(response);
    response.write('begun');
  });
  const client = new RawClient(connect()).send(get());
  await until(() => answers.length > 0);
  await close();
  await clock.pass(10 * LONGEST_CLOSING_GRACE);
  answers[0]?.end();
  assert.equal((await client.response()).field('connection'), 'keep-alive');
  await clock.pass(CLOSING_GRACE - 1);
  assert.equal(client.ended, false);
  await clock.pass(1);
  await client.nothingMore();
});

test('an upload that was answered and goes on has a grace of its own at its end', async (context) => {
  const { server, connect, close } = await serve(context);
  const client = new RawClient(connect()).send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab');
  assert.equal((await client.response()).field('connection'), 'keep-alive');
  await close();
  const closed = once(server, 'close');
  await clock.pass(10 * LONGEST_CLOSING_GRACE);
  assert.equal(client.ended, false);
  client.send('cde');
  const { connections } = (
    server as unknown as { [kEngine]: { connections: Iterable<{ isIdle: boolean }> } }
  )[kEngine];
  await until(() => [...connections].every(({ isIdle }) => isIdle));
  await clock.pass(CLOSING_GRACE - 1);
  assert.equal(client.ended, false);
  await clock.pass(1);
  await client.nothingMore();
  await closed;
});

test('a second close begins no second grace', async (context) => {
  const { server, kept, close } = await serve(context);
  const quiet = await kept();
  await close();
  await clock.pass(CLOSING_GRACE - 1);
  server.close();
  await clock.pass(1);
  await quiet.nothingMore();
});

test('a server that has listened in between gives a grace once more', async (context) => {
  const { server, port, kept, close } = await serve(context);
  const first = await kept();
  await close();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const second = await kept();
  await clock.pass(CLOSING_GRACE - 1);
  await close();
  await clock.pass(CLOSING_GRACE - 1);
  await asksOnceMore(second);
  await asksOnceMore(first);
});

/** A connection of HTTP/2 whose client never says that it has read of the shutdown. */
async function silentHttp2(socket: Socket): Promise<{ isOver: boolean }> {
  const state = { isOver: false };
  socket.on('end', () => {
    state.isOver = true;
  });
  socket.write(greeting);
  await once(socket, 'data');
  socket.resume();
  return state;
}

test('a connection of HTTP/2 is shut down when the grace is over that requests on others began anew', async (context) => {
  const { kept, connect, close } = await serve(context);
  const session = await silentHttp2(connect());
  const client = await kept();
  await close();
  await clock.pass(CLOSING_GRACE - 1);
  await asksOnceMore(client);
  await clock.pass(CLOSING_GRACE - 1);
  await turns();
  assert.equal(session.isOver, false);
  await clock.pass(1);
  await until(() => session.isOver);
});

test('a request over HTTP/2 keeps the connections of HTTP/1.1 as well', async (context) => {
  const { server, kept, connect, close } = await serve(context);
  const socket = connect();
  await silentHttp2(socket);
  const client = await kept();
  await close();
  await clock.pass(CLOSING_GRACE - 1);
  const asked = once(server, 'request');
  socket.write(headers(1, fields));
  await asked;
  await clock.pass(CLOSING_GRACE - 1);
  await asksOnceMore(client);
});
