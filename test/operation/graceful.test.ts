// graceful(server): what a program's stop does, from its first signal to its end.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import premier from 'premier';
import { type GracefulOptions, graceful } from 'premier/operation';
import { temporaryFolder } from '../cli/command.js';
import { get, RawClient } from '../subjects.js';

const listening = async (server: http.Server) => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

test('a stop goes through its stages, serves while it drains, and tells how it went', async () => {
  const server = premier.createServer((_req, res) => res.end('served'));
  const port = await listening(server);
  const told: string[] = [];
  const ended = graceful(server, {
    drainDelay: 0.1,
    grace: 1,
    exit: false,
    onDrain: () => void told.push('drain'),
    onStopped: ({ cut }) => void told.push(`stopped, ${cut} cut`),
  });
  assert.equal(ended.stage, 'ready');
  const stop = ended.stop();
  assert.equal(ended.stage, 'draining');
  const client = new RawClient(connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
  assert.equal((await client.send(get()).response()).body, 'served');
  assert.deepEqual(await stop, { cut: 0 });
  assert.equal(ended.stop(), ended.stop());
  assert.deepEqual(await ended.stopped, { cut: 0 });
  assert.equal(ended.stage, 'stopping');
  assert.deepEqual(told, ['drain', 'stopped, 0 cut']);
});

test('a stop shows the program no connection that it did not get', async () => {
  const server = premier.createServer(() => assert.fail('a request came'));
  await listening(server);
  server.on('connection', () => assert.fail('a connection came'));
  assert.deepEqual(await graceful(server, { drainDelay: 0, grace: 1, exit: false }).stop(), { cut: 0 });
});

test('what is not finished in time is cut and counted, over several servers', async () => {
  const servers = [1, 2].map(() => premier.createServer((_req, res) => res.write('begun')));
  const ended = graceful(servers, { drainDelay: 0, stopAfter: 0.05, exit: false });
  const answers = [];
  for (const server of servers) {
    const port = await listening(server);
    const [res] = await once(http.get({ port, host: '127.0.0.1', agent: false }), 'response');
    answers.push(assert.rejects(res.toArray(), { code: 'ECONNRESET' }));
  }
  assert.deepEqual(await ended.stop(), { cut: 2 });
  await Promise.all(answers);
});

const failures: [what: string, options: GracefulOptions][] = [
  ['onDrain throws', { onDrain: fail }],
  ['onDrain rejects', { onDrain: async () => fail() }],
  ['onStopped throws', { onStopped: fail }],
  ['onStopped rejects', { onStopped: async () => fail() }],
];
function fail(): never {
  throw new Error('of the program');
}
for (const [what, options] of failures) {
  test(`where ${what}, answers under way are finished before that is told`, async () => {
    let finish = () => {};
    const server = premier.createServer((_req, res) => {
      res.write('begun');
      finish = () => res.end(' and ended');
    });
    const ended = graceful(server, { grace: 1, exit: false, ...options });
    const port = await listening(server);
    const [res] = await once(http.get({ port, host: '127.0.0.1', agent: false }), 'response');
    const stopped = assert.rejects(ended.stop(), /of the program/);
    finish();
    assert.equal(Buffer.concat(await res.toArray()).toString(), 'begun and ended');
    await stopped;
    assert.deepEqual(await ended.stopped, { cut: 0 });
  });
}

const wrong: [what: string, args: unknown[], message: RegExp][] = [
  ['no server', [undefined], /no server was given/],
  ['a server among others that is none', [[premier.createServer(), {}]], /no server was given/],
  ['a text for a number', [premier.createServer(), { stopAfter: '5' }], /stopAfter is a number, not string/],
  ['a time before now', [premier.createServer(), { drainDelay: -1 }], /drainDelay can't be -1/],
  ['no number', [premier.createServer(), { grace: Number.NaN }], /grace can't be NaN/],
  [
    'a time that Node.js can not wait',
    [premier.createServer(), { stopAfter: 2147484 }],
    /from 0 to 2147483$/,
  ],
  ['an empty list', [[]], /no server was given/],
  ['what is no function', [premier.createServer(), { onStopped: 1 }], /onStopped is a function, not number/],
  [
    'an option that is misspelt',
    [premier.createServer(), { stopafter: 5 }],
    /there is no option stopafter; there are drainDelay, stopAfter,/,
  ],
  ['an option named like a method', [premier.createServer(), { toString: 5 }], /there is no option toString/],
  ['null for the options', [premier.createServer(), null], /the options are an object, not null/],
  ['a number for the options', [premier.createServer(), 5], /the options are an object, not 5/],
  ['a word for a choice', [premier.createServer(), { exit: 'no' }], /exit is true or false, not string/],
];
for (const [what, args, message] of wrong) {
  test(`${what} is refused`, () => {
    assert.throws(() => (graceful as (...args: unknown[]) => unknown)(...args), { message });
  });
}

test('a program ends by a signal with what it had to finish done', async (t) => {
  const file = join(temporaryFolder(t), 'app.mjs');
  const module = (name: string) => JSON.stringify(import.meta.resolve(name));
  writeFileSync(
    file,
    `import http from ${module('premier')};
    import { graceful } from ${module('premier/operation')};
    const server = http.createServer((req, res) => { res.write('begun'); process.once('SIGUSR2', () => res.end(' and ended')); });
    graceful(server, { grace: 1, onDrain: () => process.send('draining'), onStopped: async () => { await null; process.send('closed'); } });
    server.listen(0, '127.0.0.1', () => process.send(server.address().port));
    setInterval(() => {}, 1000);`,
  );
  const child = fork(file, { stdio: 'pipe' });
  const [port] = await once(child, 'message');
  const [res] = await once(http.get({ port, host: '127.0.0.1', agent: false }), 'response');
  child.kill('SIGTERM');
  assert.deepEqual((await once(child, 'message'))[0], 'draining');
  child.kill('SIGUSR2');
  assert.equal(Buffer.concat(await res.toArray()).toString(), 'begun and ended');
  const [[last], [code]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  assert.deepEqual([last, code], ['closed', 0]);
});
