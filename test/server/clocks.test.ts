// The clocks of a server alone, under a clock that the test turns: to the millisecond, and without waiting.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import nodeTimers from 'node:timers';
import type { Timed, TimeoutSettings } from '../../dist/server/timeouts.js';

/** The hour at which each test begins. */
const begin = 1_000_000;

// The engine keeps the timers that it finds when it is loaded.
const { timers } = mock;
const enable = () => timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: begin });
enable();
for (const name of ['setTimeout', 'setInterval'] as const) {
  const { [name]: set } = nodeTimers;
  const checked = (act: () => void, delay: number, ...args: []) => {
    assert.ok(delay < 2 ** 31, 'a timer that strikes at once');
    return set(act, delay, ...args);
  };
  Object.assign(nodeTimers, { [name]: checked });
}
const { IdleConnections, RequestSweep } = await import('../../dist/server/timeouts.js');
const { ConnectionClock } = await import('../../dist/server/connection-clock.js');
const { kEngine } = await import('../../dist/server/http-server.js');

const defaults: TimeoutSettings = {
  keepAliveTimeout: 5000,
  keepAliveTimeoutBuffer: 1000,
  headersTimeout: 60_000,
  requestTimeout: 300_000,
  connectionsCheckingInterval: 30_000,
};

/** A clock that begins anew. */
function newClock(): { pass(ms: number): void; now(): number } {
  timers.reset();
  enable();
  return {
    // Millisecond by millisecond: within one tick, every timer would see the time of its end.
    pass(ms) {
      for (let i = 0; i < ms; i++) timers.tick(1);
    },
    now: () => Date.now() - begin,
  };
}

/** A connection that tells `events` when it timed out, by its name and the time since the test began. */
function connection(events: string[], name: string, request: Partial<Timed> = {}): Timed {
  const tell = (what: string) => () => void events.push(`${name} ${what} at ${Date.now() - begin}`);
  return {
    idleSince: 0,
    previousIdle: null,
    nextIdle: null,
    requestStart: 0,
    headComplete: false,
    onIdleTimeout: tell('idle'),
    onRequestTimeout: tell('late'),
    ...request,
  };
}

test('a connection is idle for as long as its client was told, and the buffer', () => {
  const clock = newClock();
  const events: string[] = [];
  new IdleConnections(defaults).add(connection(events, 'a'));
  clock.pass(5999);
  assert.deepEqual(events, []);
  clock.pass(1);
  assert.deepEqual(events, ['a idle at 6000']);
  clock.pass(20_000);
  assert.equal(events.length, 1);
});

test('each connection has its own time, from when it fell idle', () => {
  const clock = newClock();
  const events: string[] = [];
  const idle = new IdleConnections(defaults);
  for (const name of ['a', 'b', 'c']) {
    idle.add(connection(events, name));
    clock.pass(2500);
  }
  clock.pass(20_000);
  assert.deepEqual(events, ['a idle at 6000', 'b idle at 8500', 'c idle at 11000']);
});

for (const woken of [0, 1, 2]) {
  test(`of three idle connections, number ${woken + 1} wakes, and its time begins anew when it falls idle`, () => {
    const clock = newClock();
    const events: string[] = [];
    const idle = new IdleConnections(defaults);
    const all = ['a', 'b', 'c'].map((name) => connection(events, name));
    for (const each of all) idle.add(each);
    clock.pass(4000);
    idle.remove(all[woken] as Timed);
    clock.pass(1000);
    idle.add(all[woken] as Timed);
    clock.pass(20_000);
    const names = ['a', 'b', 'c'];
    const [late] = names.splice(woken, 1);
    assert.deepEqual(events, [...names.map((name) => `${name} idle at 6000`), `${late} idle at 11000`]);
  });
}

test('a connection that wakes twice, or was never idle, is none the worse for it', () => {
  const clock = newClock();
  const events: string[] = [];
  const idle = new IdleConnections(defaults);
  const [a, b] = [connection(events, 'a'), connection(events, 'b')];
  idle.add(a);
  for (let time = 0; time < 2; time++) idle.remove(a);
  idle.remove(b);
  clock.pass(20_000);
  assert.deepEqual(events, []);
});

const idleSettings: [sentence: string, settings: Partial<TimeoutSettings>, expected: number | null][] = [
  ['keepAliveTimeout of 0', { keepAliveTimeout: 0 }, null],
  ['keepAliveTimeout that is no number', { keepAliveTimeout: Number.NaN }, null],
  ['endless keepAliveTimeout', { keepAliveTimeout: Number.POSITIVE_INFINITY }, null],
  ['no buffer', { keepAliveTimeoutBuffer: 0 }, 5000],
  ['a buffer below 0, which is none', { keepAliveTimeoutBuffer: -1 }, 6000],
  ['1 ms', { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 }, 1],
];
for (const [sentence, settings, expected] of idleSettings) {
  test(`with ${sentence}, an idle connection ends ${expected === null ? 'never' : `after ${expected} ms`}`, () => {
    const clock = newClock();
    const events: string[] = [];
    new IdleConnections({ ...defaults, ...settings }).add(connection(events, 'a'));
    clock.pass(20_000);
    assert.deepEqual(events, expected === null ? [] : [`a idle at ${expected}`]);
  });
}

for (const [which, keepAliveTimeout, keepAliveTimeoutBuffer] of [
  ['keepAliveTimeout', 2 ** 31, 0],
  ['buffer', 1, 2 ** 31],
  ['sum of both', 2 ** 31 - 1, 1000],
] as const) {
  test(`a ${which} that is longer than timers wait is waited for all the same`, () => {
    newClock();
    const events: string[] = [];
    const settings = { ...defaults, keepAliveTimeout, keepAliveTimeoutBuffer };
    new IdleConnections(settings).add(connection(events, 'a'));
    const time = keepAliveTimeout + keepAliveTimeoutBuffer;
    // The first timer can't wait for so long, and sets the second.
    timers.tick(2 ** 31 - 1);
    timers.tick(time - 2 ** 31);
    assert.deepEqual(events, []);
    timers.tick(1);
    assert.deepEqual(events, [`a idle at ${time}`]);
  });
}

test('a longer keepAliveTimeout is granted to those that are idle already', () => {
  const clock = newClock();
  const events: string[] = [];
  const settings = { ...defaults };
  new IdleConnections(settings).add(connection(events, 'a'));
  settings.keepAliveTimeout = 10_000;
  clock.pass(20_000);
  assert.deepEqual(events, ['a idle at 11000']);
});

interface Uploading {
  clock: InstanceType<typeof ConnectionClock>;
  socket: { bytesRead?: number | undefined };
  events: string[];
}

/** A connection that was answered while its request comes. */
function uploading(bytesRead?: number): Uploading {
  const events: string[] = [];
  const socket = { bytesRead };
  const tell = (what: string) => () => void events.push(`${what} at ${Date.now() - begin}`);
  const server = { [kEngine]: { idle: new IdleConnections(defaults), grace: { requestCame() {} } } };
  const clocked = {
    server,
    socket,
    headComplete: true,
    onTimeout: tell('idle'),
    onRequestTimeout: tell('late'),
  };
  const clock = new ConnectionClock(clocked as never);
  clock.awaitRest();
  return { clock, socket, events };
}

test('the rest of a request that was answered may pause for as long as an idle connection', () => {
  const clock = newClock();
  const { socket, events } = uploading(10);
  clock.pass(5000);
  socket.bytesRead = 11;
  clock.pass(6999);
  assert.deepEqual(events, []);
  clock.pass(1);
  assert.deepEqual(events, ['idle at 12000']);
});

test('a socket that counts nothing may bring the rest of a request at any time', () => {
  const clock = newClock();
  const { events } = uploading();
  clock.pass(60_000);
  assert.deepEqual(events, []);
});

test('a connection whose request ends after its answer is idle from then on', () => {
  const clock = newClock();
  const { clock: connectionClock, events } = uploading(10);
  clock.pass(5000);
  connectionClock.requestEnds();
  connectionClock.becomeIdle();
  clock.pass(5999);
  assert.deepEqual(events, []);
  clock.pass(1);
  assert.deepEqual(events, ['idle at 11000']);
  clock.pass(20_000);
  assert.equal(events.length, 1);
});

test('a connection that falls idle twice is so once, since the second time', () => {
  const clock = newClock();
  const events: string[] = [];
  const idle = new IdleConnections(defaults);
  const [a, b] = [connection(events, 'a'), connection(events, 'b')];
  for (const each of [a, b, a]) {
    idle.add(each);
    clock.pass(1000);
  }
  clock.pass(20_000);
  assert.deepEqual(events, ['b idle at 7000', 'a idle at 8000']);
});

type Request = Pick<Timed, 'requestStart' | 'headComplete'>;
const inHead: Request = { requestStart: begin, headComplete: false };
const inBody: Request = { requestStart: begin, headComplete: true };
const none: Request = { requestStart: 0, headComplete: false };
const { POSITIVE_INFINITY } = Number;

/** Interval, headersTimeout and requestTimeout in ms, a request, and when the sweep first finds it late. */
const sweeps: [interval: number, headers: number, whole: number, request: Request, late: number | null][] = [
  [100, 1000, 5000, inHead, 1000],
  [100, 1001, 5000, inHead, 1100],
  [300, 1000, 5000, inHead, 1200],
  [100, 1000, 5000, inBody, 5000],
  [100, 1000, 5000, none, null],
  [100, 0, 5000, inHead, 5000],
  [100, 1000, 0, inHead, 1000],
  [100, 1000, 0, inBody, null],
  [100, 0, 0, inHead, null],
  [100, POSITIVE_INFINITY, POSITIVE_INFINITY, inHead, null],
  [100, 5000, 1000, inHead, 1000],
];
for (const [interval, headers, whole, request, late] of sweeps) {
  const where = request === none ? 'no request' : request === inHead ? 'an unfinished head' : 'a whole head';
  const when = late === null ? 'is never late' : `is late after ${late} ms`;
  test(`${where} ${when}, within ${headers} and ${whole}, looked at every ${interval}`, () => {
    const clock = newClock();
    const events: string[] = [];
    const settings = { ...defaults, headersTimeout: headers, requestTimeout: whole };
    const timed = connection(events, 'a', request);
    const sweep = new RequestSweep(
      [timed].map((clock) => ({ clock })),
      { ...settings, connectionsCheckingInterval: interval },
    );
    sweep.start();
    while (events.length === 0 && clock.now() < 10_000) clock.pass(interval);
    sweep.stop();
    assert.deepEqual(events, late === null ? [] : [`a late at ${late}`]);
    clock.pass(10_000);
    assert.ok(events.length <= 1, 'it goes on after it was stopped');
  });
}

test('requests are looked at as seldom as timers can wait', () => {
  newClock();
  const events: string[] = [];
  const settings = { ...defaults, connectionsCheckingInterval: 2 ** 40 };
  const sweep = new RequestSweep([{ clock: connection(events, 'a', inHead) }], settings);
  sweep.start();
  timers.tick(2 ** 31 - 2);
  assert.deepEqual(events, []);
  timers.tick(1);
  assert.equal(events.length, 1);
  sweep.stop();
});

test('a sweep that is started again sweeps once an interval, by the interval of now', () => {
  const clock = newClock();
  const events: string[] = [];
  const settings = { ...defaults, connectionsCheckingInterval: 100, requestTimeout: 1 };
  const sweep = new RequestSweep(
    [connection(events, 'a', inBody)].map((clock) => ({ clock })),
    settings,
  );
  sweep.start();
  settings.connectionsCheckingInterval = 250;
  sweep.start();
  clock.pass(1000);
  sweep.stop();
  assert.deepEqual(events, ['a late at 250', 'a late at 500', 'a late at 750', 'a late at 1000']);
});
